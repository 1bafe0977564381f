"""Diagnostics, as Home Assistant hands them out: what they tell, and what they never tell."""

from http import HTTPStatus
import json
from random import Random
import secrets
from typing import Any
from urllib.parse import urlsplit

from homeassistant.components import diagnostics
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.api import (
    DataType,
    Event,
    Item,
    Service,
    ThingSpecification,
    dump_specification,
    parse_specification,
)
from custom_components.milesight.const import (
    CONF_CLOUDHOOK_URL,
    CONF_DAILY_API_LIMIT,
    CONF_WEBHOOK_SECRET,
    DOMAIN,
)
from custom_components.milesight.disclosure import (
    WITHHELD,
    public_specification,
    public_value,
    public_values,
)
from custom_components.milesight.mapping import describe
from tests.agentcraft import helpers
from tests.simulator import Device, Simulator
from tests.simulator.models import Model
from tests.simulator.specification import (
    Specification,
    array,
    choice,
    date,
    flag,
    integer,
    number,
    struct,
    text,
)

ACCOUNT_SECTIONS = ["entry", "requests", "polls", "pushes", "agentcraft"]


@pytest.fixture
async def offered(hass: HomeAssistant) -> None:
    """Offer diagnostics before the first visitor, after whom no address can be added."""
    assert await async_setup_component(hass, diagnostics.DOMAIN, {})


async def _body(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry, rest: str = ""
) -> str:
    """Return the file that Home Assistant offers for download."""
    assert await async_setup_component(hass, diagnostics.DOMAIN, {})
    client = await hass_client()
    answer = await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}{rest}")
    assert answer.status == HTTPStatus.OK
    return await answer.text()


async def _data(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: MockConfigEntry, rest: str = ""
) -> Any:
    return json.loads(await _body(hass, hass_client, entry, rest))["data"]


def _device_address(hass: HomeAssistant, entry: MockConfigEntry, identifier: str) -> str:
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, identifier), entry.entry_id)
    assert device is not None
    return f"/device/{device.id}"


async def test_an_entrys_diagnostics_tell_how_the_account_and_each_device_are(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    offered: None,
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
    asked = [request for request in simulator.requests if "oauth" not in request.path]
    assert data["requests"]["last_24_hours"] == len(asked)
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
    first, second = (device for device in data["devices"] if device["model"] == "AM319-HCHO")
    assert first["specification"] == second["specification"]


async def test_a_specification_in_diagnostics_gives_rise_to_the_same_entities(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, loaded: MockConfigEntry
) -> None:
    data = await _data(hass, hass_client, loaded)
    coordinator = loaded.runtime_data
    for told, device in zip(data["devices"], coordinator.devices.values(), strict=True):
        specification = parse_specification(data["specifications"][str(told["specification"])])
        made = [(found.key, found.name, found.grade) for found in describe(specification)]
        descriptions = device.capabilities.descriptions
        assert made == [(found.key, found.name, found.grade) for found in descriptions]


async def test_a_devices_diagnostics_tell_of_it_alone_and_of_its_entities(
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
    assert climate["grade"] == "primary"
    assert any(entity["enabled"] is False for entity in data["entities"])
    assert parse_specification(data["specification"]).services


async def test_the_applications_own_device_tells_of_the_account(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    address = _device_address(hass, loaded, simulator.client_id.lower())
    data = await _data(hass, hass_client, loaded, address)
    assert list(data) == ACCOUNT_SECTIONS


async def test_an_entry_that_is_not_loaded_tells_so(
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


async def test_a_failed_poll_is_told_by_its_kind(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    simulator.fault("/devices/search", "status", status=429, retry_after=7)
    await loaded.runtime_data.async_refresh()
    data = await _data(hass, hass_client, loaded)
    assert data["polls"]["succeeded"] is False
    assert data["polls"]["error"] == "RateLimitError"


async def test_identities_at_agentcraft_are_counted_by_their_states(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    offered: None,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    await helpers.link(hass, loaded, simulator, (helpers.FIRST, helpers.SECOND))
    body = await _body(hass, hass_client, loaded)
    assert json.loads(body)["data"]["agentcraft"] == {"states": {"waiting": 2}, "problems": {}}
    personal = [simulator.agentcraft.client_secret, *simulator.agentcraft.identities]
    assert len(personal) == 3
    assert [found for found in personal if found in body] == []


LABELS = {"0": "off", "1": "on"}


@pytest.mark.parametrize(
    ("path", "data_type", "mappings", "value", "told"),
    [
        ("temperature", DataType.FLOAT, {}, 21.5, 21.5),
        ("temperature", DataType.FLOAT, {}, "21.5", 21.5),
        ("temperature", DataType.FLOAT, {}, "hot", WITHHELD),
        ("temperature", DataType.FLOAT, {}, None, None),
        ("pulse", DataType.LONG, {}, 10**10, 10**10),
        ("pulse", DataType.LONG, {}, 861234567890123, WITHHELD),
        ("relay", DataType.BOOL, {}, True, True),
        ("relay", DataType.BOOL, {}, "TRUE", "TRUE"),
        ("relay", DataType.BOOL, {}, "Ada's", WITHHELD),
        ("mode", DataType.ENUM, LABELS, "1", "1"),
        ("mode", DataType.INT, LABELS, 1, 1),
        ("mode", DataType.ENUM, LABELS, "Ada", WITHHELD),
        ("mode", DataType.ENUM, {}, "Ada", WITHHELD),
        ("since", DataType.DATE, {}, 1_790_000_000_000, 1_790_000_000_000),
        ("since", DataType.DATE, {}, 861234567890123, WITHHELD),
        ("start", DataType.LOCAL_TIME, {}, "420", 420),
        ("message", DataType.STRING, {}, "12", WITHHELD),
        ("picture", DataType.IMAGE, {}, "data:image/png;base64,AAAA", WITHHELD),
        ("log", DataType.FILE, {}, "https://example.com/log", WITHHELD),
        ("odd", DataType.UNKNOWN, {}, 5, WITHHELD),
        ("whole", DataType.STRUCT, {}, 5, WITHHELD),
        ("latitude", DataType.DOUBLE, {}, 48.1, WITHHELD),
        ("gps.lng", DataType.DOUBLE, {}, 11.5, WITHHELD),
        ("fence.gps_x", DataType.DOUBLE, {}, 11.5, WITHHELD),
        ("sim.iccid", DataType.LONG, {}, 8901, WITHHELD),
        ("card_id", DataType.INT, {}, 4711, WITHHELD),
        ("unlock_password", DataType.INT, {}, 1234, WITHHELD),
    ],
)
def test_a_value_is_told_only_if_it_can_be_nothing_personal(
    path: str, data_type: DataType, mappings: dict[str, str], value: Any, told: Any
) -> None:
    item = Item(path=path, data_type=data_type, mappings=mappings)
    assert public_value(item, value) == told
    if not isinstance(value, bool):
        assert type(public_value(item, value)) is type(told)


def test_paths_that_the_specification_does_not_name_are_counted_only() -> None:
    element = Item(path="relay[]", data_type=DataType.INT)
    relays = Item(path="relay", data_type=DataType.ARRAY, children=(element,))
    values = {"relay[0]": 1, "relay[7]": 2, "ada.relay[0]": 3, "relay[Ada]": 4}
    told, others = public_values(ThingSpecification(properties=(relays,)), values)
    assert told == {"relay[0]": 1, "relay[7]": 2}
    assert others == 2


def test_a_specification_loses_its_descriptions_and_personal_defaults_only() -> None:
    item = Item(path="report_interval", name="Interval", data_type=DataType.INT, default=600)
    message = Item(path="message", data_type=DataType.STRING, default="Ada", description="Ada's")
    both = Item(path="both", data_type=DataType.STRUCT, children=(message,), description="Ada's")
    specification = ThingSpecification(
        version="v1.0",
        properties=(item, both),
        events=(Event(id="news", outputs=(message,)),),
        services=(Service(id="say", inputs=(message,), outputs=(message,)),),
    )
    dumped = json.dumps(dump_specification(public_specification(specification)))
    assert "Ada" not in dumped
    assert dumped.count(WITHHELD) == 4
    assert parse_specification(json.loads(dumped)).properties[0] == item


PATHS = st.sampled_from(("temperature", "wifi.ssid", "gps.latitude", "relay", "mode", "iccid"))
WORDS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{7,15}", fullmatch=True).map("Ada".__add__)
IDS = st.integers(10**13, 10**20)
VALUES = WORDS | IDS | IDS.map(str) | IDS.map(float) | IDS.map(int.__neg__) | st.lists(WORDS)


@given(PATHS, st.sampled_from(DataType), st.sampled_from(({}, LABELS)), VALUES)
def test_no_word_and_no_id_is_told_whatever_its_type_is_said_to_be(
    path: str, data_type: DataType, mappings: dict[str, str], value: Any
) -> None:
    item = Item(path=path, data_type=data_type, mappings=mappings, default=value)
    specification = ThingSpecification(properties=(item,))
    told, others = public_values(specification, {path: value})
    assert (told, others) == ({path: WITHHELD}, 0)
    assert public_specification(specification).properties[0].default == WITHHELD


MARKED = Model(
    name="MX1",
    code="X01",
    specification=Specification(
        properties=(
            number("temperature", "°C", initial=21.5),
            number("latitude", digits=6),
            number("longitude", digits=6),
            struct("gnss", number("lat", digits=6), number("lng", digits=6)),
            text("iccid", 20),
            integer("imsi", data_type="LONG"),
            integer("imei", data_type="LONG"),
            integer("counter", data_type="LONG"),
            date("since"),
            text("sn", 16),
            text("message", 200),
            array("messages", text("message", 200)),
            struct("wifi", text("ssid", 32), integer("psk")),
            flag("relay", "off", "on"),
            choice("mode", ("eco", "comfort")),
        )
    ),
    reports=(("temperature",),),
)


@pytest.mark.parametrize("attempt", range(3))
async def test_nothing_personal_is_told_whatever_it_is(
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
    latitude, longitude, lat, lng = (found / 1_000_000 for found in positions)
    marked = Device(
        model=MARKED,
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
        entry = MockConfigEntry(
            domain=DOMAIN,
            title=word(),
            unique_id=simulator.client_id.lower(),
            data={
                CONF_URL: simulator.url,
                CONF_CLIENT_ID: simulator.client_id,
                CONF_CLIENT_SECRET: simulator.client_secret,
                CONF_WEBHOOK_ID: word(),
                CONF_WEBHOOK_SECRET: word(),
                CONF_CLOUDHOOK_URL: f"https://hooks.example.com/{word()}",
            },
            options={CONF_DAILY_API_LIMIT: 1000, "note": word()},
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        device = entry.runtime_data.devices[marked.sn]
        bodies = [
            await _body(hass, hass_client, entry),
            await _body(hass, hass_client, entry, _device_address(hass, entry, marked.sn)),
        ]
        token = await entry.runtime_data.client.token.get()
        await hass.config_entries.async_remove(entry.entry_id)

    assert device.values["latitude"] == latitude
    assert device.values["mode"] in words
    numbers = [*ids, marked.device_id, latitude, longitude, lat, lng]
    personal = [*words, token, *map(str, numbers), urlsplit(simulator.url).netloc]
    for body in bodies:
        assert [found for found in personal if found.lower() in body.lower()] == []
        assert '"temperature": 20.5' in body
        assert f'"latitude": "{WITHHELD}"' in body
        assert f'"mode": "{WITHHELD}"' in body
        assert '"paths_not_in_specification": 1' in body
