"""What all tests share: the integration is enabled, the platform is a simulator."""

from collections.abc import AsyncIterator, Iterator
import logging

from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from hypothesis import HealthCheck, settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import CONF_WEBHOOK_SECRET, DOMAIN
from tests.deprecations import DeprecationHandler
from tests.simulator import Simulator

# The test plugin has every statement of the recorder logged, which takes longer than the statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

WEBHOOK_ID = "5f" * 32


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
def custom_integrations(deprecated_uses: list[str], enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration of this repository, and watch how it is used."""


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    """Run the platform in a box with its demo fleet."""
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
def entry(hass: HomeAssistant, simulator: Simulator) -> MockConfigEntry:
    """Return the entry of the simulator's Application, not set up yet."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        unique_id=simulator.client_id.lower(),
        data={
            CONF_URL: simulator.url,
            CONF_CLIENT_ID: simulator.client_id,
            CONF_CLIENT_SECRET: simulator.client_secret,
            CONF_WEBHOOK_ID: WEBHOOK_ID,
            CONF_WEBHOOK_SECRET: simulator.webhook_secret,
        },
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def loaded(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the entry, set up and at rest."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


@pytest.fixture
async def pushing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    hass_client_no_auth: ClientSessionGenerator,
) -> MockConfigEntry:
    """Return the entry, with the simulator pushing to it over HTTP."""
    assert await async_setup_component(hass, "http", {})
    client = await hass_client_no_auth()
    await simulator.add_callback(str(client.make_url(f"/api/webhook/{WEBHOOK_ID}")))
    return loaded
