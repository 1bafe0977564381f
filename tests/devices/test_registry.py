"""The link from a device to its gateway, as the device list changes."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.devices import registry
from tests.common import device_id, poll, set_up
from tests.fleets import of_demo
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return what is on the platform."""
    return of_demo("EM300-TH", "UG65", "UG67", "WS523")


@pytest.fixture
def gateway(simulator: Simulator) -> Device:
    """Return the gateway that the device list names at first."""
    return simulator.device("UG65")


@pytest.fixture
def node(simulator: Simulator, gateway: Device) -> Device:
    """Return a device behind the gateway."""
    node = simulator.device("EM300-TH")
    node.listed["gatewaySn"] = gateway.sn
    return node


def gateway_of(hass: HomeAssistant, entry: MockConfigEntry, device: Device) -> str | None:
    """Return Home Assistant's id of the gateway that a device is linked to."""
    registered = registry.async_get_device(hass, entry, device.sn)
    assert registered is not None
    return registered.via_device_id


async def test_link_follows_to_another_gateway(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, node: Device
) -> None:
    await set_up(hass, entry)
    other = simulator.device("WS523")
    node.listed["gatewaySn"] = other.sn
    await poll(hass, entry)
    assert gateway_of(hass, entry, node) == device_id(hass, entry, other)


@pytest.mark.parametrize("name", [None, "", "24E124FFFEF00000"])
async def test_link_ends_where_no_gateway_is_named(
    hass: HomeAssistant, entry: MockConfigEntry, node: Device, name: str | None
) -> None:
    await set_up(hass, entry)
    assert gateway_of(hass, entry, node) is not None
    node.listed["gatewaySn"] = name
    await poll(hass, entry)
    assert gateway_of(hass, entry, node) is None


async def test_gateway_that_appears_later_is_linked(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    gateway: Device,
    node: Device,
) -> None:
    simulator.remove_device(gateway.sn)
    await set_up(hass, entry)
    assert gateway_of(hass, entry, node) is None
    simulator.platform._take(gateway)
    await poll(hass, entry)
    assert gateway_of(hass, entry, node) == device_id(hass, entry, gateway)


async def test_gateway_that_is_removed_and_returns_is_linked(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    gateway: Device,
    node: Device,
) -> None:
    await set_up(hass, entry)
    simulator.remove_device(gateway.sn)
    await poll(hass, entry)
    assert gateway_of(hass, entry, node) is None
    simulator.platform._take(gateway)
    await poll(hass, entry)
    assert gateway_of(hass, entry, node) == device_id(hass, entry, gateway)


async def test_gateway_that_gets_the_named_address_is_linked(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    gateway: Device,
    node: Device,
) -> None:
    node.listed["gatewaySn"] = gateway.listed["devEUI"] = "24E124FFFEF00001"
    del gateway.listed["devEUI"]
    await set_up(hass, entry)
    assert gateway_of(hass, entry, node) is None
    gateway.listed["devEUI"] = "24E124FFFEF00001"
    await poll(hass, entry)
    assert gateway_of(hass, entry, node) == device_id(hass, entry, gateway)


async def test_link_that_changed_while_unloaded_is_followed(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator, node: Device
) -> None:
    await set_up(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    node.listed["gatewaySn"] = None
    await set_up(hass, entry)
    assert gateway_of(hass, entry, node) is None


async def test_device_that_names_itself_has_no_gateway(
    hass: HomeAssistant, entry: MockConfigEntry, gateway: Device
) -> None:
    gateway.listed["gatewaySn"] = gateway.sn
    await set_up(hass, entry)
    assert gateway_of(hass, entry, gateway) is None
