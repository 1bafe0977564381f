"""Flows of the subentry: which devices are registered with which agent."""

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

from ..const import DOMAIN
from ..devices import registry
from ..flows.url import normalize_url
from .actions import async_resolve
from .client import AgentcraftError
from .issues import device_name
from .lifecycle import Access
from .manager import AgentcraftManager, get_manager
from .registration import Problem, State

DEFAULT_URL: Final = "https://api-agentcraft.sebastien.ai"
TITLE: Final = "Agentcraft"
CONF_AGENTCRAFT_DEVICE_ID: Final = "agentcraft_device_id"

SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_URL, default=DEFAULT_URL): TextSelector(),
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


def entered_device_id(user_input: Mapping[str, Any]) -> str | None:
    """Return the device ID that the user entered, ``None`` if the field is empty."""
    return user_input.get(CONF_AGENTCRAFT_DEVICE_ID, "").strip() or None


class AgentcraftSubentryFlow(ConfigSubentryFlow):
    """Link devices to an agent, or change the devices, the server or the secret."""

    def __init__(self) -> None:
        """Initialize without input."""
        self._user_input: Mapping[str, Any] = {}
        self._data: dict[str, Any] = {}
        self._invalid_device = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the server address, the client secret and the devices."""
        return await self._async_step("user", user_input, {})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change them, and show the device IDs that no user has linked."""
        data = self._get_reconfigure_subentry().data
        entry = self._get_entry()
        devices = (registry.async_get_device(self.hass, entry, sn) for sn in data[CONF_DEVICES])
        current = {**data, CONF_DEVICES: [device.id for device in devices if device]}
        return await self._async_step("reconfigure", user_input, current)

    async def async_step_resolve(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the device ID that a request without answer may have created."""
        errors: dict[str, str] = {}
        sn = self._unresolved[0]
        if user_input is not None:
            try:
                await async_resolve(self._manager, sn, entered_device_id(user_input))
            except HomeAssistantError as error:
                errors["base"] = str(error.translation_key)
            else:
                return await self._async_finish("user")
        return self.async_show_form(
            step_id="resolve",
            data_schema=RESOLVE_SCHEMA,
            errors=errors,
            description_placeholders={"device": device_name(self.hass, self._get_entry(), sn)},
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Release the device that was registered to check the secret."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            get_manager(self.hass, entry).async_release(self.flow_id)

    @property
    def _manager(self) -> AgentcraftManager:
        return get_manager(self.hass, self._get_entry())

    @property
    def _subentry_id(self) -> str | None:
        return self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None

    @property
    def _unresolved(self) -> list[str]:
        lifecycles = self._manager.lifecycles
        return [
            sn
            for sn in self._data[CONF_DEVICES]
            if sn in lifecycles and lifecycles[sn].registration.is_unresolved
        ]

    async def _async_step(
        self, step: str, user_input: dict[str, Any] | None, values: Mapping[str, Any]
    ) -> SubentryFlowResult:
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        if user_input is None:
            return self._form(step, values, {})
        self._user_input = user_input
        errors = self._validate(user_input)
        return self._form(step, user_input, errors) if errors else await self._async_finish(step)

    def _form(
        self, step: str, values: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        entry, manager = self._get_entry(), self._manager
        waiting = (
            f"- {device_name(self.hass, entry, sn)}: `{lifecycle.registration.device_id}`"
            for sn, lifecycle in manager.lifecycles.items()
            if sn in manager.subentries
            and manager.subentries[sn].subentry_id == self._subentry_id
            and manager.state(sn) is State.WAITING
        )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(SCHEMA, values),
            errors=errors,
            description_placeholders={
                "device": self._invalid_device,
                "waiting": "\n".join(waiting) or "-",
            },
        )

    def _validate(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Set ``_data`` to what is stored; return the errors by field."""
        self._data = {
            CONF_CLIENT_SECRET: user_input[CONF_CLIENT_SECRET].strip(),
            CONF_DEVICES: [],
        }
        try:
            self._data[CONF_URL] = normalize_url(user_input[CONF_URL])
        except ValueError:
            return {CONF_URL: "invalid_url"}
        if not user_input[CONF_DEVICES]:
            return {CONF_DEVICES: "no_devices"}
        entry, manager = self._get_entry(), self._manager
        for device_id in dict.fromkeys(user_input[CONF_DEVICES]):
            device = dr.async_get(self.hass).async_get(device_id)
            self._invalid_device = (device and (device.name_by_user or device.name)) or device_id
            sn = registry.serial_number(device) if isinstance(device, dr.DeviceEntry) else None
            if (
                sn is None
                or sn not in entry.runtime_data.data
                or registry.async_get_device(self.hass, entry, sn) != device
            ):
                return {CONF_DEVICES: "foreign_device"}
            if manager.is_taken(sn, subentry_id=self._subentry_id, flow_id=self.flow_id):
                return {CONF_DEVICES: "already_linked"}
            self._data[CONF_DEVICES].append(sn)
        return {}

    async def _async_finish(self, step: str) -> SubentryFlowResult:
        """Check the secret by registering the first new device, then store the data."""
        access = Access(self._data[CONF_URL], self._data[CONF_CLIENT_SECRET], self._subentry_id)
        manager = self._manager
        new = [sn for sn in self._data[CONF_DEVICES] if manager.needs_device_id(sn, access)]
        error: str | None = None
        if new:
            error = ERRORS.get(await manager.async_try_access(self.flow_id, new[0], access))
        elif self._subentry_id is None and self._unresolved:
            return await self.async_step_resolve()
        elif not await self._async_is_reachable(access.url):
            error = "cannot_connect"
        if error is not None:
            return self._form(step, self._user_input, {"base": error})
        if self._subentry_id is None:
            return self.async_create_entry(title=TITLE, data=self._data)
        return self.async_update_and_abort(
            self._get_entry(), self._get_reconfigure_subentry(), data=self._data
        )

    async def _async_is_reachable(self, url: str) -> bool:
        """Return whether a changed server address works, by reading an existing device ID."""
        manager = self._manager
        for sn in self._data[CONF_DEVICES]:
            registration = manager.lifecycles[sn].registration
            if registration.device_id is not None and registration.url != url:
                try:
                    await manager.client_for(url).read_device(registration.device_id)
                except AgentcraftError:
                    return False
                return True
        return True
