"""Config flow, options flow and subentry flows."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_URL, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import UnknownFlow
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from probatio import Secret
import voluptuous as vol

from .agentcraft.flow import AgentcraftSubentryFlow
from .api import AuthenticationError, DevicePage, MilesightClient, MilesightError
from .const import (
    CONF_CLOUDHOOK_URL,
    CONF_DAILY_API_LIMIT,
    CONF_IMPORT_HISTORY,
    CONF_WEBHOOK_SECRET,
    CONSOLE,
    DEFAULT_DAILY_API_LIMIT,
    DOMAIN,
    LOGGER,
    SUBENTRY_AGENTCRAFT,
    SUBENTRY_CORRECTION,
)
from .flows.correction import CorrectionSubentryFlow
from .flows.url import normalize_url
from .push.callback_url import CallbackUrl, async_callback_url
from .push.pending import PendingWebhook, async_pending_webhook

SERVERS = ["https://eu-openapi.milesight.com", "https://us-openapi.milesight.com"]

PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
SERVER = SelectSelector(SelectSelectorConfig(options=SERVERS, custom_value=True))
USER_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_URL, default=SERVERS[0]): SERVER,
        vol.Required(CONF_CLIENT_ID): TextSelector(),
        vol.Required(Secret(CONF_CLIENT_SECRET)): PASSWORD,
    }
)
WEBHOOK_SCHEMA = vol.Schema({vol.Optional(Secret(CONF_WEBHOOK_SECRET)): PASSWORD})
REAUTH_SCHEMA = vol.Schema({vol.Required(Secret(CONF_CLIENT_SECRET)): PASSWORD})
RECONFIGURE_SCHEMA = USER_SCHEMA.extend(WEBHOOK_SCHEMA.schema)
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_DAILY_API_LIMIT, default=DEFAULT_DAILY_API_LIMIT): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=100, max=1_000_000, step=1, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
        vol.Required(CONF_IMPORT_HISTORY, default=True): BooleanSelector(),
    }
)


class MilesightConfigFlow(ConfigFlow, domain=DOMAIN):
    """Config flow of an Application."""

    VERSION = 1

    def __init__(self) -> None:
        """Initialize without user input."""
        self._data: dict[str, Any] = {}
        self._cloudhook: dict[str, Any] = {}  # the URL shown, stored with the entry
        self._title = "Milesight"
        self._pending_webhook: PendingWebhook | None = None
        self._can_push = False
        self._refused_secret: str | None = None
        self._is_closed = False

    @staticmethod
    @callback
    @override
    def async_get_options_flow(_entry: ConfigEntry) -> MilesightOptionsFlow:
        """Return the options flow."""
        return MilesightOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, _config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the subentry flows."""
        return {
            SUBENTRY_AGENTCRAFT: AgentcraftSubentryFlow,
            SUBENTRY_CORRECTION: CorrectionSubentryFlow,
        }

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for server address, client id and client secret."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = await self._async_validate(user_input)
            if self._is_closed:  # meanwhile: nothing would release a webhook any more
                raise UnknownFlow
            if not errors:
                self._data = data
                return await self.async_step_webhook()
        return self._form("user", USER_SCHEMA, user_input, errors)

    @override
    async def async_step_dhcp(self, _discovery_info: DhcpServiceInfo) -> ConfigFlowResult:
        """Offer the set-up when a gateway is found in the local network.

        The gateway says nothing about the Application, so that it is offered once, and only while
        there is no entry.
        """
        await self._async_handle_discovery_without_unique_id()
        return await self.async_step_user()

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the callback URL, and ask for the secret that signs the pushes.

        The last page says if the test of the console has arrived. A secret that did not sign it is
        refused once: the same secret again is accepted.
        """
        pending = self._pending_webhook
        if pending is None:
            unique_id = self._data[CONF_CLIENT_ID].lower()
            pending = async_pending_webhook(self.hass, unique_id, self.flow_id)
            self._pending_webhook = pending
        errors: dict[str, str] = {}
        if user_input is not None:
            secret = user_input.get(CONF_WEBHOOK_SECRET, "").strip()
            signed = pending.is_signed_with(secret)
            if signed or secret == self._refused_secret:
                # The page may be submitted again while the entry is set up.
                self._abort_if_unique_id_configured()
                pending.async_hand_over()
                webhook = {CONF_WEBHOOK_ID: pending.webhook_id, CONF_WEBHOOK_SECRET: secret}
                return self.async_create_entry(
                    title=self._title,
                    data=self._data | webhook | self._cloudhook,
                    description=self._push_description(received=pending.has_received and signed),
                )
            self._refused_secret = secret
            errors = {CONF_WEBHOOK_SECRET: "webhook_secret_mismatch"}
        callback_url = await pending.async_callback_url()
        return self._webhook_form("webhook", WEBHOOK_SCHEMA, user_input, errors, callback_url)

    def _push_description(self, *, received: bool) -> str | None:
        """Return the key of the text about pushes, none where the platform cannot push."""
        if received:
            return "push_received"
        if self._can_push:
            return "push_expected"
        return None

    async def async_step_reauth(self, _entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Start when the platform refuses the credentials."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the new client secret."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = await self._async_validate({**entry.data, **user_input}, entry)
            if not errors:
                return self.async_update_reload_and_abort(
                    entry, data_updates=data, reason="reauth_successful"
                )
        return self._form("reauth_confirm", REAUTH_SCHEMA, None, errors, application=entry.title)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change server address, credentials or webhook secret, and show the callback URL."""
        entry = self._get_reconfigure_entry()
        self._data = dict(entry.data)
        errors: dict[str, str] = {}
        if user_input is not None:
            data, errors = await self._async_validate(user_input, entry)
            if not errors:
                data[CONF_WEBHOOK_SECRET] = user_input.get(CONF_WEBHOOK_SECRET, "").strip()
                return self.async_update_reload_and_abort(
                    entry, data_updates=data | self._cloudhook, reason="reconfigure_successful"
                )
        callback_url = await async_callback_url(self.hass, entry.data[CONF_WEBHOOK_ID])
        return self._webhook_form(
            "reconfigure", RECONFIGURE_SCHEMA, user_input or self._data, errors, callback_url
        )

    async def _async_validate(
        self, user_input: Mapping[str, Any], entry: ConfigEntry | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Validate the credentials; return the normalized data and the errors.

        With an entry, the unique id must match; without one, it must be new.
        """
        data: dict[str, Any] = {
            key: user_input[key].strip() for key in (CONF_CLIENT_ID, CONF_CLIENT_SECRET)
        }
        try:
            data[CONF_URL] = normalize_url(user_input[CONF_URL])
        except ValueError:
            return data, {"base": "invalid_url"}
        # A dialog whose page was reloaded or closed is still in progress.
        await self.async_set_unique_id(data[CONF_CLIENT_ID].lower(), raise_on_progress=False)
        if entry is None:
            self._abort_if_unique_id_configured()
        else:
            self._abort_if_unique_id_mismatch()
        try:
            page = await _async_first_page(self.hass, data)
        except AuthenticationError:
            return data, {"base": "invalid_auth"}
        except MilesightError as error:
            LOGGER.debug("Failed to connect to the platform: %s", error)
            return data, {"base": "cannot_connect"}
        except Exception:  # noqa: BLE001 - a flow shows an error instead of raising
            LOGGER.exception("Unexpected error")
            return data, {"base": "unknown"}
        if page.devices and page.devices[0].application_name:
            self._title = page.devices[0].application_name
        return data, {}

    @callback
    @override
    def async_remove(self) -> None:
        """Release the webhook of a flow that ends without an entry."""
        self._is_closed = True
        if self._pending_webhook is not None:
            self._pending_webhook.async_release(self.flow_id)

    def _webhook_form(
        self,
        step: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None,
        errors: dict[str, str],
        callback_url: CallbackUrl,
    ) -> ConfigFlowResult:
        url = callback_url.url
        if callback_url.is_cloudhook:
            self._cloudhook[CONF_CLOUDHOOK_URL] = url
        url_errors = _callback_url_errors(url, self._data[CONF_URL])
        self._can_push = not url_errors
        errors = errors or url_errors
        return self._form(step, schema, values, errors, webhook_url=url or "-")

    def _form(
        self,
        step: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None,
        errors: dict[str, str],
        **placeholders: str,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders={"console": CONSOLE, **placeholders},
        )


class MilesightOptionsFlow(OptionsFlowWithReload):
    """Options: the request limit of the plan, and the import of missed readings."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the options."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS_SCHEMA, self.config_entry.options
            ),
        )


def _callback_url_errors(callback_url: str | None, server: str) -> dict[str, str]:
    """Return the errors to show if the platform cannot push to a callback URL.

    It pushes to https only ("Event Notification Overview", requirements). A server with a plain
    http address is in the local network, where http is allowed.
    """
    if callback_url is None:
        return {"base": "no_public_address"}
    if callback_url.startswith("http:") and server.startswith("https:"):
        return {"base": "insecure_address"}
    return {}


async def _async_first_page(hass: HomeAssistant, data: Mapping[str, Any]) -> DevicePage:
    """Return the first page of devices, which proves address and credentials."""
    client = MilesightClient(
        async_get_clientsession(hass),
        data[CONF_URL],
        data[CONF_CLIENT_ID],
        data[CONF_CLIENT_SECRET],
    )
    return await client.search_devices()
