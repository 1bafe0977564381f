"""The devices that the state machine drives: two firmware versions of each, and their entities."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.util.color import value_to_brightness

from tests.fleets import Raw as Property, model
from tests.mapping.helpers import event, item
from tests.simulator.models import Model

type Raw = Any
type State = tuple[object, Mapping[str, object]]

FIRMWARE: Final = ("1.0", "2.0")
INTERVAL: Final = ((60, 3600), (10, 64800))
INDICATOR: Final = (("off", "on", "last status"), ("off", "on", "as before", "timer"))
SET_POINT: Final = ((5, 35), (10, 25))
BRIGHTNESS: Final = (100, 255)
SWITCH: Final = {"0": "off", "1": "on"}
HVAC: Final = {"0": "off", "1": "heat", "2": "cool"}
PRESSES: Final = (
    {"1": "short press", "2": "long press"},
    {"1": "short press", "2": "long press", "3": "double press"},
)
CHANNELS: Final = (2, 3)
OUTAGE: Final = ("normal", "power outage")


def _limits(low: float, high: float) -> dict[str, Any]:
    return {"validator": {"min": low, "max": high}}


def _labels(labels: Mapping[str, str]) -> str:
    return "/".join(f"{key}={label}" for key, label in labels.items())


def _socket(version: int) -> tuple[Property, ...]:
    return (
        item("socket_status", "enum", access="RW", labels="off/on"),
        item("active_power", unit="W", **_limits(0, 4000)),
        item("reporting_interval", "int", "s", "RW", **_limits(*INTERVAL[version])),
        item("led_indicator", "enum", access="W", labels="/".join(INDICATOR[version])),
        (item("voltage", unit="V"), item("current", "int", "mA"))[version],
    )


def _thermostat(version: int) -> tuple[Property, ...]:
    return (
        item("temperature", unit="°C", fractionDigits=1),
        item("temperature_control_mode", "enum", access="RW", labels=_labels(HVAC)),
        item("target_temperature", "float", "°C", "RW", **_limits(*SET_POINT[version])),
    )


def _light(version: int) -> tuple[Property, ...]:
    return (
        item("light_status", "enum", access="RW", labels="off/on"),
        item("brightness", "int", access="RW", **_limits(0, BRIGHTNESS[version])),
    )


def _button(version: int) -> tuple[Property, ...]:
    return (
        item("button_event", "struct"),
        item("button_event.status", "enum", labels=_labels(PRESSES[version])),
        item("battery", "int", "%", **_limits(0, 100)),
    )


def _array(version: int) -> tuple[Property, ...]:
    return (
        item(
            "channel", "array", elementDataType="STRUCT", validator={"maxSize": CHANNELS[version]}
        ),
        item("channel._item", "struct"),
        item("channel._item.temperature", unit="°C"),
    )


def _versions(name: str, properties: Callable[[int], tuple[Property, ...]]) -> tuple[Model, ...]:
    outage = event("outage_event", item("status", "enum", labels="/".join(OUTAGE)))
    events = (outage,) if name == "BUTTON" else ()
    return tuple(
        model(name, *properties(version), events=events) for version in range(len(FIRMWARE))
    )


MODELS: Final = {
    name: _versions(name, properties)
    for name, properties in (
        ("SOCKET", _socket),
        ("THERMOSTAT", _thermostat),
        ("LIGHT", _light),
        ("BUTTON", _button),
        ("ARRAY", _array),
    )
}
PRESS: Final = "button_event.status"
NEVER_REPORTED: Final = "led_indicator"


@dataclass(frozen=True)
class Entity:
    """An entity, the paths whose raw values it shows, and what it shows of them."""

    platform: Platform
    key: str
    paths: tuple[str, ...]
    show: Callable[..., State]


def _within(value: Raw, low: float | None = None, high: float | None = None) -> float | None:
    """Return a number, none for one that the specification does not admit."""
    if value is None or (low is not None and value < low) or (high is not None and value > high):
        return None
    return float(value)


def _number(low: float | None = None, high: float | None = None, **shown: object) -> Any:
    return lambda value: (_within(value, low, high), shown)


def _choice(labels: Mapping[str, str], **shown: object) -> Any:
    return lambda value: (labels.get(value), shown)


def _sensor(path: str, low: float | None = None, high: float | None = None) -> Entity:
    return Entity(Platform.SENSOR, path, (path,), _number(low, high))


def _socket_entities(version: int) -> list[Entity]:
    low, high = INTERVAL[version]
    modes = dict(zip("0123", INDICATOR[version], strict=False))
    return [
        Entity(Platform.SWITCH, "socket_status", ("socket_status",), _choice(SWITCH)),
        _sensor("active_power", 0, 4000),
        Entity(
            Platform.NUMBER,
            "reporting_interval",
            ("reporting_interval",),
            _number(low, high, min=low, max=high),
        ),
        Entity(
            Platform.SELECT,
            "led_indicator",
            ("led_indicator",),
            _choice(modes, options=list(modes.values())),
        ),
        _sensor(("voltage", "current")[version]),
    ]


def _thermostat_entities(version: int) -> list[Entity]:
    low, high = SET_POINT[version]

    def show(mode: Raw, target: Raw, temperature: Raw) -> State:
        return HVAC.get(mode), {
            "temperature": _within(target, low, high),
            "current_temperature": _within(temperature),
            "min_temp": low,
            "max_temp": high,
        }

    paths = ("temperature_control_mode", "target_temperature", "temperature")
    return [
        Entity(Platform.CLIMATE, "climate_target_temperature", paths, show),
        _sensor("temperature"),
    ]


def _light_entities(version: int) -> list[Entity]:
    high = BRIGHTNESS[version]

    def show(power: Raw, level: Raw) -> State:
        lit = power == "1" and _within(level, 0, high)
        brightness = value_to_brightness((1, high), level) if lit else None
        return SWITCH.get(power), {"brightness": brightness}

    return [Entity(Platform.LIGHT, "light_brightness", ("light_status", "brightness"), show)]


def _array_entities(version: int) -> list[Entity]:
    return [_sensor(f"channel[{index}].temperature") for index in range(CHANNELS[version])]


_ENTITIES: Final[Mapping[str, Callable[[int], list[Entity]]]] = {
    "SOCKET": _socket_entities,
    "THERMOSTAT": _thermostat_entities,
    "LIGHT": _light_entities,
    "BUTTON": lambda _version: [_sensor("battery", 0, 100)],
    "ARRAY": _array_entities,
}


def entities(name: str, version: int, reported: Collection[str]) -> list[Entity]:
    """Return the entities of a device; elements of an array have one when they were reported."""
    return [
        entity
        for entity in _ENTITIES[name](version)
        if "[" not in entity.key or entity.key in reported
    ]
