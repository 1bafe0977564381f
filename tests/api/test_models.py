"""Records of the API, parsed from any JSON."""

from hypothesis import given, strategies as st
import pytest

from custom_components.milesight.api import AddedDevice, Device, HistoryPage

DEVICE: dict[str, object] = {
    "deviceId": 1904371063669395457,
    "sn": "6707E04610160001",
    "devEUI": "24D124707E040001",
    "imei": None,
    "name": "Demo",
    "model": "AM319-HCHO-IR",
    "hardwareVersion": "V1.0",
    "firmwareVersion": "1.3",
    "connectStatus": "ONLINE",
    "electricity": 93,
    "lastUpdateTime": 1742872448000,
    "deviceType": "SUB_DEVICE",
    "project": "Office",
    "gatewaySn": "6221E0000001",
}


WORDS = st.text().filter(lambda word: not word.strip().isdecimal())  # no times long before ours


@given(st.dictionaries(st.sampled_from([*DEVICE]), st.none() | WORDS | st.integers(10**9)))
def test_device_is_restored_from_its_json(changes: dict[str, object]) -> None:
    device = Device.from_json(DEVICE | changes)
    if device is not None:
        assert Device.from_json(device.to_json()) == device


@pytest.mark.parametrize(
    ("ids", "sn"),
    [
        ({"snDevEUI": "6707"}, "6707"),
        ({"sn": "6707", "snDevEUI": "24E1"}, "6707"),
        ({"snDevEUI": "6707", "devEUI": "24E1"}, "6707"),
        ({"devEUI": "24E1"}, "24E1"),
    ],
)
def test_serial_number_has_several_names(ids: dict[str, str], sn: str) -> None:
    device = Device.from_json({"deviceId": "1", **ids})
    added = AddedDevice.from_json({"deviceId": "1", **ids})
    assert device is not None
    assert added is not None
    assert (device.sn, added.sn) == (sn, sn)


@pytest.mark.parametrize(
    ("status", "reported", "expected"),
    [
        ("offline", 1742872448000, "OFFLINE"),
        (None, 1742872448000, "ONLINE"),
        (None, None, "DISCONNECT"),
        ("SOMETHING_NEW", None, "DISCONNECT"),
    ],
)
def test_missing_status_is_inferred_from_last_report(
    status: str | None, reported: int | None, expected: str
) -> None:
    device = Device.from_json(DEVICE | {"connectStatus": status, "lastUpdateTime": reported})
    assert device is not None
    assert device.connect_status == expected


def test_history_records_are_parsed_tolerantly() -> None:
    page = HistoryPage.from_json(
        {
            "list": [
                {"ts": 1763007319, "properties": '{"a": {"b": 1}}'},
                {"ts": "1763007319532", "properties": {"c": 2}},
                {"ts": 1763007319532, "properties": "{"},
                {"ts": None, "properties": {}},
                {"ts": 1763007319532, "properties": []},
            ],
            "nextPageKey": "",
        }
    )
    assert page is not None
    assert page.next_page_key is None
    assert [(reading.time, dict(reading.values)) for reading in page.readings] == [
        (1763007319000, {"a.b": 1}),
        (1763007319532, {"c": 2}),
    ]
