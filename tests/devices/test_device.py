"""State of a device after any sequence of reports, writes and connection events."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api import ConnectStatus, Device, parse_specification
from custom_components.milesight.api.parsing import Json
from custom_components.milesight.devices.capabilities import Capabilities
from custom_components.milesight.devices.device import MilesightDevice, Signal
from custom_components.milesight.devices.size_limit import MAX_UNSPECIFIED_SIZE, PATH_OVERHEAD
from custom_components.milesight.devices.storage import dump_device, restore_device

PATHS = st.sampled_from(["temperature", "battery", "relay[0].state", "relay[1].state"])
REPORTS = st.lists(
    st.tuples(st.integers(1, 50), st.dictionaries(PATHS, st.integers(0, 9), min_size=1)),
    unique_by=lambda report: report[0],
    max_size=12,
)
NOW = 1_763_007_319_000
YEAR = 365 * 24 * 60 * 60 * 1000


def _device(status: ConnectStatus = ConnectStatus.ONLINE, **facts: object) -> MilesightDevice:
    return MilesightDevice(
        Device(sn="6723D38552440001", device_id="1", connect_status=status, **facts)  # type: ignore[arg-type]
    )


@given(REPORTS, st.randoms())
def test_latest_value_of_each_path_wins_in_any_order(
    reports: list[tuple[int, dict[str, int]]], random: object
) -> None:
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    device = _device()
    for time, values in shuffled:
        device.merge(time, values, pushed=True)
    expected: dict[str, int] = {}
    for _, values in sorted(reports, key=lambda report: report[0]):
        expected |= values
    assert device.values == expected
    assert device.last_report == max((time for time, _ in reports), default=None)


@given(REPORTS)
def test_listener_is_called_only_on_change(
    reports: list[tuple[int, dict[str, int]]],
) -> None:
    device = _device()
    seen: list[Json] = []
    device.listen_values("temperature", seen.append)
    expected: list[Json] = []
    newest = 0
    for time, values in reports:
        device.merge(time, values, pushed=True)
        if "temperature" in values and time >= newest:
            newest = time
            if [values["temperature"]] != expected[-1:]:
                expected.append(values["temperature"])
    assert seen == expected


@pytest.mark.parametrize("path", ["level.inner", "level[0]", "bank[0].level.inner"])
def test_value_nested_in_number_replaces_number(path: str) -> None:
    properties = [
        {"id": "level", "dataSpec": {"dataType": "INT"}},
        {"id": "bank", "dataSpec": {"dataType": "ARRAY", "elementDataType": "STRUCT"}},
        {"id": "bank._item", "dataSpec": {"dataType": "STRUCT", "parentId": "bank"}},
        {"id": "bank._item.level", "dataSpec": {"dataType": "INT", "parentId": "bank._item"}},
    ]
    device = _device()
    device.capabilities = Capabilities.of(parse_specification({"properties": properties}))
    device.merge(1, {"level": 5, "bank[0].level": 5, "bank[0].note": 5}, pushed=True)
    device.merge(1, {"bank": [], "bank[1]": {}, "other": {}}, pushed=True)
    device.merge(2, {path: 7}, pushed=True)
    assert device.values == {"level": 5, "bank[0].level": 5, "bank[0].note": 5} | {
        path[: path.index("level") + 5]: {}
    }


def test_null_is_ignored() -> None:
    device = _device()
    device.merge(1, {"temperature": 20}, pushed=True)
    device.merge(2, {"temperature": None}, pushed=True)
    assert device.values == {"temperature": 20}


def test_unspecified_paths_are_limited() -> None:
    device = _device()
    device.merge(1, {"temperature": 20}, pushed=True)
    for report in range(10):
        device.merge(2, {f"{report}.{path}": 1 for path in range(1000)}, pushed=True)
    device.merge(3, {"temperature": 21}, pushed=True)
    assert len(device.values) * PATH_OVERHEAD < MAX_UNSPECIFIED_SIZE
    assert device.value("temperature") == 21


def test_removed_listener_is_not_called() -> None:
    device = _device()
    calls: list[Json] = []
    remove = device.listen_values("a", calls.append)
    device.merge(1, {"a": 1}, pushed=True)
    remove()
    device.merge(2, {"a": 2}, pushed=True)
    assert calls == [1]


def test_report_listener_gets_pushed_and_newer_reports() -> None:
    device = _device()
    reports: list[tuple[Json, int, bool]] = []
    device.listen_reports("button", lambda *report: reports.append(report))
    device.merge(2, {"button": "short"}, pushed=True)
    device.merge(2, {"button": "short"}, pushed=False)
    device.merge(3, {"button": "short"}, pushed=False)
    device.merge(1, {"button": "long"}, pushed=True)
    device.merge(1, {"button": "long"}, pushed=False)
    assert reports == [("short", 2, True), ("short", 3, False), ("long", 1, True)]
    assert device.value("button") == "short"


def test_new_array_element_is_returned_once() -> None:
    device = _device()
    assert device.merge(1, {"relay[0].state": 1, "battery": 9}, pushed=True)
    assert not device.merge(2, {"relay[0].state": 0}, pushed=True)
    assert device.merge(3, {"relay[1].state": 0}, pushed=True)


def test_written_value_is_shown_until_path_is_reported() -> None:
    device = _device()
    device.merge(NOW - 3, {"switch": "0", "power": 5}, pushed=True)
    device.begin_writes({"switch": "1"}, NOW)
    assert device.value("switch") == "1"
    device.merge(NOW + 1, {"power": 0}, pushed=True)
    assert device.value("switch") == "1"
    device.merge(NOW + 2, {"switch": "0"}, pushed=True)
    assert device.value("switch") == "0"


def test_expired_write_shows_last_report() -> None:
    device = _device()
    calls: list[Json] = []
    device.listen_values("switch", calls.append)
    device.merge(1, {"switch": "0"}, pushed=True)
    writes = device.begin_writes({"switch": "1"}, NOW)
    device.accept_writes(writes, NOW + 60_000)
    device.end_writes(writes)
    assert calls == ["0", "1", "0"]


def test_unreported_property_keeps_written_value() -> None:
    device = _device()
    writes = device.begin_writes({"interval": 600}, NOW)
    device.accept_writes(writes, NOW + 60_000)
    device.end_writes(writes)
    assert device.value("interval") == 600
    device.merge(1, {"interval": 1200}, pushed=True)
    assert device.value("interval") == 1200


def test_older_write_that_expires_leaves_newer_one() -> None:
    device = _device()
    device.merge(1, {"switch": "0"}, pushed=True)
    writes = device.begin_writes({"switch": "1"}, NOW)
    device.accept_writes(writes, NOW + 60_000)
    device.begin_writes({"switch": "2"}, NOW)
    device.end_writes(writes)
    assert device.value("switch") == "2"


def test_write_accepted_after_newer_one_is_not_shown() -> None:
    device = _device()
    first = device.begin_writes({"switch": "1"}, NOW)
    second = device.begin_writes({"switch": "2"}, NOW)
    device.accept_writes(second, NOW + 60_000)
    device.accept_writes(first, NOW + 60_000)
    device.end_writes(second)
    assert device.value("switch") == "2"
    device.end_writes(first)
    assert device.value("switch") == "2"


def test_only_newer_sign_of_life_ends_offline() -> None:
    device = _device()
    calls: list[bool] = []
    device.listen(Signal.AVAILABILITY, lambda: calls.append(device.online))
    device.mark_active(NOW - 10_000, NOW)
    device.mark_offline(NOW, NOW)
    device.mark_active(NOW - 5_000, NOW)
    assert not device.online
    device.mark_active(NOW + 1_000, NOW + 1_000)
    assert calls == [False, True]


def test_offline_before_last_sign_of_life_is_ignored() -> None:
    device = _device()
    device.mark_active(NOW, NOW)
    device.mark_offline(NOW - 60_000, NOW)
    assert device.online


def test_device_list_before_latest_event_is_ignored() -> None:
    device = _device(ConnectStatus.OFFLINE)
    device.mark_active(NOW, NOW)
    device.merge(NOW, {"temperature": 20}, pushed=True)
    offline = Device(
        sn=device.sn,
        device_id="1",
        connect_status=ConnectStatus.OFFLINE,
        last_update_time=NOW - 60_000,
    )
    device.update_information(offline, NOW - 1)
    assert device.online
    device.update_information(offline, NOW + 60_000)
    assert device.online, "the list does not know the latest report"


def test_device_list_reports_offline_that_was_not_pushed() -> None:
    device = _device()
    device.mark_active(NOW, NOW)
    offline = Device(
        sn=device.sn, device_id="1", connect_status=ConnectStatus.OFFLINE, last_update_time=NOW
    )
    device.update_information(offline, NOW + 60_000)
    assert not device.online


def test_device_list_without_latest_report_counts_later() -> None:
    device = _device()
    device.mark_active(NOW, NOW)
    device.merge(NOW, {"temperature": 20}, pushed=True)
    offline = Device(sn=device.sn, device_id="1", connect_status=ConnectStatus.OFFLINE)
    device.update_information(offline, NOW + 60_000)
    assert device.online
    device.update_information(offline, NOW + 600_000)
    assert not device.online


def test_report_listed_in_the_future_counts_once() -> None:
    device = _device()
    listed = Device(sn=device.sn, device_id="1", last_update_time=NOW + YEAR)
    device.update_information(listed, NOW)
    device.update_information(listed, NOW + 60_000)
    assert device.last_report == NOW


def test_stored_report_in_the_future_counts_once() -> None:
    device = _device()
    device.update_information(replace(device.info, last_update_time=NOW + YEAR), NOW)
    restarted = MilesightDevice(device.info)
    restore_device(restarted, dump_device(device))
    restarted.update_information(device.info, NOW + 60_000)
    assert restarted.last_report == NOW


def test_element_beyond_array_size_has_no_entity() -> None:
    specification = parse_specification(
        {
            "properties": [
                {
                    "id": "a",
                    "dataSpec": {
                        "dataType": "ARRAY",
                        "elementDataType": "STRUCT",
                        "validator": {"maxSize": 2},
                    },
                },
                {"id": "a._item", "dataSpec": {"dataType": "STRUCT", "parentId": "a"}},
                {"id": "a._item.b", "dataSpec": {"dataType": "ARRAY", "parentId": "a._item"}},
                {"id": "a._item.b._item", "dataSpec": {"dataType": "INT", "parentId": "a._item.b"}},
            ]
        }
    )
    device = _device()
    device.capabilities = Capabilities.of(specification)
    device.merge(1, {"a[0].b[9]": 1, "a[1].b[0]": 1, "a[2].b[0]": 1}, pushed=True)
    assert [description.key for description in device.descriptions()] == ["a[0].b[9]", "a[1].b[0]"]
