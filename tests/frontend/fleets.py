"""Fleets as the web interface knows them: registries and states, made up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

type Json = dict[str, Any]

# Domain, translation key, device class, category, state and unit of the entities of a device.
type Row = tuple[str, str, str | None, str | None, str, str | None]

CONNECTIVITY: Final[Row] = (
    "binary_sensor", "connectivity", "connectivity", "diagnostic", "on", None,
)  # fmt: skip
BATTERY: Final[Row] = ("sensor", "battery", "battery", "diagnostic", "90", "%")
TEMPERATURE: Final[Row] = ("sensor", "temperature", "temperature", None, "21.5", "°C")
HUMIDITY: Final[Row] = ("sensor", "humidity", "humidity", None, "45", "%")
LEAK: Final[Row] = ("binary_sensor", "leak", "moisture", None, "off", None)

MODELS: Final[Mapping[str, tuple[Row, ...]]] = {
    "AM319": (
        CONNECTIVITY,
        BATTERY,
        TEMPERATURE,
        HUMIDITY,
        ("sensor", "carbon_dioxide", "carbon_dioxide", None, "650", "ppm"),
    ),
    "EM300-TH": (CONNECTIVITY, BATTERY, TEMPERATURE, HUMIDITY),
    "EM300-MCS": (
        CONNECTIVITY,
        BATTERY,
        ("binary_sensor", "contact", "opening", None, "off", None),
        TEMPERATURE,
        HUMIDITY,
    ),
    "WS303": (CONNECTIVITY, BATTERY, LEAK),
    "WS523": (
        CONNECTIVITY,
        ("switch", "", "outlet", None, "on", None),
        ("sensor", "power", "power", None, "51.3", "W"),
        ("sensor", "energy", "energy", None, "19", "kWh"),
        ("sensor", "voltage", "voltage", None, "230", "V"),
    ),
    "WT101": (
        CONNECTIVITY,
        BATTERY,
        ("climate", "", None, None, "heat", None),
        TEMPERATURE,
        ("binary_sensor", "window", "window", None, "off", None),
    ),
    "VS133": (
        CONNECTIVITY,
        ("sensor", "people_count", None, None, "3", None),
        ("sensor", "line_total_in_number", None, None, "116", None),
        ("binary_sensor", "occupancy", "occupancy", None, "on", None),
        BATTERY,
    ),
    "EM500-SMTC": (
        CONNECTIVITY,
        BATTERY,
        ("sensor", "soil_moisture", "moisture", None, "27", "%"),
        TEMPERATURE,
        ("sensor", "conductivity", "conductivity", None, "432", "μS/cm"),
    ),
    "WS101": (CONNECTIVITY, BATTERY, ("event", "button", "button", None, "unknown", None)),
    "AT101": (
        CONNECTIVITY,
        BATTERY,
        ("device_tracker", "position", None, None, "not_home", None),
        TEMPERATURE,
        ("binary_sensor", "tilt", "problem", None, "off", None),
    ),
}
APPLICATION: Final[tuple[Row, ...]] = (
    ("binary_sensor", "push_healthy", "connectivity", "diagnostic", "on", None),
    ("sensor", "requests_24h", None, "diagnostic", "63", None),
    ("sensor", "pushes_24h", None, "diagnostic", "470", None),
)


@dataclass
class Registries:
    """The object `hass` of the web interface, as far as the strategy reads it."""

    entities: dict[str, Json] = field(default_factory=dict)
    devices: dict[str, Json] = field(default_factory=dict)
    areas: dict[str, Json] = field(default_factory=dict)
    floors: dict[str, Json] = field(default_factory=dict)
    states: dict[str, Json] = field(default_factory=dict)

    def add_application(self, entry: str = "entry", *, loaded: bool = True) -> None:
        """Add an Application with its service device."""
        self.add_device(
            f"application-{entry}", f"Application {entry}", APPLICATION, entry=entry,
            entry_type="service", model="Development Platform Application",
        )  # fmt: skip
        if not loaded:
            self.unload(entry)

    def add_device(
        self, device_id: str, name: str, rows: Iterable[Row], *, entry: str = "entry", **facts: Any
    ) -> None:
        """Add a device with its entities; ``facts`` are further ones of the device registry."""
        self.devices[device_id] = {
            "id": device_id,
            "name": name,
            "name_by_user": None,
            "identifiers": [["milesight", device_id]],
            "config_entry_id": entry,
            "config_entries": [entry],
            "entry_type": None,
            "area_id": None,
            "via_device_id": None,
            "disabled_by": None,
            "model": "EM300-TH",
            "sw_version": "1.2",
            "configuration_url": "https://console.milesight.com",
            **facts,
        }
        for number, (domain, key, device_class, category, state, unit) in enumerate(rows):
            entity_id = f"{domain}.{device_id.replace('-', '_')}_{number}"
            self.entities[entity_id] = {
                "entity_id": entity_id,
                "device_id": device_id,
                "platform": "milesight",
                "translation_key": key or None,
                "entity_category": category,
                "labels": [],
            }
            attributes = {"device_class": device_class, "unit_of_measurement": unit}
            self.states[entity_id] = {
                "entity_id": entity_id,
                "state": state,
                "attributes": {key: value for key, value in attributes.items() if value},
            }

    def add_areas(self, count: int, floors: int = 0) -> list[str]:
        """Add areas on floors; return their IDs."""
        for number in range(floors):
            floor = f"floor_{number}"
            self.floors[floor] = {"floor_id": floor, "name": f"Floor {number}", "level": number}
        for number in range(count):
            area = f"area_{number}"
            self.areas[area] = {
                "area_id": area,
                "name": f"Room {number}",
                "floor_id": f"floor_{number % floors}" if floors else None,
            }
        return list(self.areas)

    def unload(self, entry: str) -> None:
        """Leave the states that Home Assistant restores of an entry that is not loaded."""
        for entity in self.entities.values():
            if self.devices[entity["device_id"]]["config_entry_id"] == entry:
                state = self.states[entity["entity_id"]]
                state["state"] = "unavailable"
                state["attributes"]["restored"] = True


def fleet(size: int, *, areas: int = 0, floors: int = 0, entry: str = "entry") -> Registries:
    """Return a fleet of all models, with about 4.75 entities for each device."""
    registries = Registries()
    registries.add_application(entry)
    area_ids = registries.add_areas(areas, floors)
    models = list(MODELS.items())
    for number in range(size):
        model, rows = models[number % len(models)]
        registries.add_device(
            f"device-{number}", f"{model} {number}", rows, model=model, entry=entry,
            area_id=area_ids[number % areas] if areas else None,
        )  # fmt: skip
    return registries
