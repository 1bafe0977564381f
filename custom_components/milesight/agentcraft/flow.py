"""Flows of the user: the subentry that links devices to an agent, and the repair of an ID."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_CLIENT_SECRET, CONF_DEVICES, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    DeviceSelector,
    SelectSelector,
    TextSelector,
    TextSelectorType,
)
from probatio import Secret
import voluptuous as vol

from ..const import DOMAIN
from ..devices import registry
from ..flows.url import normalize_url
from .actions import adopt, discard, replace_device_id
from .client import AgentcraftError
from .issues import PREFIX
from .manager import AgentcraftManager, get_manager
from .registration import Access, Change, Problem, State

DEFAULT_URL: Final = "https://api-agentcraft.sebastien.ai"
TITLE: Final = "Agentcraft"
CONF_AGENTCRAFT_DEVICE_ID: Final = "agentcraft_device_id"
CONF_UNLISTED_DEVICES: Final = "unlisted_devices"

SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_URL, default=DEFAULT_URL): TextSelector(),
        vol.Required(Secret(CONF_CLIENT_SECRET)): TextSelector(
            {"type": TextSelectorType.PASSWORD, "autocomplete": "current-password"}
        ),
        vol.Required(CONF_DEVICES): DeviceSelector(
            {"multiple": True, "filter": {"integration": DOMAIN}}
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


def link_schema(unlisted: Sequence[str]) -> vol.Schema:
    """Return the fields of a link; its unlisted devices are kept unless the user removes them."""
    if not unlisted:
        return SCHEMA
    selector = SelectSelector({"options": unlisted, "multiple": True})
    return SCHEMA.extend({vol.Optional(CONF_UNLISTED_DEVICES): selector})


async def _async_errors(manager: AgentcraftManager, sn: str, change: Change) -> dict[str, str]:
    """Change a registration, and return the errors of the form."""
    result = await manager.async_change(sn, change)
    reason = result if isinstance(result, Problem) else result.problem
    is_refused = isinstance(result, Problem) or reason is Problem.NOT_STORED
    return {"base": f"{PREFIX}{reason}"} if is_refused else {}


def _resolve(hass: HomeAssistant, user_input: Mapping[str, Any]) -> Change:
    """Return the change that uses the entered device ID, or none if the field is empty."""
    device_id = user_input.get(CONF_AGENTCRAFT_DEVICE_ID, "").strip()
    return adopt(hass, device_id) if device_id else discard


class AgentcraftSubentryFlow(ConfigSubentryFlow):
    """Link devices to an agent, or change the devices, the server or the secret."""

    def __init__(self) -> None:
        """Initialize without input."""
        self._user_input: Mapping[str, Any] = {}
        self._data: dict[str, Any] = {}
        self._invalid_device = self._unresolved = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for server, client secret and devices; show the device IDs without a user."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        self._user_input = user_input or self._stored_input()
        errors = self._validate() if user_input else {}
        return self._form(errors) if errors or not user_input else await self._async_finish()

    async_step_reconfigure = async_step_user

    async def async_step_resolve(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the device ID that a request without answer may have created."""
        errors: dict[str, str] = {}
        sn, entry = self._unresolved, self._get_entry()
        if user_input is not None:
            errors = await _async_errors(self._manager, sn, _resolve(self.hass, user_input))
            if not errors:
                return await self._async_finish()
        return self.async_show_form(
            step_id="resolve",
            data_schema=RESOLVE_SCHEMA,
            errors=errors,
            description_placeholders={"device": registry.async_device_name(self.hass, entry, sn)},
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
    def _link(self) -> ConfigSubentry | None:
        """Return the subentry that is changed, ``None`` for a new one."""
        return self._get_reconfigure_subentry() if self.source == SOURCE_RECONFIGURE else None

    @property
    def _linked(self) -> Sequence[str]:
        """Return the serial numbers of the subentry that is changed."""
        return self._link.data[CONF_DEVICES] if self._link else ()

    @property
    def _unlisted(self) -> Sequence[str]:
        """Return those of devices that cannot be selected: the platform does not list them."""
        return [sn for sn in self._linked if self._device(sn) is None]

    def _device(self, sn: str) -> dr.DeviceEntry | None:
        """Return the device with a serial number if the platform lists it."""
        entry = self._get_entry()
        is_listed = sn in entry.runtime_data.data
        return registry.async_get_device(self.hass, entry, sn) if is_listed else None

    def _stored_input(self) -> Mapping[str, Any]:
        """Return what the user entered earlier."""
        if self._link is None:
            return {}
        devices = [device.id for sn in self._linked if (device := self._device(sn))]
        unlisted = self._unlisted
        return {**self._link.data, CONF_DEVICES: devices, CONF_UNLISTED_DEVICES: unlisted}

    def _form(self, errors: dict[str, str]) -> SubentryFlowResult:
        entry, manager = self._get_entry(), self._manager
        waiting = [
            f"- {registry.async_device_name(self.hass, entry, sn)}: `{registration.device_id}`"
            for sn in self._linked
            if (registration := manager.registration(sn)).state is State.WAITING
        ]
        return self.async_show_form(
            step_id=self.source,
            data_schema=self.add_suggested_values_to_schema(
                link_schema(self._unlisted), self._user_input
            ),
            errors=errors,
            description_placeholders={
                "device": self._invalid_device,
                "waiting": "\n".join(waiting) or "-",
            },
        )

    def _validate(self) -> dict[str, str]:
        """Set ``_data`` to what is stored; return the errors by field."""
        self._data = {
            CONF_CLIENT_SECRET: self._user_input[CONF_CLIENT_SECRET].strip(),
            CONF_DEVICES: [],
        }
        try:
            self._data[CONF_URL] = normalize_url(self._user_input[CONF_URL])
        except ValueError:
            return {CONF_URL: "invalid_url"}
        unlisted = self._user_input.get(CONF_UNLISTED_DEVICES, self._unlisted)
        if not (self._user_input[CONF_DEVICES] or unlisted):
            return {CONF_DEVICES: "no_devices"}
        manager = self._manager
        link_id = self._link.subentry_id if self._link else None
        reserved = {sn for flow, sn in manager.reserved.items() if flow != self.flow_id}
        for device_id in dict.fromkeys(self._user_input[CONF_DEVICES]):
            device = dr.async_get(self.hass).async_get(device_id)
            self._invalid_device = (device and (device.name_by_user or device.name)) or device_id
            sn = registry.serial_number(device) if isinstance(device, dr.DeviceEntry) else None
            if sn is None or self._device(sn) != device:
                return {CONF_DEVICES: "foreign_device"}
            owner = manager.accesses[sn].owner if sn in manager.accesses else link_id
            if owner != link_id or sn in reserved:
                return {CONF_DEVICES: "already_linked"}
            self._data[CONF_DEVICES].append(sn)
        self._data[CONF_DEVICES] = list(dict.fromkeys((*self._data[CONF_DEVICES], *unlisted)))
        return {}

    async def _async_finish(self) -> SubentryFlowResult:
        """Check server and secret with the first device that uses them, then store the data."""
        manager, link, url = self._manager, self._link, self._data[CONF_URL]
        access = Access(url, self._data[CONF_CLIENT_SECRET], link.subentry_id if link else None)
        registrations = {sn: manager.registration(sn) for sn in self._data[CONF_DEVICES]}
        new = [sn for sn, item in registrations.items() if item.needs_device_id(access)]
        unresolved = [sn for sn, item in registrations.items() if item.is_unresolved]
        moved = [item.device_id for item in registrations.values() if item.url != url]
        error: str | None = None
        if new:
            error = ERRORS.get(await manager.async_try_access(self.flow_id, new[0], access))
        elif link is None and unresolved:
            self._unresolved = unresolved[0]
            return await self.async_step_resolve()
        elif device_id := next(filter(None, moved), None):
            try:
                await manager.client(url).read_device(device_id)
            except AgentcraftError:
                error = "cannot_connect"
        if error is not None:
            return self._form({"base": error})
        if link is None:
            return self.async_create_entry(title=TITLE, data=self._data)
        return self.async_update_and_abort(self._get_entry(), link, data=self._data)


class AgentcraftRepairFlow(RepairsFlow):
    """Settle whether a device ID exists, or replace one whose tokens are lost."""

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Continue with the only step."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the device ID or for confirmation."""
        data, errors = self.data or {}, dict[str, str]()
        entry = self.hass.config_entries.async_get_known_entry(str(data["entry_id"]))
        sn = str(data["serial_number"])
        is_lost = self.issue_id.startswith(f"{PREFIX}{Problem.NO_TOKEN}")
        if user_input is not None:
            change = replace_device_id if is_lost else _resolve(self.hass, user_input)
            errors = await _async_errors(get_manager(self.hass, entry), sn, change)
            if not errors:
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}) if is_lost else RESOLVE_SCHEMA,
            errors=errors,
            description_placeholders={"device": registry.async_device_name(self.hass, entry, sn)},
        )
