"""Registry entries of devices: gateway, area and labels."""

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    label_registry as lr,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.devices import registry
from tests.common import device_id, poll, set_up
from tests.fleets import of_demo
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
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


async def test_gateway_that_gets_the_named_id_is_linked(
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


def registered_device(
    hass: HomeAssistant, entry: MockConfigEntry, device: Device
) -> dr.DeviceEntry:
    """Return the registry entry of a device."""
    registered = registry.async_get_device(hass, entry, device.sn)
    assert registered is not None
    return registered


def area_of(hass: HomeAssistant, entry: MockConfigEntry, device: Device) -> str | None:
    """Return the name of a device's area."""
    area_id = registered_device(hass, entry, device).area_id
    area = ar.async_get(hass).async_get_area(area_id) if area_id else None
    return area.name if area else None


def labels_of(hass: HomeAssistant, entry: MockConfigEntry, device: Device) -> set[str]:
    """Return the names of a device's labels."""
    labels = lr.async_get(hass).labels
    return {labels[label_id].name for label_id in registered_device(hass, entry, device).labels}


async def test_new_device_takes_area_and_labels(
    hass: HomeAssistant, entry: MockConfigEntry, node: Device
) -> None:
    node.project, node.tags = " Cold store ", ["Ground floor", "Rented"]
    await set_up(hass, entry)
    assert area_of(hass, entry, node) == "Cold store"
    assert labels_of(hass, entry, node) == {"Ground floor", "Rented"}


async def test_existing_area_and_label_are_used(
    hass: HomeAssistant, entry: MockConfigEntry, node: Device
) -> None:
    area = ar.async_get(hass).async_create("Cold Store")
    label = lr.async_get(hass).async_create("Rented")
    node.project, node.tags = "cold store", ["rented"]
    await set_up(hass, entry)
    registered = registered_device(hass, entry, node)
    assert registered.area_id == area.id
    assert registered.labels == {label.label_id}


@pytest.mark.parametrize(
    ("tags", "labels"),
    [
        ([], set()),
        (["", "   ", "\u3000"], set()),
        (["Hall", "hall", " Hall "], {"Hall"}),
        (["x" * 500], {"x" * 500}),
        ([f"Tag {number}" for number in range(100)], {f"Tag {n}" for n in range(100)}),
        (["❄️", "☀️"], {"❄️", "☀️"}),
    ],
    ids=["none", "blank", "duplicate", "long", "many", "symbols"],
)
async def test_unusual_tags_become_labels(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    node: Device,
    tags: list[str],
    labels: set[str],
) -> None:
    node.tags = tags
    await set_up(hass, entry)
    assert labels_of(hass, entry, node) == labels


@pytest.mark.parametrize("project", [None, "", "  "])
async def test_blank_project_is_no_area(
    hass: HomeAssistant, entry: MockConfigEntry, node: Device, project: str | None
) -> None:
    node.project = project
    await set_up(hass, entry)
    assert area_of(hass, entry, node) is None


async def test_device_of_an_earlier_version_is_unchanged(
    hass: HomeAssistant, entry: MockConfigEntry, node: Device
) -> None:
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("milesight", node.sn)}
    )
    node.project, node.tags = "Cold store", ["Rented"]
    await set_up(hass, entry)
    await poll(hass, entry)
    assert area_of(hass, entry, node) is None
    assert labels_of(hass, entry, node) == set()
    assert not lr.async_get(hass).labels.get("rented")


async def test_area_and_labels_belong_to_the_user(
    hass: HomeAssistant, entry: MockConfigEntry, node: Device
) -> None:
    node.project, node.tags = "Cold store", ["Rented"]
    await set_up(hass, entry)
    registered = registered_device(hass, entry, node)
    dr.async_get(hass).async_update_device(registered.id, area_id=None, labels=set())
    node.name, node.project, node.tags = "Renamed", "Hall", ["Owned"]
    await poll(hass, entry)
    assert registered_device(hass, entry, node).name == "Renamed"
    assert area_of(hass, entry, node) is None
    assert labels_of(hass, entry, node) == set()


async def test_device_that_returns_keeps_its_labels(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    node: Device,
    freezer: FrozenDateTimeFactory,
) -> None:
    node.project, node.tags = "Cold store", ["Rented"]
    await set_up(hass, entry)
    registered = registered_device(hass, entry, node)
    label = lr.async_get(hass).async_create("Mine")
    dr.async_get(hass).async_update_device(registered.id, area_id=None, labels={label.label_id})
    simulator.remove_device(node.sn)
    await poll(hass, entry)
    freezer.tick(1)
    simulator.platform._take(node)
    await poll(hass, entry)
    assert area_of(hass, entry, node) is None
    assert labels_of(hass, entry, node) == {"Mine"}
