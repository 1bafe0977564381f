"""Tests of repair issues and their flows over HTTP."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
import time
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components import repairs
from homeassistant.components.repairs import ConfirmRepairFlow
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import (
    CONF_DAILY_API_LIMIT,
    CONF_WEBHOOK_SECRET,
    CONSOLE,
    DOMAIN,
)
from custom_components.milesight.issues import (
    ENTITY_LIMIT,
    FIXABLE,
    KINDS,
    NO_PUSHES_RECEIVED,
    PUSH_LIMIT,
    PUSH_STOPPED,
    async_create_issue,
    issue_id,
)
from custom_components.milesight.repairs import FLOWS, async_create_fix_flow
from tests.common import ADDRESS, WEBHOOK_ID, device_id, issues, poll, settle, state_of, temperature
from tests.files import SOURCE
from tests.fleets import household
from tests.simulator import Device, Simulator

FIX = "/api/repairs/issues/fix"
PUBLIC = "https://home.example.com"

type Post = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return household()


@pytest.fixture
async def component_loaded(hass: HomeAssistant) -> None:
    """Set up repairs before the HTTP server starts, after which no view can be added."""
    assert await async_setup_component(hass, repairs.DOMAIN, {})


@pytest.fixture
async def post(
    component_loaded: None, loaded: MockConfigEntry, hass_client: ClientSessionGenerator
) -> Post:
    """Return a function that posts to a repair flow."""
    client = await hass_client()

    async def post(address: str = "", **body: Any) -> dict[str, Any]:
        response = await client.post(f"{FIX}{address}", json=body)
        assert response.status == HTTPStatus.OK, await response.text()
        result: dict[str, Any] = await response.json()
        return result

    return post


def _push_healthy(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    return state_of(hass, Platform.BINARY_SENSOR, f"{entry.unique_id}_push_healthy").state


async def _open(post: Post, entry: MockConfigEntry, kind: str) -> dict[str, Any]:
    return await post(handler=DOMAIN, issue_id=issue_id(entry, kind))


def _use_up_requests(entry: MockConfigEntry) -> None:
    quota = entry.runtime_data.quota
    while not quota.is_exhausted(time.time()):
        quota.record(time.time())


@pytest.mark.parametrize("kind", [NO_PUSHES_RECEIVED, PUSH_STOPPED])
async def test_push_issue_shows_callback_url_and_reloads_entry(
    hass: HomeAssistant, post: Post, loaded: MockConfigEntry, kind: str
) -> None:
    await hass.config.async_update(external_url=PUBLIC)
    async_create_issue(hass, loaded, kind, info="-")
    before = loaded.runtime_data
    form = await _open(post, loaded, kind)
    assert form["type"] == FlowResultType.FORM
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"] == {
        "application": "Home",
        "info": "-",
        "console": CONSOLE,
        "webhook_url": f"{PUBLIC}{ADDRESS}",
    }
    data = dict(loaded.data)
    done = await post(f"/{form['flow_id']}")
    await settle(hass)
    assert done["type"] == FlowResultType.CREATE_ENTRY
    assert not issues(hass)
    assert loaded.runtime_data is not before
    assert loaded.data == data


async def test_push_issue_stores_new_webhook_secret(
    hass: HomeAssistant,
    post: Post,
    pushing: MockConfigEntry,
    simulator: Simulator,
) -> None:
    device = simulator.device("EM300-TH")
    await hass.config.async_update(external_url=PUBLIC)
    simulator.application.configure(webhook_secret="renewed")
    async_create_issue(hass, pushing, NO_PUSHES_RECEIVED, info="-")
    await simulator.report(device.sn, {"temperature": 20})
    assert issues(hass).keys() == {NO_PUSHES_RECEIVED}

    form = await _open(post, pushing, NO_PUSHES_RECEIVED)
    await post(f"/{form['flow_id']}", **{CONF_WEBHOOK_SECRET: " renewed "})
    await settle(hass)
    assert pushing.data[CONF_WEBHOOK_SECRET] == "renewed"
    await simulator.report(device.sn, {"temperature": 21})
    assert temperature(hass, device) == "21"


async def test_push_issue_aborts_without_public_url(
    hass: HomeAssistant, post: Post, loaded: MockConfigEntry
) -> None:
    async_create_issue(hass, loaded, NO_PUSHES_RECEIVED, info="-")
    result = await _open(post, loaded, NO_PUSHES_RECEIVED)
    assert result["type"] == FlowResultType.ABORT
    assert result["reason"] == "no_public_address"
    assert issues(hass).keys() == {NO_PUSHES_RECEIVED}


async def test_push_after_reload_resolves_the_issue(
    hass: HomeAssistant, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    async_create_issue(hass, pushing, PUSH_STOPPED, info="-")
    assert await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    assert _push_healthy(hass, pushing) == "off"
    await simulator.report(simulator.device("EM300-TH").sn, {"temperature": 20})
    assert not issues(hass)
    await poll(hass, pushing)
    assert _push_healthy(hass, pushing) == "on"


async def test_push_limit_issue_lists_devices_with_most_pushes(
    hass: HomeAssistant, post: Post, pushing: MockConfigEntry, simulator: Simulator
) -> None:
    chatty, calm = simulator.device("EM300-TH"), simulator.device("WS523")
    for device in (calm, *[chatty] * 3):
        await simulator.report(device.sn)
    devices = pushing.runtime_data.data
    chatty_pushes, calm_pushes = (
        devices[device.sn].pushes.count(time.time()) for device in (chatty, calm)
    )
    assert chatty_pushes > calm_pushes > 0
    async_create_issue(hass, pushing, PUSH_LIMIT, info="enough")
    registered = dr.async_get(hass).async_get(device_id(hass, pushing, chatty))
    assert registered is not None
    dr.async_get(hass).async_update_device(registered.id, name_by_user="[Attic](x)")
    before = pushing.runtime_data
    form = await _open(post, pushing, PUSH_LIMIT)
    assert form["type"] == FlowResultType.FORM
    calm_id = device_id(hass, pushing, calm)
    assert form["description_placeholders"]["info"] == "enough"
    assert form["description_placeholders"]["devices"] == (
        rf"- [\[Attic\](x)](/config/devices/device/{registered.id}): {chatty_pushes}"
        f"\n- [{calm.name}](/config/devices/device/{calm_id}): {calm_pushes}"
    )
    done = await post(f"/{form['flow_id']}")
    assert done["type"] == FlowResultType.CREATE_ENTRY
    assert not issues(hass)
    assert pushing.runtime_data is before


async def test_push_limit_issue_of_an_unloaded_entry_lists_nothing(
    hass: HomeAssistant, post: Post, loaded: MockConfigEntry
) -> None:
    async_create_issue(hass, loaded, PUSH_LIMIT, info="-")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    form = await _open(post, loaded, PUSH_LIMIT)
    assert form["description_placeholders"]["devices"] == "-"


async def test_used_up_requests_are_shown_by_a_sensor(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    key = f"{loaded.unique_id}_request_limit"
    assert state_of(hass, Platform.BINARY_SENSOR, key).state == "off"
    _use_up_requests(loaded)
    await poll(hass, loaded)
    assert state_of(hass, Platform.BINARY_SENSOR, key).state == "on"
    assert not issues(hass)
    hass.config_entries.async_update_entry(loaded, options={CONF_DAILY_API_LIMIT: 3000})
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await settle(hass)
    assert state_of(hass, Platform.BINARY_SENSOR, key).state == "off"


async def test_entry_removal_deletes_its_issues(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    for kind in KINDS:
        async_create_issue(hass, loaded, kind)
    assert issues(hass).keys() == set(KINDS)
    await hass.config_entries.async_remove(loaded.entry_id)
    assert not [issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN]


async def test_callback_url_is_hidden_from_non_administrators(
    hass: HomeAssistant,
    component_loaded: None,
    loaded: MockConfigEntry,
    hass_admin_user: MockUser,
    hass_client: ClientSessionGenerator,
) -> None:
    await hass.config.async_update(external_url=PUBLIC)
    async_create_issue(hass, loaded, NO_PUSHES_RECEIVED, info="-")
    hass_admin_user.groups = []
    client: TestClient[Any, Any] = await hass_client()
    body = {"handler": DOMAIN, "issue_id": issue_id(loaded, NO_PUSHES_RECEIVED)}
    assert (await client.post(FIX, json=body)).status == HTTPStatus.UNAUTHORIZED
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(loaded, NO_PUSHES_RECEIVED))
    assert WEBHOOK_ID not in repr(issue)


async def test_unfixable_issue_is_only_confirmed(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    for name in (issue_id(loaded, ENTITY_LIMIT), issue_id(loaded, NO_PUSHES_RECEIVED), "anything"):
        flow = await async_create_fix_flow(hass, name, {"entry_id": loaded.entry_id})
        assert isinstance(flow, ConfirmRepairFlow)


def test_every_issue_has_texts_and_fixable_ones_a_flow() -> None:
    own = {kind: SOURCE["issues"][kind] for kind in KINDS}
    assert {kind for kind, texts in own.items() if "fix_flow" in texts} == FIXABLE
    assert FLOWS.keys() == FIXABLE
    for kind, texts in own.items():
        assert texts["title"]
        assert ("description" in texts) is (kind not in FIXABLE)
    for kind, fields in (
        (NO_PUSHES_RECEIVED, {CONF_WEBHOOK_SECRET}),
        (PUSH_LIMIT, set()),
        (PUSH_STOPPED, {CONF_WEBHOOK_SECRET}),
    ):
        step = own[kind]["fix_flow"]["step"]["confirm"]
        assert step["title"]
        assert step["description"]
        assert step.get("data", {}).keys() == fields
        assert step.get("data_description", {}).keys() == fields
