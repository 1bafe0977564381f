"""Fixtures that all tests share."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
import logging
import time
from typing import Any, Final

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import executor
from hypothesis import HealthCheck, settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.common import entry_of, push_to, set_up
from tests.deprecations import DeprecationHandler
from tests.simulator import Device, Simulator, demo_fleet

# The test plugin logs every statement of the recorder, which takes longer than the statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
# On a loaded machine idle threads may take longer than the ten seconds to end. A thread that is
# interrupted in that moment takes the end of the queue with it, and the others never see it.
executor.EXECUTOR_SHUTDOWN_TIMEOUT = 100
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

MAX_CPU_SECONDS: Final = 3


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Warn of a slow test without the marker: by its CPU time, which other load leaves alone."""
    started = time.process_time()
    yield
    seconds = time.process_time() - started
    if seconds > MAX_CPU_SECONDS and item.get_closest_marker("slow") is None:
        item.warn(pytest.PytestWarning(f"{seconds:.1f} s of CPU time: mark it as slow"))


@pytest.fixture
def deprecated_uses() -> Iterator[list[str]]:
    """Fail the test if Home Assistant logs that the integration uses something deprecated.

    Returns the list of messages.
    """
    handler = DeprecationHandler()
    logging.getLogger().addHandler(handler)
    yield handler.found
    logging.getLogger().removeHandler(handler)
    assert handler.found == []


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the event loop check threads and slow callbacks, without a stack for each future.

    Replaces the fixture of the test plugin. Futures and handles record the stack they are made
    from if `get_debug` says so, which takes as long as everything else that a test does.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    monkeypatch.setattr(loop, "get_debug", lambda: False)


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest, deprecated_uses: list[str]) -> None:
    """Let Home Assistant load the integration of this repository.

    Tests without the `hass` fixture do not start Home Assistant, which would take longer than
    the test. The recorder must be set up first if a test requests it.
    """
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator: the demo fleet, unless a module overrides it."""
    return demo_fleet()


@pytest.fixture
async def simulator(socket_enabled: None, devices: list[Device]) -> AsyncIterator[Simulator]:
    """Run the simulator."""
    async with Simulator(devices) as simulator:
        yield simulator


@pytest.fixture
def entry(hass: HomeAssistant, simulator: Simulator) -> MockConfigEntry:
    """Return the entry of the Application, added but not set up."""
    entry = entry_of(simulator)
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the loaded entry."""
    await set_up(hass, entry)
    return entry


@pytest.fixture
async def http_client(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return an HTTP client of the web server of Home Assistant, with the entry loaded."""
    assert await async_setup_component(hass, "http", {})
    return await hass_client_no_auth()


@pytest.fixture
async def pushing(
    loaded: MockConfigEntry, simulator: Simulator, http_client: TestClient[Any, Any]
) -> MockConfigEntry:
    """Return the loaded entry, with the simulator pushing to it over HTTP."""
    await push_to(simulator, http_client)
    return loaded


@pytest.fixture
def recorded_calls(hass: HomeAssistant) -> list[ServiceCall]:
    """Return the calls of the action `test.note`, which automations of tests use."""
    return async_mock_service(hass, "test", "note")
