"""The actions and entities of linked devices, as users and automations meet them."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.button import DOMAIN as BUTTON, SERVICE_PRESS
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.const import ATTR_ENTITY_ID, EntityCategory, Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.milesight.const import DOMAIN
from tests.common import act_silently, entity_id, issues, pass_time, poll, settle, state_of
from tests.simulator import Simulator

from .helpers import (
    ADD,
    ASK,
    DELETE,
    FIRST,
    REFRESH,
    SECOND,
    STATUS,
    act,
    activate,
    created,
    device_id,
    fix,
    link,
    logged,
    only,
    open_fix,
    operations,
    restart,
    serial_number,
    shown,
)

ACTIONS = (
    "agentcraft_get_token",
    "agentcraft_register",
    "agentcraft_unregister",
    "agentcraft_refresh",
)


# Entities


async def test_the_entities_are_on_the_page_of_the_device_and_move_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded)
    entities = er.async_get(hass)
    before = {entry.entity_id for entry in er.async_entries_for_device(entities, target)}
    subentry_id = await link(hass, loaded, simulator)
    new = [
        entry
        for entry in er.async_entries_for_device(entities, target)
        if entry.entity_id not in before
    ]
    sn = serial_number(loaded)
    assert {(entry.domain, entry.unique_id) for entry in new} == {
        ("sensor", f"{sn}_agentcraft"),
        ("button", f"{sn}_agentcraft_renew"),
    }
    for entry in new:
        assert entry.config_subentry_id is None
        assert entry.entity_category is EntityCategory.DIAGNOSTIC
    sensor = state_of(hass, Platform.SENSOR, f"{sn}_agentcraft")
    assert sensor.attributes["options"] == [
        "not_registered",
        "waiting",
        "active",
        "expired",
        "error",
    ]
    hass.config_entries.async_remove_subentry(loaded, subentry_id)
    await settle(hass)
    assert dr.async_get(hass).async_get(target) is not None
    after = {entry.entity_id for entry in er.async_entries_for_device(entities, target)}
    assert after == before


async def test_the_entities_stay_while_the_device_is_offline(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    await link(hass, pushing, simulator)
    sn = serial_number(pushing)
    await simulator.offline(sn)
    assert state_of(hass, Platform.BINARY_SENSOR, f"{sn}_connectivity").state == "off"
    assert shown(hass, pushing) == "waiting"


async def test_a_device_that_comes_back_has_its_identity_again(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link(hass, loaded, simulator)
    sn = serial_number(loaded)
    await act_silently(hass, "remove_from_application", device_id=device_id(hass, loaded))
    await settle(hass)
    assert er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{sn}_agentcraft") is None
    await act_silently(hass, "add_device", serial_number=sn, name=FIRST)
    await poll(hass, loaded)
    assert shown(hass, loaded) == "waiting"
    assert created(simulator) == 1


async def test_the_button_renews_the_token(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer)
    identity = only(simulator)
    pair, before = identity.pair, len(operations(simulator))
    button = entity_id(hass, Platform.BUTTON, f"{serial_number(loaded)}_agentcraft_renew")
    await hass.services.async_call(BUTTON, SERVICE_PRESS, {ATTR_ENTITY_ID: button}, blocking=True)
    assert operations(simulator)[before:] == [(REFRESH, 200)]
    assert identity.pair is not pair
    simulator.fault("/agentcraft", "reset")
    with pytest.raises(HomeAssistantError, match="Failed to connect to Agentcraft"):
        await hass.services.async_call(
            BUTTON, SERVICE_PRESS, {ATTR_ENTITY_ID: button}, blocking=True
        )
    assert shown(hass, loaded) == "active"


# Actions


async def test_the_token_comes_with_all_that_an_automation_needs(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer)
    identity = only(simulator)
    assert identity.pair is not None
    answer = await act(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert answer == {
        "device_id": identity.device_id,
        "device_token": identity.pair.device_token,
        "status": "active",
        "shadow_id": identity.shadow_id,
    }
    simulator.agentcraft.command(identity.device_id, "expire")
    answer = await act(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert answer["device_token"] == identity.pair.device_token
    assert operations(simulator)[-2:] == [(STATUS, 200), (REFRESH, 200)]


async def test_asking_for_the_token_of_a_waiting_device_shows_its_id_and_notices_the_linking(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link(hass, loaded, simulator)
    target, identity = device_id(hass, loaded), only(simulator)
    assert await act(hass, "agentcraft_get_token", target) == {
        "device_id": identity.device_id,
        "device_token": None,
        "status": "waiting",
        "shadow_id": None,
    }
    simulator.agentcraft.command(identity.device_id, "link")
    answer = await act(hass, "agentcraft_refresh", target)
    assert (answer["status"], answer["shadow_id"]) == ("active", identity.shadow_id)
    assert shown(hass, loaded) == "active"


async def test_unregistered_stays_unregistered_until_registered_again(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    target = device_id(hass, loaded)
    answer = await act(hass, "agentcraft_unregister", target)
    assert answer == {
        "device_id": None,
        "device_token": None,
        "status": "not_registered",
        "shadow_id": None,
    }
    await pass_time(hass, freezer, days=2)
    await restart(hass, loaded)
    await act(hass, "agentcraft_unregister", target)
    assert operations(simulator) == [(ADD, 201), (DELETE, 204)]
    assert shown(hass, loaded) == "not_registered"
    for action in ("agentcraft_get_token", "agentcraft_refresh"):
        answer = await act(hass, action, target)
        assert "does not have an Agentcraft device ID" in answer["error"]
    answer = await act(hass, "agentcraft_register", target)
    assert answer["status"] == "waiting"
    again = await act(hass, "agentcraft_register", target)
    assert again["device_id"] == answer["device_id"] == only(simulator).device_id
    assert created(simulator) == 2


async def test_an_id_whose_deletion_failed_is_deleted_later(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    target = device_id(hass, loaded)
    simulator.fault(only(simulator).device_id, "status", status=503)
    answer = await act(hass, "agentcraft_unregister", target)
    assert "Failed to connect to Agentcraft" in answer["error"]
    answer = await act(
        hass,
        "agentcraft_register",
        target,
        agentcraft_device_id="11111111-2222-3333-4444-555555555555",
    )
    assert "another Agentcraft device ID" in answer["error"]
    assert shown(hass, loaded) == "error"
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert not simulator.agentcraft.identities
    assert shown(hass, loaded) == "not_registered"


async def test_a_device_takes_the_id_that_the_user_brings(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link(hass, loaded, simulator, [FIRST, SECOND])
    target, other = device_id(hass, loaded), device_id(hass, loaded, SECOND)
    await act(hass, "agentcraft_unregister", target)
    (taken,) = simulator.agentcraft.identities
    brought = simulator.agentcraft.create()
    simulator.agentcraft.command(brought.device_id, "link")
    for wrong, error in ((taken, "Another device already uses"), ("../token", "letters, digits")):
        answer = await act(hass, "agentcraft_register", target, agentcraft_device_id=wrong)
        assert error in answer["error"]
        assert wrong not in answer["error"]
    answer = await act(hass, "agentcraft_register", target, agentcraft_device_id=brought.device_id)
    assert (answer["device_id"], answer["status"]) == (brought.device_id, "active")
    same = await act(hass, "agentcraft_register", target, agentcraft_device_id=brought.device_id)
    assert same == answer
    with pytest.raises(ServiceValidationError, match="a single device"):
        await act(hass, "agentcraft_register", target, other, agentcraft_device_id="abc")
    assert created(simulator) == 2


async def test_a_device_that_is_in_no_link_is_told_where_to_choose_it(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link(hass, loaded, simulator)
    for action in ACTIONS:
        answer = await act(hass, action, device_id(hass, loaded), device_id(hass, loaded, SECOND))
        assert "error" not in answer[device_id(hass, loaded)] or action == "agentcraft_refresh"
        assert "is not linked to Agentcraft" in answer[device_id(hass, loaded, SECOND)]["error"]
    assert created(simulator) == 1


@pytest.mark.parametrize("action", ACTIONS)
async def test_only_administrators_may(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_read_only_user: MockUser,
    hass_admin_user: User,
    action: str,
) -> None:
    await link(hass, loaded, simulator)

    async def call(user: User) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": device_id(hass, loaded)},
            blocking=True,
            return_response=True,
            context=Context(user_id=user.id),
        )

    with pytest.raises(Unauthorized):
        await call(hass_read_only_user)
    assert operations(simulator) == [(ADD, 201)]
    assert device_id(hass, loaded) in await call(hass_admin_user)


# Secrets


async def test_no_secret_is_in_a_state_the_log_an_error_or_an_issue(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A life with all kinds of failures, everything logged."""
    caplog.set_level("DEBUG")
    await activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    targets = [device_id(hass, loaded, name) for name in (FIRST, SECOND)]
    seen: list[str] = []
    secrets = {simulator.agentcraft.client_secret}

    async def look() -> None:
        for identity in simulator.agentcraft.identities.values():
            secrets.update((identity.device_id, identity.shadow_id or ""))
            if identity.pair is not None:
                secrets.update((identity.pair.device_token, identity.pair.refresh_token))
        seen.extend(str(state.as_dict()) for state in hass.states.async_all())
        seen.extend(str(issue) for issue in issues(hass).values())

    await look()
    for kind in ("reset", "half", "garbage", "html", "status"):
        simulator.fault("/agentcraft", kind)
        for action in ("agentcraft_get_token", "agentcraft_refresh"):
            answer = await act(hass, action, *targets)
            seen.extend(found["error"] for found in answer.values() if "error" in found)
        await look()
        await pass_time(hass, freezer, days=1)
        await look()
        simulator.clear_faults()
        await pass_time(hass, freezer, hours=6)
        await look()
    for identity in simulator.agentcraft.identities.values():
        simulator.agentcraft.command(identity.device_id, "invalidate")
    await pass_time(hass, freezer, days=1)
    await look()
    link_issues = issues(hass)
    await fix(hass, next(iter(link_issues.values())), {})
    await look()
    await restart(hass, loaded)
    await hass.config_entries.async_remove(loaded.entry_id)
    secrets.discard("")
    assert len(secrets) > 10
    everything = "\n".join([*seen, logged(caplog)])
    assert not [secret for secret in secrets if secret in everything]


async def test_an_issue_whose_device_is_settled_meanwhile_is_mended_without_doing_anything(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/agentcraft/devices", "status", status=409)
    await link(hass, loaded, simulator)
    issue = issues(hass)["agentcraft_conflict"]
    form = await open_fix(hass, issue)
    assert form["description_placeholders"] == {"device": FIRST}
    simulator.clear_faults()
    await fix(hass, issue, {})
    await settle(hass)
    assert created(simulator) == 2
    flows = repairs_flow_manager(hass)
    assert flows is not None
    await flows.async_configure(form["flow_id"], {})
    await settle(hass)
    assert created(simulator) == 2
    assert operations(simulator)[-1][0] in (ADD, ASK)
