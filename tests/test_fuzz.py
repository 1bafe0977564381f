"""Fuzz tests of deliveries and responses: nothing raises, nothing floods the log.

Thing specifications are fuzzed in `tests/api/test_specification.py` and
`tests/mapping/test_any_specification.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import batched
import json
import logging
from typing import Any, Final
from unittest.mock import patch

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from homeassistant.core import HomeAssistant
from hypothesis import HealthCheck, example, given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.api import DeviceDetails, MilesightClient, MilesightError, TaskType
from tests.common import ADDRESS, poll, property_event, signed
from tests.patience import PATIENCE
from tests.simulator import Simulator
from tests.simulator.history import History
from tests.simulator.values import nest

MAX_LINE_LENGTH: Final = 1000
HUGE: Final = "x" * 100_000
FUZZ_SETTINGS: Final = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None
)

HOSTILE: Final[list[Any]] = [10**17, 1e300, "1" * 400, "1e400", "0x10"]
SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(HOSTILE)
)
JSON: Final = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
ANYTHING: Final = dict.fromkeys(
    (
        *("eventId", "eventCreatedTime", "data", "ts", "tslId", "payload"),
        *("deviceProfile", "deviceId", "sn", "message", "info"),
    ),
    JSON,
)
TYPES: Final = st.sampled_from(["TASK_DATA", "SYSTEM_MESSAGES", "WEBHOOK_TEST", "OTHER"])
KINDS: Final = st.sampled_from(["EVENT", "SERVICE", "ONLINE", "OFFLINE", "OTHER"])
CHANGES: Final = st.fixed_dictionaries(
    {}, optional={"eventType": TYPES | JSON, "type": KINDS | JSON}
) | st.fixed_dictionaries({}, optional=ANYTHING)
HEADERS: Final = st.dictionaries(
    st.sampled_from(["x-msc-request-timestamp", "x-msc-request-nonce", "x-msc-request-signature"]),
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=80),
)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _replace_members(value: Any, changes: dict[str, Any]) -> Any:
    """Return a JSON value with some members, at any depth, replaced."""
    if not isinstance(value, dict):
        return value
    return {
        key: changes[key] if key in changes else _replace_members(inner, changes)
        for key, inner in value.items()
    }


@st.composite
def _event(draw: st.DrawFn, devices: list[tuple[str, list[str]]]) -> Any:
    """Draw a property report of a device, possibly with some members replaced."""
    sn, paths = draw(st.sampled_from(devices))
    values = draw(st.dictionaries(st.sampled_from(paths), JSON, min_size=1, max_size=5))
    event = property_event(sn, nest(values))
    return _replace_members(event, draw(CHANGES)) if draw(st.booleans()) else event


def _bodies(simulator: Simulator) -> st.SearchStrategy[bytes]:
    events = _event(
        [
            (device.sn, list(device.model.specification.leaves))
            for device in simulator.platform.devices
        ]
    )
    return (
        st.lists(events, min_size=1, max_size=8).map(_encoded)
        | st.lists(events | JSON, max_size=3).map(_encoded)
        | events.map(_encoded)
        | JSON.map(_encoded)
        | st.binary(max_size=100)
    )


def _faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the log lines that are errors or too long, and clear the log."""
    faults = [
        record.getMessage()[:MAX_LINE_LENGTH]
        for record in caplog.records
        if record.levelno >= logging.ERROR
        or (
            len(record.getMessage()) > MAX_LINE_LENGTH
            and (record.levelno > logging.INFO or record.name.startswith("custom_components."))
        )
    ]
    caplog.clear()
    return faults


@FUZZ_SETTINGS
@given(data=st.data())
async def test_any_unsigned_delivery_is_refused(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    data: st.DataObject,
) -> None:
    before = {state.entity_id: state for state in hass.states.async_all()}
    body, headers = data.draw(_bodies(simulator)), data.draw(HEADERS)
    response = await http_client.post(ADDRESS, data=body, headers=headers)
    assert response.status == 401
    assert {state.entity_id: state for state in hass.states.async_all()} == before
    assert _faults(caplog) == []


@pytest.mark.slow
@FUZZ_SETTINGS
@given(data=st.data())
async def test_any_signed_delivery_is_answered(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    data: st.DataObject,
) -> None:
    body = data.draw(_bodies(simulator))
    headers = signed(simulator.webhook_secret)
    assert (await http_client.post(ADDRESS, data=body, headers=headers)).status in (200, 400)
    await hass.async_block_till_done()
    await loaded.runtime_data.async_save()
    assert _faults(caplog) == []


LISTED: Final = st.sampled_from(
    (
        *("deviceId", "sn", "devEUI", "name", "model", "hardwareVersion", "firmwareVersion"),
        *("connectStatus", "electricity", "lastUpdateTime", "application", "tag"),
    )
)
HISTORY: Final = st.lists(
    st.fixed_dictionaries({"ts": st.integers(0, 10**14) | JSON, "properties": JSON}) | JSON
)


@pytest.mark.slow
@FUZZ_SETTINGS
@given(changes=st.dictionaries(LISTED, JSON, min_size=1, max_size=3), history=HISTORY)
async def test_any_device_list_and_history_are_accepted(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
    history: list[Any],
) -> None:
    coordinator, device = loaded.runtime_data, simulator.device("EM300-TH")

    def odd_search(listings: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        odd = [listing | changes if listing["sn"] == device.sn else listing for listing in listings]
        return {"total": len(odd), "content": odd}

    with (
        patch("tests.simulator.server.search", odd_search),
        patch.object(History, "page", lambda *_: {"list": history}),
    ):
        await simulator.report(device.sn)
        await poll(hass, loaded)
    await coordinator.async_save()
    refusals = "Error fetching Home data: Failed to connect to the platform: "
    assert [line for line in _faults(caplog) if not line.startswith(refusals)] == []
    await poll(hass, loaded)
    assert coordinator.last_update_success
    assert device.sn in coordinator.data


OPERATIONS: Final[tuple[Callable[[MilesightClient], Awaitable[object]], ...]] = (
    lambda client: client.search_devices(),
    lambda client: client.list_devices(),
    lambda client: client.get_device("1"),
    lambda client: client.get_device_config("1"),
    lambda client: client.get_thing_specification("1"),
    lambda client: client.get_history_page("1"),
    lambda client: _all(client.iter_property_history("1", 0, 1)),
    lambda client: client.update_properties("1", {"a": 1}),
    lambda client: client.call_service("1", "reboot", {}),
    lambda client: client.create_config_task(["1"], TaskType.TSL, {"a": 1}),
    lambda client: client.add_device("1", DeviceDetails(name="n")),
    lambda client: client.update_device("1", DeviceDetails(name="n")),
    lambda client: client.delete_device("1"),
    lambda client: client.remove_from_application("1"),
    lambda client: client.set_rps_profile_url("1", "http://a"),
    lambda client: client.list_rps_profile_urls(),
    lambda client: client.delete_rps_record("1"),
)


async def _all(found: AsyncIterator[object]) -> list[object]:
    return [item async for item in found]


class AnyPlatform:
    """A platform with configurable responses."""

    def __init__(self) -> None:
        """Initialize with empty responses."""
        self.token: tuple[int, bytes] = (200, b"")
        self.answer: tuple[int, bytes] = (200, b"")
        self.retry_after = ""

    async def handle(self, request: web.Request) -> web.Response:
        """Respond to a token request or any other."""
        status, body = self.token if request.path == "/oauth/token" else self.answer
        return web.Response(status=status, body=body, headers={"Retry-After": self.retry_after})


@pytest.fixture
async def any_platform(socket_enabled: None) -> AsyncIterator[tuple[AnyPlatform, MilesightClient]]:
    """Run the platform and return it with a client."""
    platform = AnyPlatform()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    async with TestServer(app) as server, ClientSession() as session:
        yield platform, MilesightClient(session, str(server.make_url("/")), "id", "secret")


DATA: Final = (
    JSON
    | st.fixed_dictionaries(
        {"content": st.lists(st.fixed_dictionaries({"deviceId": JSON, "sn": JSON}) | JSON)},
        optional={"total": JSON},
    )
    | st.fixed_dictionaries(
        {"list": st.lists(st.fixed_dictionaries({"ts": JSON, "properties": JSON}) | JSON)},
        optional={"nextPageKey": JSON},
    )
)
ENVELOPES: Final = (
    DATA.map(lambda data: _encoded({"status": "Success", "data": data}))
    | st.fixed_dictionaries(
        {"status": st.sampled_from(["Success", "Failed"]) | JSON},
        optional={"data": JSON, "errCode": JSON, "errMsg": JSON, "requestId": JSON},
    ).map(_encoded)
    | JSON.map(_encoded)
    | st.binary(max_size=60)
)
STATUSES: Final = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503])
TOKENS: Final = st.fixed_dictionaries(
    {"access_token": st.text(max_size=20) | JSON},
    optional={"expires_in": JSON, "refresh_token": JSON},
)


def _token(**data: Any) -> tuple[int, bytes]:
    return 200, _encoded({"status": "Success", "data": data})


GOOD_TOKEN: Final = _token(access_token="a")


@FUZZ_SETTINGS
@example(_token(access_token="a\nb"), GOOD_TOKEN, "")
@example(_token(access_token="ä€"), GOOD_TOKEN, "")
@example(_token(access_token="a", expires_in="1" * 400), GOOD_TOKEN, "")
@example(_token(access_token="a", expires_in="-" + "1" * 400), GOOD_TOKEN, "")
@example(GOOD_TOKEN, (400, _encoded({"status": "Failed", "errMsg": HUGE})), "")
@example(GOOD_TOKEN, (400, _encoded({"status": "Failed", "errMsg": "a\nb\x1b[1m"})), "")
@example(GOOD_TOKEN, (429, b""), "9" * 400)
@given(
    token=st.just(GOOD_TOKEN)
    | TOKENS.map(lambda data: _token(**data))
    | st.tuples(STATUSES, ENVELOPES),
    response=st.tuples(STATUSES, ENVELOPES),
    retry_after=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
)
async def test_any_response_raises_documented_errors_only(
    any_platform: tuple[AnyPlatform, MilesightClient],
    token: tuple[int, bytes],
    response: tuple[int, bytes],
    retry_after: str,
) -> None:
    platform, client = any_platform
    platform.token, platform.answer, platform.retry_after = token, response, retry_after
    client.tokens._access_token = None
    messages: list[str] = []
    for operation in OPERATIONS:
        try:
            async with asyncio.timeout(PATIENCE):
                await operation(client)
        except MilesightError as error:
            messages.append(str(error))
    assert all(len(line) <= MAX_LINE_LENGTH for line in messages)
    assert all(line.isprintable() for line in messages)


async def test_log_lines_are_limited_in_length(
    hass: HomeAssistant,
    http_client: TestClient[Any, Any],
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reports = [
        property_event(device.sn, nest(dict.fromkeys(paths, HUGE)))
        for device in simulator.platform.devices
        for paths in batched(device.model.specification.leaves, 9, strict=False)
    ]
    unknown_devices = [
        property_event(HUGE, {HUGE: HUGE}),
        property_event("a\nb", {"temperature": 1}),
    ]
    changes = [{"eventId": HUGE}, {"eventType": HUGE}, {"type": HUGE}, {"tslId": HUGE}]
    others = [_replace_members(reports[0], change) for change in changes]
    message = {"type": HUGE, "message": {"errCode": HUGE, "info": HUGE}}
    task = {"type": HUGE, "info": dict.fromkeys(("deviceId", "taskId", "status"), HUGE)}
    others += [
        {"eventType": "SYSTEM_MESSAGES", "data": message},
        {"eventType": "TASK_DATA", "data": task},
    ]
    for event in (*reports, *unknown_devices, *others):
        headers = signed(simulator.webhook_secret, nonce=f"{id(event)} {HUGE[:7000]}")
        assert (await http_client.post(ADDRESS, json=event, headers=headers)).status == 200
    for headers in ({}, signed(HUGE[:10], nonce=HUGE[:7000])):
        assert (await http_client.post(ADDRESS, json=reports[0], headers=headers)).status == 401

    for device in simulator.platform.devices[:3]:
        simulator.fault(f"/{device.device_id}/thing-specification", "html")

    def large_search(listings: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        large = [{**listing, "model": listing["model"] + HUGE} for listing in listings]
        return {"total": len(large), "content": large}

    with patch("tests.simulator.server.search", large_search):
        await poll(hass, loaded)
    assert len(loaded.runtime_data.data) == len(simulator.platform.devices)
    assert _faults(caplog) == []
