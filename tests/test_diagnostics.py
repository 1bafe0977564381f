"""Tests of diagnostics: their content, and that personal data is redacted."""

from http import HTTPStatus
import json
from random import Random
import secrets
from typing import Any
from urllib.parse import urlsplit

from homeassistant.components import diagnostics
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.api import parse_specification
from custom_components.milesight.const import (
    CONF_CLOUDHOOK_URL,
    CONF_DAILY_API_LIMIT,
    CONF_WEBHOOK_SECRET,
    DOMAIN,
)
from custom_components.milesight.devices.redaction import REDACTED
from custom_components.milesight.mapping import describe
from tests.agentcraft import helpers
from tests.common import entry_of, poll, quota_requests, set_up
from tests.fleets import model
from tests.simulator import Device, Simulator
from tests.specifications import item

ACCOUNT_SECTIONS = ["entry", "requests", "polls", "pushes", "agentcraft", "corrections"]


@pytest.fixture
async def component_loaded(hass: HomeAssistant) -> None:
    """Set up diagnostics before the HTTP server starts, after which no view can be added."""
    assert await async_setup_component(hass, diagnostics.DOMAIN, {})


async def _body(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry, rest: str = ""
) -> str:
    """Return the diagnostics file as downloaded."""
    assert await async_setup_component(hass, diagnostics.DOMAIN, {})
    client = await hass_client()
    response = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}{rest}")
    assert response.status == HTTPStatus.OK
    return await response.text()


async def _data(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry, rest: str = ""
) -> Any:
    return json.loads(await _body(hass, hass_client, entry, rest))["data"]


def _device_address(hass: HomeAssistant, entry: MockConfigEntry, identifier: str) -> str:
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, identifier), entry.entry_id)
    assert device is not None
    return f"/device/{device.id}"


async def test_entry_diagnostics_describe_account_and_devices(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    component_loaded: None,
    pushing: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await simulator.report(simulator.device("AM319").sn, {"temperature": 20.5})
    await simulator.offline(simulator.device("TS302").sn)
    data = await _data(hass, hass_client, pushing)
    assert list(data) == [*ACCOUNT_SECTIONS, "devices", "specifications"]

    assert data["entry"]["state"] == "loaded"
    assert data["entry"]["server"] == "another"
    assert data["entry"]["webhook_secret"] is True
    assert data["entry"]["entities"] > sum(data["entry"]["enabled_entities"].values()) > 100
    assert data["requests"]["last_24_hours"] == len(quota_requests(simulator))
    assert data["requests"]["limit"] == 1000
    assert data["requests"]["token_seconds_left"] > 3000
    assert data["polls"].pop("interval") >= 300
    assert 0 <= data["polls"].pop("age") < 60
    assert data["polls"] == {"succeeded": True, "error": None, "in_touch": True}
    assert data["pushes"]["healthy"] is True
    assert data["pushes"]["last_24_hours"] >= 2
    assert 0 <= data["pushes"]["age"] < 60

    devices = {device["number"]: device for device in data["devices"]}
    assert list(devices) == list(range(1, len(simulator.platform.devices) + 1))
    by_model = {device["model"]: device for device in reversed(data["devices"])}
    assert by_model["AM319-HCHO"]["values"]["temperature"] == 20.5
    assert 0 <= by_model["AM319-HCHO"]["ages"]["temperature"] < 60
    assert by_model["AM319-HCHO"]["entities"]["primary"] >= 1
    assert by_model["TS302"]["online"] is False
    specified = {
        (device["model"], device["firmware_version"], device["specification"])
        for device in data["devices"]
    }
    assert len({number for *_, number in specified}) == len(specified) < len(data["devices"])


async def test_redacted_specification_yields_same_entities(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    data = await _data(hass, hass_client, loaded)
    coordinator = loaded.runtime_data
    for redacted, device in zip(data["devices"], coordinator.data.values(), strict=True):
        specification = parse_specification(data["specifications"][str(redacted["specification"])])
        expected = [
            (description.key, description.name, description.priority)
            for description in describe(specification)
        ]
        descriptions = device.capabilities.descriptions
        assert expected == [
            (description.key, description.name, description.priority)
            for description in descriptions
        ]


async def test_device_diagnostics_describe_that_device_only(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    thermostat = simulator.device("WT303")
    address = _device_address(hass, loaded, thermostat.sn)
    data = await _data(hass, hass_client, loaded, address)
    assert "devices" not in data
    assert data["pushes"]["healthy"] is False
    assert data["device"]["model"] == "WT303"
    everything = await _data(hass, hass_client, loaded)
    same = everything["devices"][data["device"]["number"] - 1]
    assert same["values"] == data["device"]["values"]
    climate = next(entity for entity in data["entities"] if entity["platform"] == "climate")
    assert climate["enabled"] is True
    assert climate["priority"] == "primary"
    assert any(entity["enabled"] is False for entity in data["entities"])
    assert parse_specification(data["specification"]).services


async def test_application_device_diagnostics_describe_account(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    address = _device_address(hass, loaded, simulator.client_id.lower())
    data = await _data(hass, hass_client, loaded, address)
    assert list(data) == ACCOUNT_SECTIONS


async def test_unloaded_entry_diagnostics_show_state_only(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    address = _device_address(hass, loaded, simulator.device("WT303").sn)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    for rest in ("", address):
        data = await _data(hass, hass_client, loaded, rest)
        assert list(data) == ["entry"]
        assert data["entry"]["state"] == ConfigEntryState.NOT_LOADED.value


async def test_failed_poll_is_shown_by_error_class(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    simulator.fault("/devices/search", "status", status=429, retry_after=7)
    await poll(hass, loaded)
    data = await _data(hass, hass_client, loaded)
    assert data["polls"]["succeeded"] is False
    assert data["polls"]["error"] == "RateLimitError"


async def test_agentcraft_registrations_are_counted_by_state(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    component_loaded: None,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await helpers.link_devices(hass, loaded, simulator, (helpers.FIRST, helpers.SECOND))
    body = await _body(hass, hass_client, loaded)
    assert json.loads(body)["data"]["agentcraft"] == {"states": {"waiting": 2}, "problems": {}}
    personal = [simulator.agentcraft.client_secret, *simulator.agentcraft.identities]
    assert len(personal) == 3
    assert [text for text in personal if text in body] == []


PERSONAL_MODEL = model(
    "MX1",
    item("temperature", "float", "°C", defaultValue=21.5),
    item("latitude", fractionDigits=6),
    item("longitude", fractionDigits=6),
    item("gnss", "struct"),
    item("gnss.lat", fractionDigits=6),
    item("gnss.lng", fractionDigits=6),
    item("iccid", "text"),
    item("imsi", "long"),
    item("imei", "long"),
    item("counter", "long"),
    item("since", "date"),
    item("sn", "text"),
    item("message", "text"),
    item("messages", "array"),
    item("messages._item", "text"),
    item("wifi", "struct"),
    item("wifi.ssid", "text"),
    item("wifi.psk", "int"),
    item("relay", "bool", labels="false=off/true=on"),
    item("mode", "enum", labels="eco/comfort"),
)


@pytest.mark.parametrize("attempt", range(3))
async def test_personal_data_is_redacted(
    hass: HomeAssistant,
    socket_enabled: None,
    hass_client: ClientSessionGenerator,
    attempt: int,
) -> None:
    words: list[str] = []

    def word() -> str:
        words.append(f"X{secrets.token_hex(6)}")
        return words[-1]

    ids = [10**14 + secrets.randbelow(9 * 10**14) for _ in range(4)]
    positions = [10_000_001 + secrets.randbelow(7_000_000) * 10 for _ in range(4)]
    latitude, longitude, lat, lng = (position / 1_000_000 for position in positions)
    marked = Device(
        model=PERSONAL_MODEL,
        sn=word(),
        device_id=1_900_000_000_000_000_000 + ids[0],
        name=word(),
        random=Random(attempt),
        firmware="1.1",
        dev_eui=word(),
        description=word(),
        project=word(),
        tags=[word()],
    )
    async with Simulator([marked], client_id=word(), client_secret=word()) as simulator:
        await simulator.report(
            marked.sn,
            {
                "temperature": 20.5,
                "latitude": latitude,
                "longitude": longitude,
                "gnss": {"lat": lat, "lng": lng},
                "iccid": word(),
                "imsi": ids[1],
                "imei": ids[2],
                "counter": ids[3],
                "since": ids[3],
                "sn": marked.sn,
                "message": word(),
                "messages": [word(), word()],
                "wifi": {"ssid": word(), "psk": word()},
                "relay": word(),
                "mode": word(),
                word(): {"of": word()},
            },
        )
        entry = entry_of(
            simulator,
            {
                CONF_WEBHOOK_ID: word(),
                CONF_WEBHOOK_SECRET: word(),
                CONF_CLOUDHOOK_URL: f"https://hooks.example.com/{word()}",
            },
            title=word(),
            options={CONF_DAILY_API_LIMIT: 1000, "note": word()},
        )
        entry.add_to_hass(hass)
        await set_up(hass, entry)
        device = entry.runtime_data.data[marked.sn]
        bodies = [
            await _body(hass, hass_client, entry),
            await _body(hass, hass_client, entry, _device_address(hass, entry, marked.sn)),
        ]
        token = await entry.runtime_data.client.tokens.get_access_token()
        await hass.config_entries.async_remove(entry.entry_id)

    assert device.values["latitude"] == latitude
    assert device.values["mode"] in words
    numbers = [*ids, marked.device_id, latitude, longitude, lat, lng]
    personal = [*words, token, *map(str, numbers), urlsplit(simulator.url).netloc]
    for body in bodies:
        assert [
            description for description in personal if description.lower() in body.lower()
        ] == []
        assert '"temperature": 20.5' in body
        assert f'"latitude": "{REDACTED}"' in body
        assert f'"mode": "{REDACTED}"' in body
        assert '"paths_not_in_specification": 1' in body
