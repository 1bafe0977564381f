"""What all tests share: the integration is enabled, the platform is a simulator."""

from collections.abc import AsyncIterator, Iterator
import logging
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from hypothesis import HealthCheck, settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from tests.common import entry_of, push_to, set_up
from tests.deprecations import DeprecationHandler
from tests.simulator import Device, Simulator, demo_fleet

# The test plugin has every statement of the recorder logged, which takes longer than the statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture
def deprecated_uses() -> Iterator[list[str]]:
    """Fail the test if Home Assistant says that we use something deprecated.

    What is said is returned as a list.
    """
    handler = DeprecationHandler()
    logging.getLogger().addHandler(handler)
    yield handler.found
    logging.getLogger().removeHandler(handler)
    assert handler.found == []


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest, deprecated_uses: list[str]) -> None:
    """Let Home Assistant load the integration of this repository, and watch how it is used.

    A test that needs no Home Assistant gets none, which would take longer than the test. The
    recorder, where one is asked for, has to be there first.
    """
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def devices() -> list[Device]:
    """Return what is on the platform: the demo fleet, where a module has no other."""
    return demo_fleet()


@pytest.fixture
async def simulator(socket_enabled: None, devices: list[Device]) -> AsyncIterator[Simulator]:
    """Run the platform in a box."""
    async with Simulator(devices) as simulator:
        yield simulator


@pytest.fixture
def entry(hass: HomeAssistant, simulator: Simulator) -> MockConfigEntry:
    """Return the entry of the simulator's Application, not set up yet."""
    entry = entry_of(simulator)
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the entry, set up and at rest."""
    await set_up(hass, entry)
    return entry


@pytest.fixture
async def visitor(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return somebody on the internet, to whom the entry's address can be given."""
    assert await async_setup_component(hass, "http", {})
    return await hass_client_no_auth()


@pytest.fixture
async def pushing(
    loaded: MockConfigEntry, simulator: Simulator, visitor: TestClient[Any, Any]
) -> MockConfigEntry:
    """Return the entry, with the simulator pushing to it over HTTP."""
    await push_to(simulator, visitor)
    return loaded


@pytest.fixture
def noted(hass: HomeAssistant) -> list[ServiceCall]:
    """Return the calls that automations make of the action `test.note`."""
    return async_mock_service(hass, "test", "note")
