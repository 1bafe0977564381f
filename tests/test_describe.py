"""Tests of `scripts/describe` with files and with an Application."""

import json
from pathlib import Path

import pytest

from tests import describe
from tests.simulator import Simulator
from tests.specifications import item

SPECIFICATION = {
    "version": "v1.0",
    "properties": [
        item("temperature", "float", "℃"),
        item("relay_2", "bool", None, "RW", "off/on"),
        item("d2d_key", "text", None, "RW"),
    ],
}


@pytest.mark.parametrize(
    "wrapped",
    [
        SPECIFICATION,
        {"thingSpecification": SPECIFICATION},
        {"data": SPECIFICATION, "status": "Success"},
    ],
)
def test_file_is_shown_as_table(
    wrapped: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(wrapped), encoding="utf-8")

    assert describe.main(["--relative-to", str(tmp_path), "mine.json"]) == 0

    head, _, titles, *rows = capsys.readouterr().out.splitlines()
    assert head == "mine: 3 entities, 2 enabled by default, 2 of them primary"
    assert titles.split()[:4] == ["enabled", "platform", "key", "name"]
    assert [row.split()[:3] for row in rows if row] == [
        ["primary", "sensor", "temperature"],
        ["primary", "switch", "relay_2"],
        ["no", "text", "d2d_key"],
    ]


def test_disabled_entities_are_omitted_on_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(SPECIFICATION), encoding="utf-8")

    describe.main([str(path), "--enabled"])

    shown = capsys.readouterr().out
    assert "relay_2" in shown
    assert "d2d_key" not in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no", "not JSON, or not complete"),
        ('{"data": {"specification": {"prop', "not JSON, or not complete"),
        ('{"integration_manifest": {"domain": "hue"}, "data": {}}', "the diagnostics of hue"),
        ('{"data": {"entry": {}, "model": {}}}', "holds no thing specification"),
        ("[]", "holds no thing specification"),
        (" " * (describe.MAX_FILE_SIZE + 1), "too large"),
    ],
    ids=["text", "half", "other", "newer", "list", "large"],
)
def test_unusable_file_is_explained(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")

    assert describe.main([str(path)]) == 1

    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


def test_missing_subject_is_a_usage_error() -> None:
    with pytest.raises(SystemExit):
        describe.arguments_of([])
    with pytest.raises(SystemExit):
        describe.arguments_of(["--url", "http://localhost"])


async def test_devices_of_application_are_shown(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(describe.SECRET, simulator.client_secret)
    arguments = describe.arguments_of(["--url", simulator.url, "--client-id", simulator.client_id])

    await describe.show_devices(arguments)

    shown = capsys.readouterr().out
    assert "enabled by default" in shown
    assert "device_tracker_latitude" in shown
