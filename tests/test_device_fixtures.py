"""Tests of the device diagnostics in `fixtures/devices`: entities and absence of personal data."""

from collections.abc import Mapping
from copy import deepcopy
import json
from pathlib import Path
from typing import Any

from homeassistant.components import diagnostics
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping import describe
from tests import describe as describe_script
from tests.common import device_id
from tests.files import ROOT
from tests.fleets import new_devices
from tests.personal_data import personal_data
from tests.simulator import MODELS, Simulator
from tests.simulator.models import FOLDER, load_model
from tests.simulator.values import nest

FILES = sorted(FOLDER.glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """Return what is in a file."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_device_file_is_named_after_its_model(path: Path) -> None:
    assert read(path)["data"]["device"]["model"] == path.stem
    assert path.stem in MODELS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_device_file_holds_no_personal_data(path: Path) -> None:
    assert personal_data(read(path)) == []


def test_documentation_lists_seen_and_modelled_devices() -> None:
    page = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    _, _, rest = page.partition("**Seen by users:**")
    seen, _, rest = rest.partition("**Modelled**")
    modelled, _, _ = rest.partition("Not supported")
    for path in FILES:
        model = path.stem
        downloaded = MODELS[model].downloaded
        expected, name = (seen, model) if downloaded else (modelled, model.split("-")[0])
        assert name in expected, f"docs/devices.md does not list {model}"


DOWNLOAD: Mapping[str, Any] = {
    "home_assistant": {
        "installation_type": "Home Assistant OS",
        "version": "2026.11.0",
        "timezone": "Europe/Berlin",
        "os_name": "Linux",
        "os_version": "6.12.1-haos",
        "arch": "aarch64",
        "config_dir": "/config",
        "run_as_root": True,
    },
    "custom_components": {
        "milesight": {
            "documentation": "https://github.com/milesight-home-assistant/milesight",
            "version": "1.0.0",
            "requirements": [],
        },
    },
    "integration_manifest": {"domain": "milesight", "name": "Milesight", "version": "1.0.0"},
    "setup_times": {"null": {"setup": 0.000123456}},
    "data": {
        "entry": {"state": "loaded", "server": "another", "options": {"daily_api_limit": 1000}},
        "requests": {"last_24_hours": 12, "token_seconds_left": 3500},
        **read(FOLDER / "AT101.json")["data"],
    },
    "issues": [],
}


def test_download_without_personal_data_is_accepted() -> None:
    assert personal_data(DOWNLOAD) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.device.sn", "6723D38552440001"),
        ("data.device.devEUI", "24E124723D385524"),
        ("data.device.name", "Grandma"),
        ("data.device.note", "Grandma"),
        ("data.device.tag", ["Grandma"]),
        ("data.device.model", "861234567890123"),
        ("data.device.values.sn", "6723D38552440001"),
        ("data.device.values.latitude", 52.5),
        ("data.device.values.device_status", "Grandma"),
        ("data.device.values.Grandma", 1),
        ("data.device.values.ipso_version", 861234567890123),
        ("data.device.deviceId", 1900000000000000000),
        ("data.device.gateway.mac", "24:E1:24:F0:12:34"),
        ("data.device.place", {"latitude": 52.5}),
        ("data.specification.properties.0.description", "Grandma's"),
        ("data.specification.properties.0.dataSpec.defaultValue", "Grandma's"),
        ("data.specification.properties.0.name", "24e124723d385524"),
        ("data.entry.client_id", "8d8a6c8e-7f3a-4c26-8f2d-33f7a3c8a001"),
        ("data.entry.webhook_secret", "hunter2"),
        ("data.entry.title", "Grandma"),
        ("data.entry.server", "http://192.168.0.150:8123"),
        ("data.entry.callback", "https://grandma.example.org/hook?key=1"),
        ("data.entry.state", "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"),
        ("data.entry.owner", "grandma@example.org"),
        ("data.entry.help", "+49 30 1234567"),
        ("data.entry.place", "52.5200, 13.4050"),
        ("data.entry.entry_id", "01JWEBM0M2K1QH3PTXZ7C5V9NA"),
        ("home_assistant.config_dir", "/home/grandma/.homeassistant"),
        ("home_assistant.host", "fe80:0:0:1::7"),
        ("issues", [{"translation_placeholders": {"device": "Grandma"}}]),
        ("issues", [{"issue_id": "device_6723D38552440001"}]),
        ("setup_times", {"6723D38552440001": {"setup": 1}}),
    ],
)
def test_personal_data_is_found(path: str, value: Any) -> None:
    document: Any = deepcopy(DOWNLOAD)
    *parents, last = path.split(".")
    inner = document
    for parent in parents:
        inner = inner[int(parent)] if isinstance(inner, list) else inner.setdefault(parent, {})
    inner[last] = value
    assert personal_data(document) != []


async def test_downloaded_diagnostics_become_a_simulated_device(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    simulator: Simulator,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await async_setup_component(hass, diagnostics.DOMAIN, {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    client = await hass_client()
    for name, model in MODELS.items():
        address = device_id(hass, entry, simulator.device(name))
        url = f"/api/diagnostics/config_entry/{entry.entry_id}/device/{address}"
        path = tmp_path / f"{name}.json"
        path.write_text(await (await client.get(url)).text(), encoding="utf-8")
        assert personal_data(read(path)) == [], name

        (device,) = new_devices(downloaded := load_model(path))
        assert nest(device.values).keys() | {"valve_schedule"} >= nest(model.values).keys()
        assert device.readings()
        assert downloaded.buttons == model.buttons
        same = [describe(parse_specification(m.specification.raw)) for m in (downloaded, model)]
        assert [entity.key for entity in same[0]] == [entity.key for entity in same[1]]

        assert describe_script.main([str(path)]) == 0
        assert capsys.readouterr().out.startswith(f"{name}: {len(same[0])} entities")
