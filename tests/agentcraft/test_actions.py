"""Tests of the actions and entities of linked devices."""

from hashlib import sha256
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.button import DOMAIN as BUTTON, SERVICE_PRESS
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.const import ATTR_ENTITY_ID, CONF_WEBHOOK_ID, EntityCategory, Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.milesight.const import DOMAIN
from custom_components.milesight.services import batch
from tests.common import (
    call_action_without_response,
    entity_id,
    issues,
    pass_time,
    poll,
    settle,
    state_of,
)
from tests.simulator import Simulator

from .helpers import (
    ADD,
    ASK,
    DELETE,
    FIRST,
    REFRESH,
    SECOND,
    STATUS,
    agentcraft_state,
    call_action,
    creation_count,
    device_id,
    link_and_activate,
    link_devices,
    log_text,
    only_identity,
    open_fix,
    operations,
    reload_entry,
    restart_entry,
    serial_number,
    submit_fix,
)

ACTIONS = (
    "agentcraft_get_token",
    "agentcraft_register",
    "agentcraft_unregister",
    "agentcraft_refresh",
)


# Entities


async def test_entities_belong_to_the_linked_device_only(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    target = device_id(hass, loaded)
    entities = er.async_get(hass)
    before = {entry.entity_id for entry in er.async_entries_for_device(entities, target)}
    subentry_id = await link_devices(hass, loaded, simulator)
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


async def test_entities_stay_available_while_device_is_offline(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    await link_devices(hass, pushing, simulator)
    sn = serial_number(pushing)
    await simulator.offline(sn)
    assert state_of(hass, Platform.BINARY_SENSOR, f"{sn}_connectivity").state == "off"
    assert agentcraft_state(hass, pushing) == "waiting"


async def test_readded_device_keeps_its_device_id(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link_devices(hass, loaded, simulator)
    sn = serial_number(loaded)
    await call_action_without_response(
        hass, "remove_from_application", device_id=device_id(hass, loaded)
    )
    await settle(hass)
    assert er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{sn}_agentcraft") is None
    await call_action_without_response(hass, "add_device", serial_number=sn, name=FIRST)
    await poll(hass, loaded)
    assert agentcraft_state(hass, loaded) == "waiting"
    assert creation_count(simulator) == 1


async def test_button_refreshes_the_token(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    identity = only_identity(simulator)
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
    assert agentcraft_state(hass, loaded) == "active"


# Actions


async def test_get_token_returns_ids_token_and_status(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    identity = only_identity(simulator)
    assert identity.pair is not None
    response = await call_action(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert response == {
        "device_id": identity.device_id,
        "device_token": identity.pair.device_token,
        "status": "active",
        "shadow_id": identity.shadow_id,
    }
    simulator.agentcraft.command(identity.device_id, "expire")
    response = await call_action(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert response["device_token"] == identity.pair.device_token
    assert operations(simulator)[-2:] == [(STATUS, 200), (REFRESH, 200)]


async def test_waiting_device_becomes_active_on_refresh(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link_devices(hass, loaded, simulator)
    target, identity = device_id(hass, loaded), only_identity(simulator)
    assert await call_action(hass, "agentcraft_get_token", target) == {
        "device_id": identity.device_id,
        "device_token": None,
        "status": "waiting",
        "shadow_id": None,
    }
    simulator.agentcraft.command(identity.device_id, "link")
    response = await call_action(hass, "agentcraft_refresh", target)
    assert (response["status"], response["shadow_id"]) == ("active", identity.shadow_id)
    assert agentcraft_state(hass, loaded) == "active"


async def test_unregistered_device_stays_so_until_registered(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    target = device_id(hass, loaded)
    response = await call_action(hass, "agentcraft_unregister", target)
    assert response == {
        "device_id": None,
        "device_token": None,
        "status": "not_registered",
        "shadow_id": None,
    }
    await pass_time(hass, freezer, days=2)
    await restart_entry(hass, loaded)
    await call_action(hass, "agentcraft_unregister", target)
    assert operations(simulator) == [(ADD, 201), (DELETE, 204)]
    assert agentcraft_state(hass, loaded) == "not_registered"
    for action in ("agentcraft_get_token", "agentcraft_refresh"):
        response = await call_action(hass, action, target)
        assert "does not have an Agentcraft device ID" in response["error"]
    response = await call_action(hass, "agentcraft_register", target)
    assert response["status"] == "waiting"
    repeated = await call_action(hass, "agentcraft_register", target)
    assert repeated["device_id"] == response["device_id"] == only_identity(simulator).device_id
    assert creation_count(simulator) == 2


async def test_failed_deletion_is_repeated_later(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    target = device_id(hass, loaded)
    simulator.fault(only_identity(simulator).device_id, "status", status=503)
    response = await call_action(hass, "agentcraft_unregister", target)
    assert "Failed to connect to Agentcraft" in response["error"]
    response = await call_action(
        hass,
        "agentcraft_register",
        target,
        agentcraft_device_id="11111111-2222-3333-4444-555555555555",
    )
    assert "another Agentcraft device ID" in response["error"]
    assert agentcraft_state(hass, loaded) == "error"
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert not simulator.agentcraft.identities
    assert agentcraft_state(hass, loaded) == "not_registered"


async def test_register_accepts_an_existing_device_id(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link_devices(hass, loaded, simulator, [FIRST, SECOND])
    target, other = device_id(hass, loaded), device_id(hass, loaded, SECOND)
    await call_action(hass, "agentcraft_unregister", target)
    (taken,) = simulator.agentcraft.identities
    existing = simulator.agentcraft.create()
    simulator.agentcraft.command(existing.device_id, "link")
    for wrong, error in ((taken, "Another device already uses"), ("../token", "letters, digits")):
        response = await call_action(
            hass, "agentcraft_register", target, agentcraft_device_id=wrong
        )
        assert error in response["error"]
        assert wrong not in response["error"]
    response = await call_action(
        hass, "agentcraft_register", target, agentcraft_device_id=existing.device_id
    )
    assert (response["device_id"], response["status"]) == (existing.device_id, "active")
    same = await call_action(
        hass, "agentcraft_register", target, agentcraft_device_id=existing.device_id
    )
    assert same == response
    with pytest.raises(ServiceValidationError, match="a single device"):
        await call_action(hass, "agentcraft_register", target, other, agentcraft_device_id="abc")
    assert creation_count(simulator) == 2


async def test_action_fails_for_unlinked_device(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await link_devices(hass, loaded, simulator)
    for action in ACTIONS:
        response = await call_action(
            hass, action, device_id(hass, loaded), device_id(hass, loaded, SECOND)
        )
        assert "error" not in response[device_id(hass, loaded)] or action == "agentcraft_refresh"
        assert "is not linked to Agentcraft" in response[device_id(hass, loaded, SECOND)]["error"]
    assert creation_count(simulator) == 1


@pytest.mark.parametrize("action", ACTIONS)
async def test_action_requires_administrator(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_read_only_user: MockUser,
    hass_admin_user: User,
    action: str,
) -> None:
    await link_devices(hass, loaded, simulator)

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


async def test_action_for_many_devices_stops_in_an_outage(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    monkeypatch.setattr(batch, "CONCURRENCY", 1)
    monkeypatch.setattr(batch, "MAX_UNREACHABLE", 1)
    simulator.fault("/agentcraft", "status", status=503)
    before = len(operations(simulator))
    targets = [device_id(hass, loaded, name) for name in (FIRST, SECOND)]
    response = await call_action(hass, "agentcraft_get_token", *targets)
    assert operations(simulator)[before:] == [(STATUS, 503)]
    for target in targets:
        assert "Failed to connect to Agentcraft" in response[target]["error"]


# Secrets


async def test_no_secret_in_states_log_errors_or_issues(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Run the lifecycle with every kind of failure and debug logging."""
    caplog.set_level("DEBUG")
    await link_and_activate(hass, loaded, simulator, freezer, [FIRST, SECOND])
    targets = [device_id(hass, loaded, name) for name in (FIRST, SECOND)]
    texts: list[str] = []
    secrets = {simulator.agentcraft.client_secret}

    async def collect() -> None:
        for identity in simulator.agentcraft.identities.values():
            secrets.update((identity.device_id, identity.shadow_id or ""))
            if identity.pair is not None:
                secrets.update((identity.pair.device_token, identity.pair.refresh_token))
        texts.extend(str(state.as_dict()) for state in hass.states.async_all())
        texts.extend(str(issue) for issue in issues(hass).values())

    await collect()
    for kind in ("reset", "half", "garbage", "html", "status"):
        simulator.fault("/agentcraft", kind)
        for action in ("agentcraft_get_token", "agentcraft_refresh"):
            response = await call_action(hass, action, *targets)
            texts.extend(result["error"] for result in response.values() if "error" in result)
        await collect()
        await pass_time(hass, freezer, days=1)
        await collect()
        simulator.clear_faults()
        await pass_time(hass, freezer, hours=6)
        await collect()
    for identity in simulator.agentcraft.identities.values():
        simulator.agentcraft.command(identity.device_id, "invalidate")
    await pass_time(hass, freezer, days=1)
    await collect()
    link_issues = issues(hass)
    await submit_fix(hass, next(iter(link_issues.values())), {})
    await collect()
    await restart_entry(hass, loaded)
    await hass.config_entries.async_remove(loaded.entry_id)
    secrets.discard("")
    assert len(secrets) > 10
    everything = "\n".join([*texts, log_text(caplog)])
    assert not [secret for secret in secrets if secret in everything]


async def test_issue_id_does_not_disclose_the_serial_number(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    """Diagnostics contain the ids of issues, and serial numbers can be guessed."""
    simulator.fault("/agentcraft/devices", "status", status=409)
    await link_devices(hass, loaded, simulator)
    before = issues(hass)["agentcraft_conflict"].issue_id
    await reload_entry(hass, loaded)
    assert issues(hass)["agentcraft_conflict"].issue_id == before
    data = {**loaded.data, CONF_WEBHOOK_ID: "0" * 64}
    hass.config_entries.async_update_entry(loaded, data=data)
    await reload_entry(hass, loaded)
    assert issues(hass)["agentcraft_conflict"].issue_id != before


async def test_issues_with_ids_of_serial_numbers_are_deleted(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/agentcraft/devices", "status", status=409)
    await link_devices(hass, loaded, simulator)
    new_id = issues(hass)["agentcraft_conflict"].issue_id
    for problem in ("conflict", "no_token", "outcome_unknown"):
        digest = sha256(f"serial number {problem}".encode()).hexdigest()[:16]
        ir.async_create_issue(
            hass,
            DOMAIN,
            f"agentcraft_{problem}_{digest}",
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=f"agentcraft_{problem}",
        )
    await restart_entry(hass, loaded)
    assert [issue_id for _, issue_id in ir.async_get(hass).issues] == [new_id]


async def test_repeated_fix_sends_no_second_request(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/agentcraft/devices", "status", status=409)
    await link_devices(hass, loaded, simulator)
    issue = issues(hass)["agentcraft_conflict"]
    form = await open_fix(hass, issue)
    assert form["description_placeholders"] == {"device": FIRST}
    simulator.clear_faults()
    await submit_fix(hass, issue, {})
    await settle(hass)
    assert creation_count(simulator) == 2
    flows = repairs_flow_manager(hass)
    assert flows is not None
    await flows.async_configure(form["flow_id"], {})
    await settle(hass)
    assert creation_count(simulator) == 2
    assert operations(simulator)[-1][0] in (ADD, ASK)
