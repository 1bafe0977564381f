"""Requests for thing specifications, and devices whose specification cannot be read."""

from collections.abc import Callable
from functools import partial
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import CONF_DAILY_API_LIMIT, DOMAIN
from tests.common import (
    SPECIFICATION,
    call_action_without_response,
    entity_id,
    pass_time,
    poll,
    request_counts,
    set_up,
    store,
    temperature,
)
from tests.faults.helpers import stored_devices
from tests.fleets import of_demo, probes
from tests.simulator import Device, Simulator


def siblings(size: int) -> list[Device]:
    """Return devices that share a specification."""
    devices = probes(size)
    for device in devices:
        device.firmware = devices[0].firmware
    return devices


@pytest.fixture
def devices(request: pytest.FixtureRequest) -> list[Device]:
    """Return what is on the platform; a test may ask for others by their maker."""
    make: Callable[[], list[Device]] = getattr(request, "param", partial(siblings, 5))
    return make()


def refuse(simulator: Simulator, *devices: Device, status: int = 404) -> None:
    """Refuse the specification of some devices."""
    for device in devices:
        path = f"/{device.device_id}/thing-specification"
        simulator.fault(path, "status", status=status)


def have_entities(hass: HomeAssistant, *devices: Device) -> list[bool]:
    """Return for each device if its measurement has an entity."""
    entities = er.async_get(hass)
    return [
        entities.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{device.sn}_temperature")
        is not None
        for device in devices
    ]


async def test_refused_specification_is_read_for_a_sibling(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    devices = simulator.platform.devices
    refuse(simulator, *devices[:2])
    await set_up(hass, entry)
    assert have_entities(hass, *devices) == [True] * 5
    assert request_counts(simulator)[SPECIFICATION] == 3
    assert "cannot be read" not in caplog.text


async def test_siblings_are_tried_in_turn_in_later_polls(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    devices = simulator.platform.devices
    refuse(simulator, *devices[:4])
    await set_up(hass, entry)
    assert request_counts(simulator)[SPECIFICATION] == 3
    await poll(hass, entry)
    assert request_counts(simulator)[SPECIFICATION] == 5
    assert have_entities(hass, *devices) == [True] * 5


async def test_server_error_for_one_device_is_bypassed_later(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    devices = simulator.platform.devices
    refuse(simulator, devices[0], status=500)
    await set_up(hass, entry)
    assert request_counts(simulator)[SPECIFICATION] == 1, (
        "the platform may have a problem of its own"
    )
    for _ in range(2):
        await poll(hass, entry)
    assert have_entities(hass, *devices) == [True] * 5


@pytest.mark.parametrize("devices", [partial(siblings, 400)], indirect=True, ids=["400 devices"])
@pytest.mark.parametrize("model", ["PROBE-1", None])
async def test_number_of_refused_requests_is_limited(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    model: str | None,
) -> None:
    hass.loop.set_debug(False)  # of which most of the time would go into tracebacks
    hass.config_entries.async_update_entry(entry, options={CONF_DAILY_API_LIMIT: 100_000})
    broken = simulator.platform.devices[:-1]
    for device in broken:
        device.listed["model"] = model
    refuse(simulator, *broken)
    await set_up(hass, entry)
    assert request_counts(simulator)[SPECIFICATION] <= 12
    for _ in range(20):
        await pass_time(hass, freezer, minutes=6)
    assert request_counts(simulator)[SPECIFICATION] <= (30 if model else 21 * 12)


async def test_refused_specification_is_requested_less_often(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    devices = simulator.platform.devices
    refuse(simulator, *devices)
    await set_up(hass, entry)
    for _ in range(240):
        await pass_time(hass, freezer, minutes=6)
    assert request_counts(simulator)[SPECIFICATION] <= 3 * 55, "in a day three times each half hour"
    assert caplog.text.count("cannot be read") == 1
    assert have_entities(hass, *devices) == [False] * 5

    simulator.clear_faults()
    await call_action_without_response(hass, "refresh")
    assert have_entities(hass, *devices) == [True] * 5, "a refresh does not wait"
    assert caplog.text.count("can be read again") == 1


async def test_stored_specification_without_lists_is_read_anew(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    data = stored_devices(simulator)
    data["specifications"] = {key: {} for key in data["specifications"]}
    store(hass_storage, entry, data)
    await set_up(hass, entry)
    assert have_entities(hass, *simulator.platform.devices) == [True] * 5
    assert request_counts(simulator)[SPECIFICATION] == 1


@pytest.fixture
def thermometer(simulator: Simulator) -> Device:
    """Return a device whose firmware can be updated."""
    return simulator.device("EM300-TH")


with_thermometer = pytest.mark.parametrize("devices", [partial(of_demo, "EM300-TH")], indirect=True)


@with_thermometer
async def test_new_firmware_keeps_entities_until_it_is_readable(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, thermometer: Device
) -> None:
    await set_up(hass, entry)
    count = len(er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id))
    simulator.fault("/thing-specification", "status", status=500)
    thermometer.firmware = "9.9"
    await poll(hass, entry)
    await simulator.report(thermometer.sn, {"temperature": 31.5})
    await poll(hass, entry)
    assert temperature(hass, thermometer) == "31.5"
    assert entry.runtime_data.data[thermometer.sn].capabilities.is_known

    assert await hass.config_entries.async_unload(entry.entry_id)
    await set_up(hass, entry)
    assert temperature(hass, thermometer) == "31.5"
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert len(entities) == count

    simulator.clear_faults()
    simulator.requests.clear()
    await call_action_without_response(hass, "refresh")
    assert request_counts(simulator)[SPECIFICATION] == 1
    assert entity_id(hass, Platform.SENSOR, f"{thermometer.sn}_temperature")


@with_thermometer
async def test_specification_waits_for_background_quota(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, thermometer: Device
) -> None:
    await set_up(hass, entry)
    quota = entry.runtime_data.quota
    now = entry.runtime_data.next_poll
    while quota.background_remaining(now):
        quota.record(now)
    simulator.requests.clear()
    thermometer.firmware = "9.9"
    await poll(hass, entry)
    assert SPECIFICATION not in request_counts(simulator)
    await call_action_without_response(hass, "refresh")
    assert request_counts(simulator)[SPECIFICATION] == 1
