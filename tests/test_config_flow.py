"""Tests of the config flow, reauthentication, reconfiguration and options."""

from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milesight.const import (
    CONF_CLOUDHOOK_URL,
    CONF_DAILY_API_LIMIT,
    CONF_IMPORT_HISTORY,
    CONF_WEBHOOK_SECRET,
    DOMAIN,
)
from custom_components.milesight.flows.url import normalize_url
from tests.common import settle
from tests.fleets import household
from tests.simulator import Device, Simulator


@pytest.fixture
def devices() -> list[Device]:
    """Return the devices of the simulator."""
    return household()


def _credentials(simulator: Simulator, **changes: str) -> dict[str, str]:
    return {
        CONF_URL: simulator.url,
        CONF_CLIENT_ID: simulator.client_id,
        CONF_CLIENT_SECRET: simulator.client_secret,
    } | changes


async def _start(hass: HomeAssistant, user_input: dict[str, str]) -> ConfigFlowResult:
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert (form["type"], form["step_id"], form["errors"]) == (FlowResultType.FORM, "user", {})
    return await hass.config_entries.flow.async_configure(form["flow_id"], user_input)


async def _configure(
    hass: HomeAssistant, result: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    return await hass.config_entries.flow.async_configure(result["flow_id"], user_input)


def _assert_abort_has_own_text(result: ConfigFlowResult, reason: str) -> None:
    """Check that the abort text is our own: the generic one lacks some languages."""
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, reason)
    assert result.get("translation_domain") is None


async def test_user_flow_creates_entry_with_callback_url(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    result = await _start(
        hass, _credentials(simulator, client_secret=f" {simulator.client_secret} ")
    )
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "webhook")
    assert not result["errors"]
    assert result["description_placeholders"] is not None
    address = result["description_placeholders"]["webhook_url"]

    result = await _configure(hass, result, {CONF_WEBHOOK_SECRET: simulator.webhook_secret})
    await settle(hass)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == simulator.application.name
    entry = result["result"]
    assert entry.unique_id == simulator.client_id.lower()
    assert entry.data == {
        CONF_URL: simulator.url,
        CONF_CLIENT_ID: simulator.client_id,
        CONF_CLIENT_SECRET: simulator.client_secret,
        CONF_WEBHOOK_ID: entry.data[CONF_WEBHOOK_ID],
        CONF_WEBHOOK_SECRET: simulator.webhook_secret,
    }
    assert address == f"https://home.example.com/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
    assert entry.state is ConfigEntryState.LOADED


async def test_missing_public_url_is_shown_and_flow_continues(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    result = await _start(hass, _credentials(simulator))
    assert (result["step_id"], result["errors"]) == ("webhook", {"base": "no_public_address"})
    result = await _configure(hass, result, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_WEBHOOK_SECRET] == ""
    await settle(hass)


@pytest.mark.parametrize(
    ("server", "address", "error"),
    [
        ("https://eu-openapi.milesight.com", "http://home.example.com", "insecure_address"),
        ("https://eu-openapi.milesight.com", "https://home.example.com", None),
        ("http://192.168.1.20", "http://192.168.1.30:8123", None),
    ],
)
async def test_callback_url_without_https_is_shown_with_error(
    hass: HomeAssistant, entry: MockConfigEntry, server: str, address: str, error: str | None
) -> None:
    await hass.config.async_update(external_url=address)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_URL: server})
    result = await entry.start_reconfigure_flow(hass)
    assert result["errors"] == ({} if error is None else {"base": error})
    assert result["description_placeholders"] is not None
    assert result["description_placeholders"]["webhook_url"].startswith(address)


async def test_entry_title_without_devices_is_milesight(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    async with Simulator([]) as simulator:
        result = await _configure(hass, await _start(hass, _credentials(simulator)), {})
        await settle(hass)
        assert result["title"] == "Milesight"
        assert result["result"].state is ConfigEntryState.LOADED


async def test_active_cloud_provides_the_callback_url(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    hook = "https://hooks.nabu.casa/abc"
    cloud = AsyncMock()
    cloud.async_active_subscription = lambda _hass: True
    cloud.async_get_or_create_cloudhook.return_value = hook
    cloud.CloudNotAvailable = RuntimeError
    hass.config.components.add("cloud")
    with (
        patch.dict("sys.modules", {"homeassistant.components.cloud": cloud}),
        patch("homeassistant.components.cloud", cloud, create=True),
    ):
        result = await _start(hass, _credentials(simulator))
        assert result["description_placeholders"]["webhook_url"] == hook  # type: ignore[index]
        result = await _configure(hass, result, {})
        await settle(hass)
        entry = result["result"]
        assert entry.data[CONF_CLOUDHOOK_URL] == hook

        await hass.config_entries.async_remove(entry.entry_id)
        cloud.async_delete_cloudhook.assert_awaited_once_with(hass, entry.data[CONF_WEBHOOK_ID])


async def test_unavailable_cloud_falls_back_to_polling(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    cloud = AsyncMock()
    cloud.async_active_subscription = lambda _hass: True
    cloud.CloudNotAvailable = RuntimeError
    cloud.async_get_or_create_cloudhook.side_effect = RuntimeError
    hass.config.components.add("cloud")
    with (
        patch.dict("sys.modules", {"homeassistant.components.cloud": cloud}),
        patch("homeassistant.components.cloud", cloud, create=True),
    ):
        result = await _start(hass, _credentials(simulator))
        assert result["errors"] == {"base": "no_public_address"}


@pytest.mark.parametrize(
    ("changes", "fault", "error"),
    [
        ({CONF_CLIENT_SECRET: "wrong"}, None, "invalid_auth"),
        ({CONF_CLIENT_ID: "nobody"}, None, "invalid_auth"),
        ({CONF_URL: "ftp://eu-openapi.milesight.com"}, None, "invalid_url"),
        ({CONF_URL: "http://eu-openapi.milesight.com"}, None, "invalid_url"),
        ({CONF_URL: "http://127.0.0.1:9"}, None, "cannot_connect"),
        ({}, "html", "cannot_connect"),
        ({}, "half", "cannot_connect"),
        ({}, "rate_limit", "cannot_connect"),
    ],
)
async def test_user_step_shows_error_and_recovers(
    hass: HomeAssistant,
    simulator: Simulator,
    changes: dict[str, str],
    fault: Any,
    error: str,
) -> None:
    if fault is not None:
        simulator.fault("/devices/search", fault, times=1)
    result = await _start(hass, _credentials(simulator, **changes))
    assert (result["step_id"], result["errors"]) == ("user", {"base": error})
    result = await _configure(hass, result, _credentials(simulator))
    assert result["step_id"] == "webhook"


async def test_unexpected_error_is_logged_and_recovered(
    hass: HomeAssistant, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    with patch(
        "custom_components.milesight.config_flow.MilesightClient.search_devices",
        side_effect=ZeroDivisionError,
    ):
        result = await _start(hass, _credentials(simulator))
    assert result["errors"] == {"base": "unknown"}
    assert "ZeroDivisionError" in caplog.text
    result = await _configure(hass, result, _credentials(simulator))
    assert result["step_id"] == "webhook"


async def test_configured_application_aborts(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    result = await _start(hass, _credentials(simulator, client_id=simulator.client_id.upper()))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_reauth_starts_once_and_stores_new_secret(
    hass: HomeAssistant, simulator: Simulator, loaded: MockConfigEntry
) -> None:
    simulator.application.configure(client_secret="new")
    await loaded.runtime_data.async_refresh()
    await loaded.runtime_data.async_refresh()
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"

    result = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {CONF_CLIENT_SECRET: "old"}
    )
    assert result["errors"] == {"base": "invalid_auth"}
    result = await _configure(hass, result, {CONF_CLIENT_SECRET: "new"})
    _assert_abort_has_own_text(result, "reauth_successful")
    await settle(hass)
    assert loaded.data[CONF_CLIENT_SECRET] == "new"
    assert loaded.state is ConfigEntryState.LOADED


async def test_reconfigure_updates_connection(
    hass: HomeAssistant, simulator: Simulator, loaded: MockConfigEntry
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    result = await loaded.start_reconfigure_flow(hass)
    assert result["step_id"] == "reconfigure"
    webhook_id = loaded.data[CONF_WEBHOOK_ID]
    assert webhook_id in result["description_placeholders"]["webhook_url"]  # type: ignore[index]

    user_input = _credentials(simulator, url=simulator.url.removeprefix("http://"))
    result = await _configure(hass, result, {**user_input, CONF_CLIENT_SECRET: "wrong"})
    assert result["errors"] == {"base": "invalid_auth"}
    result = await _configure(hass, result, {**user_input, CONF_WEBHOOK_SECRET: " s3 "})
    _assert_abort_has_own_text(result, "reconfigure_successful")
    await settle(hass)
    assert loaded.data[CONF_URL] == simulator.url
    assert loaded.data[CONF_WEBHOOK_SECRET] == "s3"
    assert loaded.data[CONF_WEBHOOK_ID] == webhook_id


async def test_abandoned_dialog_does_not_block_reconfigure(
    hass: HomeAssistant, simulator: Simulator, loaded: MockConfigEntry
) -> None:
    wrong = _credentials(simulator, client_secret="wrong")
    abandoned = await _configure(hass, await loaded.start_reconfigure_flow(hass), wrong)
    assert abandoned["errors"] == {"base": "invalid_auth"}
    result = await loaded.start_reconfigure_flow(hass)
    result = await _configure(hass, result, _credentials(simulator))
    _assert_abort_has_own_text(result, "reconfigure_successful")
    await settle(hass)


async def test_reconfigure_aborts_for_another_application(
    hass: HomeAssistant, simulator: Simulator, loaded: MockConfigEntry
) -> None:
    result = await loaded.start_reconfigure_flow(hass)
    result = await _configure(hass, result, _credentials(simulator, client_id="another"))
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "unique_id_mismatch")


async def test_options_are_stored_and_applied(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    result = await hass.config_entries.options.async_init(loaded.entry_id)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "init")
    with pytest.raises(InvalidData):
        await hass.config_entries.options.async_configure(
            result["flow_id"], {CONF_DAILY_API_LIMIT: 99, CONF_IMPORT_HISTORY: True}
        )
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {CONF_DAILY_API_LIMIT: 200, CONF_IMPORT_HISTORY: False}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)
    assert loaded.options == {CONF_DAILY_API_LIMIT: 200, CONF_IMPORT_HISTORY: False}
    assert loaded.runtime_data.quota.limit == 200


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("eu-openapi.milesight.com", "https://eu-openapi.milesight.com"),
        (" https://EU-openapi.milesight.com/ ", "https://eu-openapi.milesight.com"),
        ("https://example.com:8443/base/", "https://example.com:8443/base"),
        ("localhost:8199", "http://localhost:8199"),
        ("127.0.0.1:8199", "http://127.0.0.1:8199"),
        ("[::1]:8199", "http://[::1]:8199"),
        ("192.168.1.20", "http://192.168.1.20"),
        ("platform.local", "http://platform.local"),
        ("http://10.0.0.2:80/", "http://10.0.0.2"),
        ("https://192.168.1.20", "https://192.168.1.20"),
    ],
)
def test_valid_url_is_normalized(address: str, normal: str) -> None:
    assert normalize_url(address) == normal


@pytest.mark.parametrize(
    "address",
    [
        "",
        " ",
        "https://",
        "ftp://example.com",
        "http://example.com",
        "http://8.8.8.8",
        "http://localhost.example.com",
        "https://user:password@example.com",
        "https://example.com/?a=1",
        "https://example.com/#a",
        "https://exam ple.com",
        "https://example.com:99999",
        "a://b://c",
        "[::1",
    ],
)
def test_invalid_url_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        normalize_url(address)
