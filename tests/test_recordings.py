"""Recordings in ``fixtures/recordings``: the client reads them, and nothing in them is personal."""

import json
from pathlib import Path
from typing import Any, cast

from aiohttp import ClientSession
import pytest

from custom_components.milesight.api import MilesightClient, parse_specification
from custom_components.milesight.api.codec import decode
from custom_components.milesight.api.paths import template_of
from custom_components.milesight.api.webhook import parse_delivery
from custom_components.milesight.devices.redaction import REDACTED
from custom_components.milesight.mapping import describe
from tests.account.recording import FOLDER, ReplaySession, load, redact
from tests.personal_data import PATTERNS

FILES = sorted(FOLDER.glob("*.json"))
each_recording = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def replaying(path: Path) -> MilesightClient:
    """Return a client whose requests a recording answers."""
    session = cast("ClientSession", ReplaySession(load(path)))
    return MilesightClient(session, "https://recorded", "id", "secret")


def test_a_recording_is_there() -> None:
    assert FILES


@each_recording
def test_recording_holds_no_personal_data(path: Path) -> None:
    assert redact(load(path)) == load(path)
    texts = json.dumps(load(path), ensure_ascii=False)
    numbers = ("serial number or EUI", "long number")  # times of 13 digits are none of these
    found = {name for name, pattern in PATTERNS.items() if pattern.search(texts)}
    assert found <= set(numbers)


@each_recording
async def test_client_reads_recorded_devices(path: Path) -> None:
    page = await replaying(path).search_devices()

    assert page.devices
    assert page.unreadable == 0


@each_recording
async def test_recorded_specifications_become_entities(path: Path) -> None:
    client = replaying(path)

    recorded = [
        exchange["path"].split("/")[-2]
        for exchange in load(path)["exchanges"]
        if exchange["path"].endswith("/thing-specification")
    ]

    for device_id in recorded:
        specification = parse_specification(await client.get_thing_specification(device_id))
        assert specification.problems == ()
        assert describe(specification)


@each_recording
async def test_recorded_history_is_decoded(path: Path) -> None:
    client, recording = replaying(path), load(path)
    for exchange in recording["exchanges"]:
        if not exchange["path"].endswith("/history"):
            continue
        device_id = exchange["path"].split("/")[-3]
        raw = await client.get_thing_specification(device_id)
        items = {item.path: item for item in parse_specification(raw).leaves()}
        page = await client.get_history_page(device_id)
        assert len(page.readings) == len(_records(exchange)) or exchange["query"] != {
            "pageSize": 100
        }
        for reading in page.readings:
            for name, value in reading.values.items():
                decoded = decode(items[template_of(name)], value)
                assert decoded is not None or value in (None, REDACTED), name


def _records(exchange: dict[str, Any]) -> list[Any]:
    records: list[Any] = exchange["answer"]["data"]["list"]
    return records


@each_recording
def test_recorded_deliveries_are_decoded(path: Path) -> None:
    for delivery in load(path)["deliveries"]:
        parsed = parse_delivery(json.dumps(delivery).encode())
        assert parsed.events
        assert parsed.unreadable == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "not a recording"),
        ("[]", "not a recording"),
        ('{"version": 1, "exchanges"', "Expecting"),
        ('{"version": 2, "exchanges": [], "deliveries": []}', "another version"),
        ('{"version": 1, "data": {}}', "not a recording"),
    ],
)
def test_other_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=message):
        load(path)


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("sn", "6723D38552440001", "sn-1"),
        ("deviceId", "1900000000000000001", "1"),
        ("deviceId", 1900000000000000001, 1),
        ("name", "Grandma", REDACTED),
        ("tag", ["Grandma"], [REDACTED]),
        ("properties", {"latitude": 52.5}, {"latitude": 0}),
        ("properties", {"location": {"x": 52.5}}, {"location": {"x": 0}}),
        ("values", [{"key": "latitude", "value": 52.5}], [{"key": "latitude", "value": 0}]),
        ("properties", {"iccid": 89490200001000000000}, {"iccid": 0}),
        ("properties", {"text_1": "Grandma"}, {"text_1": REDACTED}),
        ("properties", {"mode": "2", "temperature": 21.5}, {"mode": "2", "temperature": 21.5}),
        ("ts", 1_790_000_000_000, 1_790_000_000_000),
        ("unheard_of", "Grandma", REDACTED),
    ],
)
def test_member_of_an_answer_is_redacted(member: str, value: Any, expected: Any) -> None:
    exchange: dict[str, Any] = {
        "method": "GET",
        "path": "device/openapi/v1/devices/1900000000000000001",
        "query": {},
        "body": None,
        "status": 200,
        "headers": [],
        "answer": {"data": {member: value}},
    }
    recording = redact({"version": 1, "exchanges": [exchange], "deliveries": []})

    assert recording["exchanges"][0]["path"] == "device/openapi/v1/devices/1"
    assert recording["exchanges"][0]["answer"] == {"data": {member: expected}}
    assert redact(recording) == recording
