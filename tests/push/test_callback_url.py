"""Callback URL and cloudhook: creation, storage and deletion."""

import asyncio
from typing import Any
from unittest.mock import AsyncMock

from aiohttp.test_utils import TestClient
from homeassistant.components import webhook
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, UnknownFlow
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.milesight.const import (
    CONF_CLOUDHOOK_URL,
    CONF_DAILY_API_LIMIT,
    CONF_IMPORT_HISTORY,
    CONF_WEBHOOK_SECRET,
    DOMAIN,
)
from custom_components.milesight.push.callback_url import async_callback_url, known_callback_url
from tests.common import WEBHOOK_ID, issues, next_poll, settle
from tests.simulator import Simulator

from .helpers import Cloud


async def _add(hass: HomeAssistant, simulator: Simulator) -> Any:
    """Open the dialog that adds an Application, up to the step with the callback URL."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_USER},
        data={
            CONF_URL: simulator.url,
            CONF_CLIENT_ID: simulator.client_id,
            CONF_CLIENT_SECRET: simulator.client_secret,
        },
    )


@pytest.fixture
async def added(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> MockConfigEntry:
    """Return an entry that was added while the cloud was active."""
    result: Any = await _add(hass, simulator)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_WEBHOOK_SECRET: simulator.webhook_secret}
    )
    await settle(hass)
    entry: MockConfigEntry = result["result"]
    assert entry.data[CONF_CLOUDHOOK_URL] == cloud.hooks[entry.data[CONF_WEBHOOK_ID]]
    return entry


async def test_cloudhook_is_kept_until_the_entry_is_removed(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, added: MockConfigEntry
) -> None:
    webhook_id, hook = added.data[CONF_WEBHOOK_ID], added.data[CONF_CLOUDHOOK_URL]
    hooks = dict(cloud.hooks)

    assert await hass.config_entries.async_reload(added.entry_id)
    await next_poll(hass)
    options = await hass.config_entries.options.async_init(added.entry_id)
    await hass.config_entries.options.async_configure(
        options["flow_id"], {CONF_DAILY_API_LIMIT: 500, CONF_IMPORT_HISTORY: True}
    )
    await settle(hass)
    simulator.application.configure(client_secret="new")
    await next_poll(hass)
    (flow,) = hass.config_entries.flow.async_progress()
    await hass.config_entries.flow.async_configure(flow["flow_id"], {CONF_CLIENT_SECRET: "new"})
    await settle(hass)
    cloud.active = False
    assert await hass.config_entries.async_reload(added.entry_id)
    await settle(hass)

    assert (added.data[CONF_WEBHOOK_ID], added.data[CONF_CLOUDHOOK_URL]) == (webhook_id, hook)
    assert known_callback_url(hass, added) == hook
    assert cloud.hooks == hooks
    cloud.async_delete_cloudhook.assert_not_awaited()

    await hass.config_entries.async_remove(added.entry_id)
    assert cloud.hooks == {}


async def test_cloudhook_shown_by_reconfigure_is_deleted_with_entry(
    hass: HomeAssistant, cloud: Cloud, loaded: MockConfigEntry
) -> None:
    await loaded.start_reconfigure_flow(hass)
    assert cloud.hooks.keys() == {WEBHOOK_ID}
    await hass.config_entries.async_remove(loaded.entry_id)
    assert cloud.hooks == {}


async def test_entry_is_removed_when_the_cloud_fails(
    hass: HomeAssistant, cloud: Cloud, added: MockConfigEntry
) -> None:
    cloud.async_delete_cloudhook.side_effect = TimeoutError
    await hass.config_entries.async_remove(added.entry_id)
    assert hass.config_entries.async_entries(DOMAIN) == []


@pytest.mark.parametrize(
    "error", [Cloud.CloudNotAvailable, TimeoutError, ValueError("Cloud is not connected"), OSError]
)
async def test_cloud_failure_falls_back_to_the_external_url(
    hass: HomeAssistant, cloud: Cloud, error: Exception
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    cloud.async_get_or_create_cloudhook.side_effect = error
    address = f"https://home.example.com/api/webhook/{WEBHOOK_ID}"
    assert await async_callback_url(hass, WEBHOOK_ID) == (address, False)


async def test_polls_create_no_cloudhook(
    hass: HomeAssistant, cloud: Cloud, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    for _ in range(3):
        await simulator.report(simulator.device("EM300-TH").sn)
        await next_poll(hass)
    assert issues(hass).keys() == {"no_pushes_received"}
    assert cloud.hooks == {}


async def test_cloudhook_shown_by_reconfigure_is_stored(
    hass: HomeAssistant, entry: MockConfigEntry, loaded: MockConfigEntry, cloud: Cloud
) -> None:
    assert CONF_CLOUDHOOK_URL not in entry.data
    result = await loaded.start_reconfigure_flow(hass)
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    data = {key: entry.data[key] for key in (CONF_URL, CONF_CLIENT_ID, CONF_CLIENT_SECRET)}
    result = await hass.config_entries.flow.async_configure(result["flow_id"], data)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data[CONF_CLOUDHOOK_URL] == placeholders["webhook_url"]
    assert known_callback_url(hass, entry) == cloud.hooks[WEBHOOK_ID]


async def test_abandoned_dialog_deletes_its_cloudhook(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    result = await _add(hass, simulator)
    assert len(cloud.hooks) == 1
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settle(hass)
    assert cloud.hooks == {}


async def test_dialog_shown_again_keeps_its_callback_url(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    result = await _add(hass, simulator)
    again: Any = await hass.config_entries.flow.async_configure(result["flow_id"])
    assert again["description_placeholders"] == result["description_placeholders"]
    assert len(cloud.hooks) == 1
    finished: Any = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    await settle(hass)
    assert cloud.hooks.keys() == {finished["result"].data[CONF_WEBHOOK_ID]}


async def test_next_dialog_of_an_application_shows_the_same_url(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    abandoned = await _add(hass, simulator)
    result = await _add(hass, simulator)
    assert result["description_placeholders"] == abandoned["description_placeholders"]
    finished: Any = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    await settle(hass)
    assert cloud.hooks.keys() == {finished["result"].data[CONF_WEBHOOK_ID]}
    assert hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("error", [None, TimeoutError])
async def test_dialog_closed_while_cloudhook_is_created_leaks_none(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, error: type[Exception] | None
) -> None:
    create = cloud.async_get_or_create_cloudhook.side_effect
    started, released = asyncio.Event(), asyncio.Event()

    async def create_slowly(hass: HomeAssistant, webhook_id: str) -> str:
        started.set()
        await released.wait()
        url: str = await create(hass, webhook_id)
        if error is not None:
            raise error
        return url

    cloud.async_get_or_create_cloudhook.side_effect = create_slowly
    dialog = hass.async_create_task(_add(hass, simulator))
    await started.wait()
    (flow,) = hass.config_entries.flow.async_progress(include_uninitialized=True)
    hass.config_entries.flow.async_abort(flow["flow_id"])
    released.set()
    with pytest.raises(UnknownFlow):
        await dialog
    await settle(hass)
    assert cloud.hooks == {}


async def test_second_dialog_of_an_application_leaks_no_cloudhook(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, added: MockConfigEntry
) -> None:
    result = await _add(hass, simulator)
    await settle(hass)
    assert result["reason"] == "already_configured"
    assert cloud.hooks.keys() == {added.data[CONF_WEBHOOK_ID]}


async def test_abandoned_reconfiguration_keeps_the_cloudhook(
    hass: HomeAssistant, cloud: Cloud, added: MockConfigEntry
) -> None:
    hooks = dict(cloud.hooks)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": added.entry_id}
    )
    assert result["step_id"] == "reconfigure"
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settle(hass)
    assert cloud.hooks == hooks


async def test_dialog_is_closed_when_the_cloud_fails(
    hass: HomeAssistant,
    simulator: Simulator,
    cloud: Cloud,
    caplog: pytest.LogCaptureFixture,
) -> None:
    result = await _add(hass, simulator)
    cloud.async_delete_cloudhook.side_effect = TimeoutError
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settle(hass)
    cloud.async_delete_cloudhook.assert_awaited_once()
    assert "Traceback" not in caplog.text


async def _options(http_client: TestClient[Any, Any], url: str) -> int:
    return (await http_client.options(URL(url).path)).status


async def test_open_dialog_answers_the_probe_until_it_is_closed(
    hass: HomeAssistant, simulator: Simulator, hass_client_no_auth: ClientSessionGenerator
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    result = await _add(hass, simulator)
    url = result["description_placeholders"]["webhook_url"]
    http_client = await hass_client_no_auth()
    assert await _options(http_client, url) == 200
    hass.config_entries.flow.async_abort(result["flow_id"])
    assert await _options(http_client, url) == 403


async def test_platform_accepts_the_url_before_the_dialog_is_submitted(
    hass: HomeAssistant, simulator: Simulator, hass_client_no_auth: ClientSessionGenerator
) -> None:
    await hass.config.async_update(external_url="https://home.example.com")
    result = await _add(hass, simulator)
    path = URL(result["description_placeholders"]["webhook_url"]).path
    http_client = await hass_client_no_auth()
    await simulator.add_callback(str(http_client.make_url(path)))
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_WEBHOOK_SECRET: simulator.webhook_secret}
    )
    await settle(hass)
    assert await _options(http_client, path) == 200
    await simulator.report(simulator.device("EM300-TH").sn)
    assert result["result"].runtime_data.pushes.healthy
    await hass.config_entries.async_remove(result["result"].entry_id)
    assert await _options(http_client, path) == 403


@pytest.fixture
async def dialog(
    hass: HomeAssistant, simulator: Simulator, hass_client_no_auth: ClientSessionGenerator
) -> tuple[Any, str]:
    """Return the step that shows the callback URL, and the URL as the simulator reaches it."""
    await hass.config.async_update(external_url="https://home.example.com")
    result = await _add(hass, simulator)
    path = URL(result["description_placeholders"]["webhook_url"]).path
    return result, str((await hass_client_no_auth()).make_url(path))


async def test_dialog_says_that_the_console_test_arrived(
    hass: HomeAssistant, simulator: Simulator, dialog: tuple[Any, str]
) -> None:
    result, url = dialog
    await simulator.add_callback(url)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_WEBHOOK_SECRET: simulator.webhook_secret}
    )
    await settle(hass)
    assert (result["type"], result["description"]) == (FlowResultType.CREATE_ENTRY, "push_received")
    await simulator.report(simulator.device("EM300-TH").sn)
    assert result["result"].runtime_data.pushes.healthy


async def test_url_works_until_the_last_dialog_is_closed(
    hass: HomeAssistant, simulator: Simulator, dialog: tuple[Any, str]
) -> None:
    abandoned, url = dialog
    result = await _add(hass, simulator)
    hass.config_entries.flow.async_abort(abandoned["flow_id"])
    await simulator.add_callback(url)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_WEBHOOK_SECRET: simulator.webhook_secret}
    )
    await settle(hass)
    assert (result["type"], result["description"]) == (FlowResultType.CREATE_ENTRY, "push_received")
    await simulator.report(simulator.device("EM300-TH").sn)
    assert result["result"].runtime_data.pushes.healthy


async def test_dialog_says_that_no_console_test_arrived(
    hass: HomeAssistant, dialog: tuple[Any, str]
) -> None:
    result = await hass.config_entries.flow.async_configure(dialog[0]["flow_id"], {})
    await settle(hass)
    assert (result["type"], result["description"]) == (FlowResultType.CREATE_ENTRY, "push_expected")


async def test_dialog_without_public_url_expects_no_test(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    result = await _add(hass, simulator)
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    await settle(hass)
    assert (result["type"], result["description"]) == (FlowResultType.CREATE_ENTRY, None)


async def test_secret_that_did_not_sign_the_test_is_refused(
    hass: HomeAssistant, simulator: Simulator, dialog: tuple[Any, str]
) -> None:
    result, url = dialog
    await simulator.add_callback(url)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_WEBHOOK_SECRET: "another"}
    )
    assert result["errors"] == {CONF_WEBHOOK_SECRET: "webhook_secret_mismatch"}
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {CONF_WEBHOOK_SECRET: simulator.webhook_secret}
    )
    await settle(hass)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_refused_secret_is_taken_at_the_second_time(
    hass: HomeAssistant, simulator: Simulator, dialog: tuple[Any, str]
) -> None:
    result, url = dialog
    await simulator.add_callback(url)
    answer = {CONF_WEBHOOK_SECRET: "another"}
    result = await hass.config_entries.flow.async_configure(result["flow_id"], answer)
    assert result["errors"] == {CONF_WEBHOOK_SECRET: "webhook_secret_mismatch"}
    result = await hass.config_entries.flow.async_configure(result["flow_id"], answer)
    await settle(hass)
    assert (result["type"], result["description"]) == (FlowResultType.CREATE_ENTRY, "push_expected")


async def test_closed_dialog_receives_nothing(
    hass: HomeAssistant, simulator: Simulator, dialog: tuple[Any, str]
) -> None:
    result, _ = dialog
    hass.config_entries.flow.async_abort(result["flow_id"])
    await settle(hass)
    webhook.async_register(
        hass,
        DOMAIN,
        "free again",
        URL(result["description_placeholders"]["webhook_url"]).name,
        AsyncMock(),
    )


async def test_submit_while_url_is_shown_again_keeps_cloudhook(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    result = await _add(hass, simulator)
    create = cloud.async_get_or_create_cloudhook.side_effect
    started, released = asyncio.Event(), asyncio.Event()

    async def create_slowly(hass: HomeAssistant, webhook_id: str) -> Any:
        started.set()
        await released.wait()
        return await create(hass, webhook_id)

    cloud.async_get_or_create_cloudhook.side_effect = create_slowly
    shown_again = hass.async_create_task(
        hass.config_entries.flow.async_configure(result["flow_id"])
    )
    await started.wait()
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    released.set()
    with pytest.raises(UnknownFlow):
        await shown_again
    await settle(hass)
    assert cloud.hooks.keys() == {result["result"].data[CONF_WEBHOOK_ID]}
