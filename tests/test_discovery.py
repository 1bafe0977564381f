"""Discovery of a gateway in the local network."""

from homeassistant.config_entries import SOURCE_DHCP, SOURCE_IGNORE
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.loader import async_get_dhcp
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import DOMAIN
from tests.simulator import Simulator

GATEWAYS = tuple(
    DhcpServiceInfo(ip=f"192.168.1.{n}", hostname="ug65", macaddress=f"24e124f0000{n}")
    for n in (1, 2)
)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_gateways_are_matched_by_their_mac_prefix(hass: HomeAssistant) -> None:
    matchers = await async_get_dhcp(hass)
    assert {"domain": DOMAIN, "macaddress": "24E124*"} in matchers


async def test_gateway_leads_to_the_set_up(hass: HomeAssistant, simulator: Simulator) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=GATEWAYS[0]
    )
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "user"
    again = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=GATEWAYS[1]
    )
    assert again["type"] is FlowResultType.ABORT
    assert again["reason"] == "already_in_progress"
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"],
        {
            CONF_URL: simulator.url,
            CONF_CLIENT_ID: simulator.client_id,
            CONF_CLIENT_SECRET: simulator.client_secret,
        },
    )
    assert result["step_id"] == "webhook"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["result"].unique_id == simulator.client_id.lower()


@pytest.mark.parametrize("source", ["user", SOURCE_IGNORE])
async def test_nothing_is_offered_where_an_entry_exists(
    hass: HomeAssistant, source: str, enable_custom_integrations: None
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id="x", source=source).add_to_hass(hass)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_DHCP}, data=GATEWAYS[0]
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
