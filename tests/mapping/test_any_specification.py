"""Whatever a specification says, it becomes entities that Home Assistant admits."""

from collections.abc import Iterable, Mapping
import random
from typing import Any

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.number.const import (
    DEVICE_CLASS_UNITS as NUMBER_UNITS,
    NumberDeviceClass,
)
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping import (
    BinarySensorDescription,
    ClimateDescription,
    Description,
    EventDescription,
    LightDescription,
    NumberDescription,
    Priority,
    SelectDescription,
    SensorDescription,
    SwitchDescription,
    TextDescription,
    describe,
)

from .helpers import one_of

WORDS = one_of("""
    temperature humidity celsius fahrenheit target heat cool fan mode status valve 1 2 chn1 opening
    position switch socket relay light brightness red green blue power current voltage energy total
    in out line region period people count battery alarm release enable interval report event button
    key history historical data latitude longitude curtain motor control set system calibration
    tolerance unit time pulse co2 pm2_5 tvoc task index
    """)
IDS = st.one_of(
    st.lists(WORDS, min_size=1, max_size=5).map("_".join),
    st.lists(WORDS, min_size=1, max_size=4).map(".".join),
    st.lists(WORDS, min_size=1, max_size=3).map("._item.".join),
    st.text(max_size=30),
    st.sampled_from(
        ["", ".", "..", "a b", "a/b", "温度", "ß", "_item", "a._item", "[]", "x[0]", "{}"]
    ),
)
UNITS = st.one_of(
    st.none(),
    one_of("°C ℃ ℉ % %RH ppm ppb ug/m3 V A mA W kWh kVArh hPa kPa s min mm L m³ ° dBA"),
    st.text(max_size=12),
)
LABELS = st.one_of(
    one_of(
        "on off open close stop heat cool auto yes no enable disable normal alarm release low high"
        " success failed short_press pressed vacant occupied"
    ),
    st.text(max_size=20),
)
NUMBERS = st.one_of(st.none(), st.integers(), st.just(10**400), st.floats(), st.text(max_size=5))
MAPPINGS = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.lists(
        st.fixed_dictionaries(
            {"key": st.one_of(st.sampled_from(["0", "1", "2", "true", "false"]), st.integers())},
            optional={"value": LABELS},
        ),
        max_size=6,
    ),
)
TYPES = st.one_of(
    one_of("STRING ENUM FILE IMAGE INT LONG DATE LOCAL_TIME FLOAT DOUBLE BOOL STRUCT ARRAY enum"),
    st.text(max_size=6),
)
SPECS = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"dataType": TYPES},
        optional={
            "parentId": st.one_of(st.none(), IDS),
            "elementDataType": TYPES,
            "unitName": UNITS,
            "fractionDigits": st.one_of(st.none(), st.integers(-3, 400)),
            "mappings": MAPPINGS,
            "validator": st.one_of(
                st.none(),
                st.fixed_dictionaries(
                    {}, optional={"min": NUMBERS, "max": NUMBERS, "maxSize": NUMBERS}
                ),
            ),
            "defaultValue": NUMBERS,
        },
    ),
)
ITEMS = st.fixed_dictionaries(
    {"id": IDS, "dataSpec": SPECS},
    optional={
        "name": st.one_of(st.none(), st.text(max_size=40), st.text("x(").map(lambda t: t * 100)),
        "accessMode": st.sampled_from(["R", "W", "RW", "", "x"]),
        "hidden": st.booleans(),
    },
)
SPECIFICATIONS = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.lists(ITEMS, max_size=25),
        "events": st.lists(
            st.fixed_dictionaries({"id": IDS}, optional={"outputs": st.lists(ITEMS, max_size=4)}),
            max_size=5,
        ),
        "services": st.lists(
            st.fixed_dictionaries({"id": IDS}, optional={"inputs": st.lists(ITEMS, max_size=4)}),
            max_size=5,
        ),
    },
)


def described(raw: dict[str, Any]) -> tuple[Description, ...]:
    return describe(parse_specification(raw))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(SPECIFICATIONS)
def test_any_specification_becomes_valid_entities(raw: dict[str, Any]) -> None:
    descriptions = described(raw)

    for description in descriptions:
        admitted(description)
        element = description.element(*[0] * description.path.count("[]"))
        assert "[]" not in element.key
        assert "[]" not in element.path
        assert "[]" not in (element.name or "")
    assert_distinct(descriptions)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(SPECIFICATIONS, st.randoms(use_true_random=False))
def test_order_of_a_specification_does_not_matter(
    raw: dict[str, Any], shuffler: random.Random
) -> None:
    once = {
        kind: list({item["id"]: item for item in reversed(items)}.values())
        for kind, items in raw.items()
    }
    other = {kind: shuffler.sample(items, len(items)) for kind, items in once.items()}

    keys = {(description.platform, description.key) for description in described(once)}

    assert {(description.platform, description.key) for description in described(other)} == keys


def admitted(description: Description) -> None:
    """Assert what Home Assistant and the priorities ask of one entity."""
    assert description.key
    assert description.name is None or 0 < len(description.name) < 120
    match description:
        case SensorDescription():
            sensor(description)
        case BinarySensorDescription():
            assert description.device_class in {None, *BinarySensorDeviceClass}
            assert description.category is not EntityCategory.CONFIG
            assert description.on < set(description.labels)
        case NumberDescription() | ClimateDescription():
            assert description.step > 0
            assert description.minimum <= description.maximum
            if isinstance(description, NumberDescription) and description.device_class:
                units = NUMBER_UNITS[NumberDeviceClass(description.device_class)]
                assert_unit(description.unit, units)
        case LightDescription():
            assert description.minimum <= description.maximum
        case TextDescription():
            assert 0 <= description.min_length <= description.max_length <= 255
        case SelectDescription():
            options_are_distinct(description.options)
        case EventDescription():
            options_are_distinct(description.event_types)
        case SwitchDescription():
            assert description.on
            assert set(description.labels) - description.on


def sensor(description: SensorDescription) -> None:
    assert description.precision is None or 0 <= description.precision <= 10
    assert description.category is not EntityCategory.CONFIG
    if description.state_class is not None:
        assert description.state_class in list(SensorStateClass)
    if description.device_class is None:
        return
    device_class = SensorDeviceClass(description.device_class)
    if device_class is SensorDeviceClass.ENUM:
        options_are_distinct(description.options)
        assert description.unit is None
        assert description.state_class is None
        return
    if device_class in DEVICE_CLASS_UNITS:
        assert_unit(description.unit, DEVICE_CLASS_UNITS[device_class])
    if description.state_class is not None:
        assert description.state_class in DEVICE_CLASS_STATE_CLASSES[device_class]


def assert_unit(unit: str | None, units: Iterable[Any]) -> None:
    assert any(
        (isinstance(choice, type) and unit in [member.value for member in choice])  # type: ignore[attr-defined]
        or (choice is None and unit is None)
        or str(choice) == unit
        for choice in units
    )


def options_are_distinct(options: Mapping[str, str]) -> None:
    states = list(options.values())
    assert states
    assert all(states)
    assert all(len(state) <= 255 for state in states)
    assert len(states) == len(set(states))


def assert_distinct(descriptions: tuple[Description, ...]) -> None:
    keys = [description.key for description in descriptions]
    assert len(keys) == len(set(keys))
    assert sum(description.priority is not Priority.RARE for description in descriptions) <= 40
