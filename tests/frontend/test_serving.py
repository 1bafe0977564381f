"""The modules of the strategy, and how the web interface gets them."""

from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, UrlManager
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.const import DOMAIN
from tests.files import INTEGRATION, read_json

MODULES = sorted((INTEGRATION / "frontend").glob("*.js"))
CODE = {module: module.read_text() for module in MODULES}


@pytest.fixture
async def addresses(hass: HomeAssistant) -> set[str] | frozenset[str]:
    """Set up the integration beside a web interface; return the modules that this loads."""
    hass.config.components.add("frontend")
    urls = hass.data[DATA_EXTRA_MODULE_URL] = UrlManager(lambda *_: None, [])
    assert await async_setup_component(hass, DOMAIN, {})
    return urls.urls


@pytest.fixture
async def browser(
    hass: HomeAssistant,
    socket_enabled: None,
    addresses: frozenset[str],
    hass_client_no_auth: ClientSessionGenerator,
) -> TestClient[Any, Any]:
    """Return a browser without a login."""
    return await hass_client_no_auth()


async def test_entry_module_has_versioned_address(addresses: frozenset[str]) -> None:
    (address,) = addresses
    folder, version, entry_module = address.removeprefix("/").split("/")
    assert (folder, entry_module) == ("milesight_frontend", "milesight.js")
    assert version.startswith(f"{read_json('manifest.json')['version']}-")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
async def test_module_is_served_for_caching(
    browser: TestClient[Any, Any], addresses: frozenset[str], module: Path
) -> None:
    (address,) = addresses
    response = await browser.get(address.replace("milesight.js", module.name))
    assert response.status == 200
    assert response.content_type == "text/javascript"
    assert "max-age" in response.headers["Cache-Control"]
    assert await response.text() == CODE[module]


async def test_setup_without_web_interface_serves_nothing(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert "frontend" not in hass.config.components
    assert DATA_EXTRA_MODULE_URL not in hass.data


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_module_is_small_and_self_contained(module: Path) -> None:
    code = CODE[module]
    assert code.startswith("// @ts-check\n/** ")
    assert code.count("\n") < 400
    imported = {line.split('"')[1] for line in code.splitlines() if line.startswith("import ")}
    assert imported <= {f"./{other.name}" for other in MODULES}
