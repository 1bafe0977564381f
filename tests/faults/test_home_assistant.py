"""Faults of Home Assistant: reload or removal during requests, many pushes, a wrong clock."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from itertools import batched
import json
import logging
import time
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import DOMAIN
from custom_components.milesight.push.receiver import WebhookReceiver
from tests.common import (
    ADDRESS,
    next_poll,
    property_event,
    push_to,
    quota_requests,
    set_up,
    settle,
    signed,
    state_of,
    store,
    temperature,
)
from tests.fleets import of_demo, probes
from tests.simulator import Simulator
from tests.simulator.history import History
from tests.traffic import Traffic

from .helpers import log_lines, report_unpushed, stored_devices


@pytest.fixture
async def early_http_client(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> TestClient[Any, Any]:
    """Return an HTTP client that exists before the entry is set up."""
    for component in ("webhook", "image"):
        assert await async_setup_component(hass, component, {})
    # Home Assistant's own server leaves its router open for routes that are added later
    monkeypatch.setattr(hass.http.app.router, "freeze", lambda: None)
    return await hass_client_no_auth()


def _warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings and errors in the log, except those about slow execution."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name not in ("asyncio", "aiohttp_fast_zlib")
    ]


async def test_reload_during_requests_cancels_them_and_starts_anew(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = simulator.device("EM300-TH")
    for reporting in simulator.platform.devices:
        await simulator.report(reporting.sn)
    traffic = Traffic(simulator, monkeypatch)
    for hanging, number in (("/properties/history", 2), ("/devices/search", 3)):
        simulator.fault(hanging, "hang")
        loaded.async_create_background_task(hass, loaded.runtime_data.async_refresh(), "a poll")
        await traffic.wait_for(number)
    caplog.clear()
    before = loaded.runtime_data
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert loaded.runtime_data is not before
    simulator.clear_faults()
    await settle(hass)
    assert await report_unpushed(hass, simulator, device, 31.5) == "31.5"
    assert _warnings(caplog) == []


async def test_removal_during_requests_leaves_nothing_behind(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    traffic = Traffic(simulator, monkeypatch)
    simulator.fault("/", "hang")
    coordinator = pushing.runtime_data
    pushing.async_create_background_task(hass, coordinator.async_refresh(), "a poll")
    await traffic.wait_for(1)
    await simulator.report(simulator.device("EM300-TH").sn)
    caplog.clear()
    await hass.config_entries.async_remove(pushing.entry_id)
    requests = traffic.total
    simulator.clear_faults()
    await simulator.report(simulator.device("EM300-TH").sn)
    await next_poll(hass)
    assert f"{DOMAIN}.{pushing.entry_id}" not in hass_storage
    assert traffic.total == requests
    assert _warnings(caplog) == []


async def test_push_during_the_removal_writes_nothing_afterwards(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    early_http_client: TestClient[Any, Any],
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    event = property_event(simulator.device("EM300-TH").sn, {"temperature": 31.5})
    body, begun, removed = json.dumps([event]).encode(), asyncio.Event(), asyncio.Event()
    handle = WebhookReceiver.async_handle

    async def note_and_handle(*arguments: Any) -> Any:
        begun.set()
        return await handle(*arguments)

    async def in_two_parts() -> AsyncIterator[bytes]:
        yield body[:50]
        await removed.wait()
        yield body[50:]

    monkeypatch.setattr(WebhookReceiver, "async_handle", note_and_handle)
    await set_up(hass, entry)
    sending = asyncio.create_task(
        early_http_client.post(
            ADDRESS, data=in_two_parts(), headers=signed(simulator.webhook_secret)
        )
    )
    await begun.wait()
    caplog.clear()
    await hass.config_entries.async_remove(entry.entry_id)
    removed.set()
    assert (await sending).status == 200
    await next_poll(hass)
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
    assert _warnings(caplog) == []


async def test_requests_of_a_failed_setup_are_counted_at_the_next(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    simulator.fault("/devices/search", "status", status=500, times=3)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(3):
        await next_poll(hass)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.quota.used(time.time()) == len(quota_requests(simulator))


@pytest.mark.parametrize("devices", [partial(probes, 10)], indirect=True, ids=["10 devices"])
async def test_pushes_before_the_platform_setup_are_received(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    early_http_client: TestClient[Any, Any],
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    devices = simulator.platform.devices
    store(hass_storage, entry, stored_devices(simulator))
    now = round(time.time() * 1000)
    events = [
        property_event(device.sn, {"temperature": float(number)}, ts=now - 1000 + number)
        for number in range(1000)
        for device in devices
    ]
    set_up_platforms = hass.config_entries.async_forward_entry_setups

    async def flooded(*arguments: Any) -> None:
        for array in batched(events, 16, strict=False):
            headers = signed(simulator.webhook_secret)
            answer = await early_http_client.post(ADDRESS, json=array, headers=headers)
            assert answer.status == 200
        await set_up_platforms(*arguments)

    monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", flooded)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert [temperature(hass, device) for device in devices] == ["999.0"] * 10
    assert entry.runtime_data.pushes.counter.count(time.time()) == 10_000
    await settle(hass)
    assert [temperature(hass, device) for device in devices] == ["999.0"] * 10


@pytest.mark.parametrize("devices", [partial(of_demo, "WS101")], indirect=True, ids=["button"])
@pytest.mark.parametrize("is_stored", [False, True], ids=["new", "stored"])
async def test_press_pushed_before_platform_setup_is_event(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    early_http_client: TestClient[Any, Any],
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    is_stored: bool,
) -> None:
    button = simulator.platform.devices[0]
    if is_stored:
        store(hass_storage, entry, stored_devices(simulator))
    set_up_platforms = hass.config_entries.async_forward_entry_setups

    async def pressed(*arguments: Any) -> None:
        await push_to(simulator, early_http_client)
        await simulator.press(button.sn, kind="long press")
        await set_up_platforms(*arguments)

    monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", pressed)
    await set_up(hass, entry)
    state = state_of(hass, Platform.EVENT, f"{button.sn}_button_event.status")
    assert state.attributes["event_type"] == "long_press"


@pytest.mark.parametrize("devices", [partial(of_demo, "WS101")], indirect=True, ids=["button"])
async def test_press_polled_before_platform_setup_is_event(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    button = simulator.platform.devices[0]
    await simulator.press(button.sn, kind="long press")
    set_up_platforms = hass.config_entries.async_forward_entry_setups

    async def delayed(*arguments: Any) -> None:
        await asyncio.gather(*entry._background_tasks)
        await set_up_platforms(*arguments)

    monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", delayed)
    await set_up(hass, entry)
    state = state_of(hass, Platform.EVENT, f"{button.sn}_button_event.status")
    assert state.attributes["event_type"] == "long_press"


@pytest.mark.parametrize("devices", [partial(of_demo, "WS101")], indirect=True, ids=["button"])
@pytest.mark.parametrize(
    ("unloads", "seconds", "event_type"),
    [(True, 1, "long_press"), (True, 120, None), (False, 1, "long_press")],
    ids=["reload", "unload", "failure"],
)
async def test_press_pushed_during_the_unload_is_event(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    pushing: MockConfigEntry,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    unloads: bool,
    seconds: float,
    event_type: str | None,
) -> None:
    button = simulator.platform.devices[0]
    button.history = History()  # a press that only its push tells of
    unload_platforms = hass.config_entries.async_unload_platforms

    async def press(*arguments: Any) -> bool:
        unloaded = unloads and await unload_platforms(*arguments)
        await simulator.report(button.sn, {"battery": 43})
        await simulator.press(button.sn, kind="long press")
        button.history = History()
        return unloaded

    with monkeypatch.context() as patch:
        patch.setattr(hass.config_entries, "async_unload_platforms", press)
        assert await hass.config_entries.async_unload(pushing.entry_id) is unloads
    freezer.tick(seconds)
    if unloads:
        await set_up(hass, pushing)
    state = state_of(hass, Platform.EVENT, f"{button.sn}_button_event.status")
    assert state.attributes["event_type"] == event_type
    if event_type:
        assert state_of(hass, Platform.SENSOR, f"{button.sn}_battery").state == "43"
    await pushing.runtime_data.async_shutdown()


async def test_push_during_the_first_poll_is_shown_after_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    early_http_client: TestClient[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = simulator.device("EM300-TH")
    traffic = Traffic(simulator, monkeypatch)
    simulator.fault("/thing-specification", "hang", times=2)
    starting = asyncio.create_task(hass.config_entries.async_setup(entry.entry_id))
    await traffic.wait_for(2)
    await push_to(simulator, early_http_client)
    await simulator.report(device.sn, {"temperature": 31.5})
    simulator.clear_faults()
    assert await starting
    for _ in range(2):
        await next_poll(hass)
    assert temperature(hass, device) == "31.5"


async def test_polling_replaces_pushes_if_the_clock_is_wrong(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    http_client: TestClient[Any, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = simulator.device("EM300-TH")
    caplog.clear()
    for offset, value in ((600, 31.5), (-600, 32.5)):
        simulator.application.configure(clock_offset=offset)
        await simulator.report(device.sn, {"temperature": value})
        assert simulator.push.deliveries[-1].status == 401
        assert temperature(hass, device) != str(value)
        await next_poll(hass)
        if offset > 0:
            assert temperature(hass, device) == str(value)
    (line,) = log_lines(caplog)
    assert line.startswith("A delivery was refused (not fresh)")

    simulator.application.configure(clock_offset=0)
    await push_to(simulator, http_client)
    await simulator.report(device.sn, {"temperature": 33.5})
    assert temperature(hass, device) == "33.5"
