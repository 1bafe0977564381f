"""Tests of the order of entities, and of how many are enabled."""

from collections import Counter
from typing import Any

from homeassistant.const import EntityCategory
import pytest

from custom_components.milesight.mapping import Priority

from .helpers import entities, entity, item, service

LABELS = "disable/enable"

DIAGNOSTICS = [
    ("battery", "int", "%", None, Priority.PRIMARY),
    ("device_status", "bool", None, "off/on", Priority.RARE),
    ("lorawan_class", "enum", None, "Class A/Class B/Class C", Priority.RARE),
    ("reset_event", "bool", None, "normal/reset", Priority.RARE),
    (
        "temperature_sensor_status",
        "enum",
        None,
        "normal/over range/read failed",
        Priority.SECONDARY,
    ),
    ("moisture_error", "enum", None, "collection failed/out of range", Priority.SECONDARY),
    ("rssi", "int", "dBm", None, Priority.RARE),
    ("cellular_status.iccid", "text", None, None, Priority.RARE),
    ("frobnicator_note", "text", None, None, Priority.SECONDARY),
]


@pytest.mark.parametrize(("path", "kind", "unit", "labels", "priority"), DIAGNOSTICS)
def test_what_speaks_of_the_device_itself_is_diagnostic(
    path: str, kind: str, unit: str | None, labels: str | None, priority: Priority
) -> None:
    described = entity(path, kind, unit, "R", labels)

    assert (described.category, described.priority) == (EntityCategory.DIAGNOSTIC, priority)


def test_what_is_hidden_is_disabled() -> None:
    assert entity("temperature", unit="°C", hidden=True).priority is Priority.RARE


def test_what_stands_in_a_hidden_structure_is_disabled() -> None:
    described = entities(
        item("place", "struct", hidden=True), item("place.latitude"), item("place.longitude")
    )

    assert [description.priority for description in described.values()] == [Priority.RARE]


def shown(described: dict[str, Any]) -> set[str]:
    """Return the keys of the entities that are enabled by default."""
    return {key for key, one in described.items() if one.priority is not Priority.RARE}


REPORT_INTERVAL = item("report_interval", "int", "s", "RW")
MEASURED = ("humidity", "co2", "hcho", "pm1_0", "pm2_5", "pm10", "o3", "no2", "nh3", "tvoc", "co")


def test_reporting_interval_and_reboot_are_always_shown() -> None:
    described = entities(
        *(item(path, unit="ppm") for path in MEASURED),
        *(item(f"{path}_alarm", "bool") for path in MEASURED),
        item("battery", "int", "%"),
        REPORT_INTERVAL,
        services=[service("reboot"), service("query_device_status")],
    )

    assert {"battery", "report_interval", "service_reboot"} <= shown(described)
    assert "service_query_device_status" not in shown(described)
    assert len(shown(described)) <= 16


def test_reporting_interval_of_several_is_the_plainest() -> None:
    described = entities(
        item("reporting_interval.ble.minutes_of_time", "int", "min", "RW"),
        item("reporting_interval.lora.minutes_of_time", "int", "min", "RW"),
        item("vacancy_reporting_interval", "int", "s", "RW"),
    )

    assert shown(described) == {"reporting_interval.lora.minutes_of_time"}


def test_siblings_are_shown_together_or_not_at_all() -> None:
    described = entities(
        *(item(f"voltage_{phase}", unit="V") for phase in "abc"),
        *(item(f"current_{phase}", unit="A") for phase in "abc"),
        *(item(f"active_power_{phase}", unit="W") for phase in "abc"),
        *(item(f"reactive_power_{phase}", unit="var") for phase in "abc"),
        *(item(f"power_factor_{phase}") for phase in "abc"),
        REPORT_INTERVAL,
        services=[service("reboot")],
    )

    kinds = Counter(key.rpartition("_")[0] for key in shown(described) if key[-2:-1] == "_")
    assert {"active_power", "current", "voltage"} <= kinds.keys()
    assert set(kinds.values()) == {3}


def test_value_is_shown_with_its_alarm() -> None:
    described = entities(
        *(item(f"current_chn{channel}", unit="A") for channel in (1, 2, 3)),
        *(item(f"current_chn{channel}_alarm.threshold_alarm", "bool") for channel in (1, 2, 3)),
        *(item(f"noise_level_{number}", "float") for number in range(20)),
    )

    assert {key for key in described if key.startswith("current")} <= shown(described)


@pytest.mark.parametrize(("count", "enabled"), [(8, 8), (32, 32), (40, 0)])
def test_channels_that_a_device_is_for_are_shown(count: int, enabled: int) -> None:
    described = entities(
        *(item(f"modbus_chn_{number}") for number in range(1, count + 1)),
        *(item(f"modbus_chn_{number}_alarm", "bool") for number in range(1, count + 1)),
    )

    assert sum(not key.endswith("_alarm") for key in shown(described)) == enabled


def test_meter_of_many_channels_shows_power_and_energy_totals() -> None:
    quantities = {"active_power": "kW", "forward_active_energy": "kWh", "apparent_power": "kVA"}
    described = entities(
        *(
            item(path, unit=unit)
            for quantity, unit in quantities.items()
            for group in range(1, 5)
            for path in (
                f"{quantity}.group{group}_value",
                *(f"{quantity}.group{group}.chan{channel}" for channel in (1, 2, 3)),
            )
        ),
        REPORT_INTERVAL,
        services=[service("reboot")],
    )

    assert {
        f"{quantity}.group{group}_value"
        for quantity in ("active_power", "forward_active_energy")
        for group in range(1, 5)
    } <= shown(described)
    assert len(shown(described)) <= 24


def test_lock_switches_come_last() -> None:
    described = entities(
        *(item(f"child_lock.{name}_button", "bool", None, "RW", LABELS) for name in MEASURED),
        *(item(path, unit="ppm") for path in MEASURED),
        item("temperature", unit="°C"),
    )

    assert not any(key.startswith("child_lock") for key in shown(described))


def test_vape_detector_shows_vaping_tamper_and_stop_buzzer() -> None:
    described = entities(
        item("vaping_index", "int"),
        item("vaping_index_alarm.type", "enum", labels="alarm deactivation/alarm trigger"),
        item("vaping_index_alarm.vaping_index", "int"),
        *(item(path, unit="µg/m³") for path in ("pm1_0", "pm2_5", "pm10", "tvoc", "nh3", "no2")),
        item("temperature", unit="°C"),
        item("humidity", unit="%"),
        item("occupancy_status", "bool", labels="vacant/occupied"),
        item("tamper_status", "bool", labels="normal/triggered"),
        item("battery", "int", "%"),
        REPORT_INTERVAL,
        services=[service("reboot"), service("stop_buzzer_alarm")],
    )

    assert {
        "vaping_index",
        "vaping_index_alarm.type",
        "tamper_status",
        "service_stop_buzzer_alarm",
    } <= shown(described)
    assert "vaping_index_alarm.vaping_index" not in shown(described)


def test_people_counter_shows_flows_before_regions_twice() -> None:
    described = entities(
        *(item(f"region_{number}", "int") for number in range(1, 9)),
        *(item(f"region_{number}_count", "int") for number in range(1, 17)),
        *(item(path, "int") for path in ("people_in", "people_out", "people_count_all")),
    )

    assert {"people_in", "people_out", "people_count_all", "region_8"} <= shown(described)
    assert "region_1_count" not in shown(described)


def test_order_of_enabled_entities_is_by_use() -> None:
    described = entities(
        item("aaa_temperature", unit="°C"),
        *(item(f"{word}_humidity", unit="%") for word in "bcdefghijklmn"),
        item("zzz_co2", unit="ppm"),
    )

    assert {"zzz_co2", "aaa_temperature"} <= shown(described)
