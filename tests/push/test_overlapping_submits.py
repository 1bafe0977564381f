"""Dialogs that add an Application, submitted twice or closed while a submit is under way."""

import asyncio
from typing import Any

from homeassistant.components import webhook
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow
import pytest

from custom_components.milesight.const import CONF_CLOUDHOOK_URL, DOMAIN
from tests.common import settle
from tests.simulator import Simulator
from tests.traffic import Traffic

from .helpers import Cloud


@pytest.fixture
def traffic(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """Return control of the requests under way."""
    return Traffic(simulator, monkeypatch)


@pytest.fixture
async def dialog(hass: HomeAssistant) -> str:
    """Open the dialog and return its id."""
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    return form["flow_id"]


@pytest.fixture
def credentials(simulator: Simulator) -> dict[str, str]:
    """Return what the first page asks for."""
    return {
        CONF_URL: simulator.url,
        CONF_CLIENT_ID: simulator.client_id,
        CONF_CLIENT_SECRET: simulator.client_secret,
    }


def _submit(hass: HomeAssistant, dialog: str, user_input: dict[str, str]) -> asyncio.Task[Any]:
    return hass.async_create_task(
        hass.config_entries.flow.async_configure(dialog, user_input), eager_start=True
    )


async def test_first_page_submitted_twice_creates_a_loaded_entry(
    hass: HomeAssistant, cloud: Cloud, traffic: Traffic, dialog: str, credentials: dict[str, str]
) -> None:
    traffic.hold()
    submits = [_submit(hass, dialog, credentials) for _ in range(2)]
    await traffic.wait_for(2)
    traffic.release()
    assert [page["step_id"] for page in await asyncio.gather(*submits)] == ["webhook"] * 2
    entry = (await _submit(hass, dialog, {}))["result"]
    await settle(hass)
    assert entry.state is ConfigEntryState.LOADED
    assert cloud.hooks == {entry.data[CONF_WEBHOOK_ID]: entry.data[CONF_CLOUDHOOK_URL]}


async def test_refused_second_submit_changes_no_credentials(
    hass: HomeAssistant, cloud: Cloud, dialog: str, credentials: dict[str, str]
) -> None:
    create = cloud.async_get_or_create_cloudhook.side_effect
    started, released = asyncio.Event(), asyncio.Event()

    async def create_slowly(hass: HomeAssistant, webhook_id: str) -> Any:
        started.set()
        await released.wait()
        return await create(hass, webhook_id)

    cloud.async_get_or_create_cloudhook.side_effect = create_slowly
    accepted = _submit(hass, dialog, credentials)
    await started.wait()
    refused = await _submit(hass, dialog, credentials | {CONF_CLIENT_SECRET: "wrong"})
    assert refused["errors"] == {"base": "invalid_auth"}
    released.set()
    assert (await accepted)["step_id"] == "webhook"
    entry = (await _submit(hass, dialog, {}))["result"]
    await settle(hass)
    assert entry.state is ConfigEntryState.LOADED


async def test_last_page_submitted_twice_creates_one_entry(
    hass: HomeAssistant,
    cloud: Cloud,
    traffic: Traffic,
    dialog: str,
    credentials: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    await _submit(hass, dialog, credentials)
    traffic.hold()
    first = _submit(hass, dialog, {})
    await traffic.wait_for(1)
    second = await _submit(hass, dialog, {})
    assert (second["type"], second["reason"]) == (FlowResultType.ABORT, "already_configured")
    traffic.release()
    with pytest.raises(UnknownFlow):
        await first
    await settle(hass)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.state is ConfigEntryState.LOADED
    assert cloud.hooks == {entry.data[CONF_WEBHOOK_ID]: entry.data[CONF_CLOUDHOOK_URL]}
    assert "same unique ID" not in caplog.text


async def test_dialog_closed_during_the_check_leaks_no_webhook(
    hass: HomeAssistant, cloud: Cloud, traffic: Traffic, dialog: str, credentials: dict[str, str]
) -> None:
    traffic.hold()
    submit = _submit(hass, dialog, credentials)
    await traffic.wait_for(1)
    hass.config_entries.flow.async_abort(dialog)
    traffic.release()
    with pytest.raises(UnknownFlow):
        await submit
    await settle(hass)
    assert cloud.hooks == {}
    assert not hass.data.get(webhook.DOMAIN)
