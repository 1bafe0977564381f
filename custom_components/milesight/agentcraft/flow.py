"""The dialogs of the subentry: which devices have an identity at which agent."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    DeviceFilterSelectorConfig,
    DeviceSelector,
    DeviceSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from probatio import Secret
import voluptuous as vol

from .. import registry
from ..const import DOMAIN
from ..url import normalize_url
from .client import AgentcraftClient, AgentcraftError
from .commands import async_resolve
from .issues import device_name
from .life import Access
from .link import AgentcraftLink
from .registration import Problem, State
from .setup import link_of

SERVER: Final = "https://api-agentcraft.sebastien.ai"
TITLE: Final = "Agentcraft"
CONF_AGENTCRAFT_DEVICE_ID: Final = "agentcraft_device_id"

SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_URL, default=SERVER): TextSelector(),
        vol.Required(Secret(CONF_CLIENT_SECRET)): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
        ),
        vol.Required(CONF_DEVICES): DeviceSelector(
            DeviceSelectorConfig(
                multiple=True, filter=DeviceFilterSelectorConfig(integration=DOMAIN)
            )
        ),
    }
)
RESOLVE_SCHEMA: Final = vol.Schema({vol.Optional(CONF_AGENTCRAFT_DEVICE_ID): TextSelector()})
ERRORS: Final[Mapping[Problem | None, str]] = {
    Problem.SECRET_REFUSED: "invalid_auth",
    Problem.UNREACHABLE: "cannot_connect",
    Problem.OUTCOME_UNKNOWN: "cannot_connect",
    Problem.NOT_STORED: "agentcraft_not_stored",
}


class AgentcraftSubentryFlow(ConfigSubentryFlow):
    """Links devices to an agent, and changes which ones, or how the agent is reached."""

    def __init__(self) -> None:
        """Start without answers."""
        self._entered: Mapping[str, Any] = {}
        self._data: dict[str, Any] = {}
        self._named = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for address, client secret and devices."""
        return await self._async_step("user", user_input, {})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change them, and show which device IDs wait to be linked."""
        data = self._get_reconfigure_subentry().data
        entry = self._get_entry()
        devices = (registry.registered(self.hass, entry, sn) for sn in data[CONF_DEVICES])
        shown = {**data, CONF_DEVICES: [device.id for device in devices if device]}
        return await self._async_step("reconfigure", user_input, shown)

    async def async_step_resolve(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether Agentcraft made a device ID, where no answer came the first time."""
        errors: dict[str, str] = {}
        if user_input is not None:
            brought = user_input.get(CONF_AGENTCRAFT_DEVICE_ID, "").strip() or None
            try:
                await async_resolve(self._link, self._unresolved[0], brought)
            except HomeAssistantError as error:
                errors["base"] = str(error.translation_key)
            else:
                return await self._async_go_on("user")
        return self.async_show_form(
            step_id="resolve",
            data_schema=RESOLVE_SCHEMA,
            errors=errors,
            description_placeholders={
                "device": device_name(self.hass, self._get_entry(), self._unresolved[0])
            },
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Let go of the device that was registered, when the dialog is over."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            link_of(self.hass, entry).release(self.flow_id)

    @property
    def _link(self) -> AgentcraftLink:
        return link_of(self.hass, self._get_entry())

    @property
    def _subentry_id(self) -> str | None:
        return self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None

    @property
    def _unresolved(self) -> list[str]:
        lives = self._link.lives
        return [sn for sn in self._data[CONF_DEVICES] if sn in lives and lives[sn].held.unresolved]

    async def _async_step(
        self, step: str, user_input: dict[str, Any] | None, shown: Mapping[str, Any]
    ) -> SubentryFlowResult:
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            shown = self._entered = user_input
            self._data, errors = self._cleaned(user_input)
            if not errors:
                return await self._async_go_on(step)
        return self._form(step, shown, errors)

    def _form(
        self, step: str, values: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(SCHEMA, values),
            errors=errors,
            description_placeholders={"device": self._named, "waiting": self._waiting() or "-"},
        )

    def _waiting(self) -> str:
        """Return the device IDs that wait to be linked, for the administrator who reads this."""
        entry, link = self._get_entry(), self._link
        return "\n".join(
            f"- {device_name(self.hass, entry, sn)}: `{link.lives[sn].held.device_id}`"
            for sn, subentry in link.subentries.items()
            if subentry.subentry_id == self._subentry_id and link.state(sn) is State.WAITING
        )

    def _cleaned(self, user_input: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return what was entered as it is stored, and what is wrong with it."""
        data: dict[str, Any] = {
            CONF_CLIENT_SECRET: user_input[CONF_CLIENT_SECRET].strip(),
            CONF_DEVICES: [],
        }
        try:
            data[CONF_URL] = normalize_url(user_input[CONF_URL])
        except ValueError:
            return data, {CONF_URL: "invalid_url"}
        if not user_input[CONF_DEVICES]:
            return data, {CONF_DEVICES: "no_devices"}
        entry, link = self._get_entry(), self._link
        for device_id in dict.fromkeys(user_input[CONF_DEVICES]):
            device = dr.async_get(self.hass).async_get(device_id)
            self._named = (device and (device.name_by_user or device.name)) or device_id
            sn = registry.serial_number(device) if isinstance(device, dr.DeviceEntry) else None
            if (
                sn is None
                or sn not in entry.runtime_data.devices
                or registry.registered(self.hass, entry, sn) != device
            ):
                return data, {CONF_DEVICES: "foreign_device"}
            if link.is_taken(sn, subentry_id=self._subentry_id, flow_id=self.flow_id):
                return data, {CONF_DEVICES: "already_linked"}
            data[CONF_DEVICES].append(sn)
        return data, {}

    async def _async_go_on(self, step: str) -> SubentryFlowResult:
        """Prove what was entered by the first device that has no ID, and store it."""
        access = Access(self._data[CONF_URL], self._data[CONF_CLIENT_SECRET], self._subentry_id)
        link = self._link
        new = [sn for sn in self._data[CONF_DEVICES] if link.lacks_id(sn, access)]
        error: str | None = None
        if new:
            error = ERRORS.get(await link.async_prove(self.flow_id, new[0], access))
        elif self._subentry_id is None and self._unresolved:
            return await self.async_step_resolve()
        elif not await self._async_reaches(access.url):
            error = "cannot_connect"
        if error is not None:
            return self._form(step, self._entered, {"base": error})
        if self._subentry_id is None:
            return self.async_create_entry(title=TITLE, data=self._data)
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), data=self._data
        )

    async def _async_reaches(self, url: str) -> bool:
        """Return whether Agentcraft is at an address, asked by an ID since secrets cannot be."""
        lives = self._link.lives
        for sn in self._data[CONF_DEVICES]:
            device_id = lives[sn].held.device_id
            if device_id is not None and lives[sn].held.url != url:
                client = AgentcraftClient(async_get_clientsession(self.hass), url)
                try:
                    await client.read_device(device_id)
                except AgentcraftError:
                    return False
                return True
        return True
