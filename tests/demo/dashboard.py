"""The dashboard of the demo: a section for each simulated device."""

from collections.abc import Iterable, Mapping
from typing import Any

from .home_assistant import HomeAssistant
from .integration import entities

type Entry = Mapping[str, Any]  # of the device registry or the entity registry, as the API lists it

URL_PATH = "milesight-demo"
TITLE = "Milesight demo"
TILES = 6  # at most, of one device

# Product families by the start of a model's name, in the order of the dashboard.
FAMILIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Power and switches", "mdi:power-socket-eu", ("WS5", "CT", "UC")),
    ("Climate and irrigation", "mdi:thermostat", ("WT", "UC511", "UC512")),
    ("Rooms and people", "mdi:account-group", ("AM", "DS", "GS", "VS", "WS1", "WS2")),
    ("Environment", "mdi:home-thermometer", ("EM", "SC", "TS", "WS3", "WTS")),
    ("Assets and gateways", "mdi:map-marker", ("AT", "SG", "UF", "UG")),
)
OTHERS = ("More devices", "mdi:devices")

# Domains to show, in this order, with the control in a tile.
FEATURES: dict[str, list[dict[str, str]]] = {
    "climate": [{"type": "target-temperature"}],
    "light": [{"type": "light-brightness"}],
    "cover": [{"type": "cover-open-close"}],
    "valve": [{"type": "valve-open-close"}],
    "switch": [{"type": "toggle"}],
    "event": [],
    "binary_sensor": [],
    "sensor": [],
    "device_tracker": [],
    "number": [{"type": "numeric-input", "style": "buttons"}],
    "select": [{"type": "select-options"}],
    "button": [],
}
# Ends of the unique ids of the entities that come first, and of those in the heading.
FOREMOST = ("_temperature", "_humidity", "_co2")
BADGES = ("_battery", "_connectivity")


async def install(home: HomeAssistant) -> None:
    """Save a dashboard of the present devices, and make it the first page."""
    devices = await home.command("config/device_registry/list")
    config = dashboard(devices, await entities(home))
    if all(d["url_path"] != URL_PATH for d in await home.command("lovelace/dashboards/list")):
        fields = {"url_path": URL_PATH, "title": TITLE, "icon": "mdi:access-point"}
        await home.command("lovelace/dashboards/create", **fields)
    await home.command("lovelace/config/save", url_path=URL_PATH, config=config)
    core = {"default_panel": URL_PATH}
    await home.command("frontend/set_system_data", key="core", value=core)


def dashboard(devices: Iterable[Entry], entity_entries: Iterable[Entry]) -> dict[str, Any]:
    """Return a dashboard configuration: a heading for each family, a section for each device.

    `devices` and `entity_entries` are listed by the registries. Devices without an entity to show
    have no section.
    """
    by_device: dict[str, list[Entry]] = {}
    for entity in entity_entries:
        if not entity["disabled_by"] and not entity["hidden_by"]:
            by_device.setdefault(entity["device_id"], []).append(entity)
    families: dict[tuple[str, str], list[dict[str, Any]]] = {
        **{(title, icon): [] for title, icon, _ in FAMILIES},
        OTHERS: [],
    }
    for device in sorted(devices, key=_name):
        section = _section(device, by_device.get(device["id"], []))
        if section:
            families[_family(device)].append(section)
    sections = [
        section
        for (title, icon), members in families.items()
        if members
        for section in (_title_section(title, icon), *members)
    ]
    view = {"title": TITLE, "type": "sections", "max_columns": 4, "sections": sections}
    return {"title": TITLE, "views": [view]}


def _family(device: Entry) -> tuple[str, str]:
    """Return title and icon of the family with the longest prefix of the device's model."""
    model = device["model"] or ""
    matches = [
        (len(prefix), title, icon)
        for title, icon, prefixes in FAMILIES
        for prefix in prefixes
        if model.startswith(prefix)
    ]
    return max(matches)[1:] if matches else OTHERS


def _name(device: Entry) -> str:
    return str(device["name_by_user"] or device["name"] or device["id"])


def _title_section(title: str, icon: str) -> dict[str, Any]:
    heading = {"type": "heading", "heading": title, "heading_style": "title", "icon": icon}
    return {"type": "grid", "column_span": 4, "cards": [heading]}


def _section(device: Entry, entity_entries: list[Entry]) -> dict[str, Any] | None:
    """Return the section of a device: its name, badges and tiles of its main entities."""
    badges = [e for e in entity_entries if e["unique_id"].endswith(BADGES)]
    order = list(FEATURES)
    main = [
        entity
        for entity in entity_entries
        if entity not in badges and not entity["entity_category"] and _domain(entity) in order
    ]
    main = sorted(
        # An event without a state yet is shown only of devices that have nothing else.
        [entity for entity in main if _domain(entity) != "event"] or main,
        key=lambda entity: (
            order.index(_domain(entity)),
            not entity["unique_id"].endswith(FOREMOST),
        ),
    )
    if not main:
        return None
    heading = {
        "type": "heading",
        "heading": _name(device),
        "badges": [{"type": "entity", "entity": e["entity_id"]} for e in badges],
    }
    return {"type": "grid", "cards": [heading, *map(_tile, main[:TILES])]}


def _domain(entity: Entry) -> str:
    return str(entity["entity_id"]).partition(".")[0]


def _tile(entity: Entry) -> dict[str, Any]:
    """Return the tile of an entity, named without its device."""
    return {
        "type": "tile",
        "entity": entity["entity_id"],
        "name": entity["name"] or entity["original_name"] or _domain(entity).capitalize(),
        "features": FEATURES[_domain(entity)],
        "features_position": "inline",
    }
