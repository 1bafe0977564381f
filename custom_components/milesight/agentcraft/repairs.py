"""Repair flows of the registrations."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from .actions import async_replace_device_id, async_resolve
from .flow import RESOLVE_SCHEMA, entered_device_id
from .issues import PREFIX, device_name
from .manager import AgentcraftManager, get_manager
from .registration import Problem


class AgentcraftRepairFlow(RepairsFlow):
    """Settle whether a device ID exists, or replace one whose tokens are lost."""

    def __init__(self, manager: AgentcraftManager, sn: str, *, is_unresolved: bool) -> None:
        """Initialize with the device and the kind of problem."""
        self._manager = manager
        self._sn = sn
        self._is_unresolved = is_unresolved

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Continue with the only step."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the device ID or for confirmation."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                if self._is_unresolved:
                    await async_resolve(self._manager, self._sn, entered_device_id(user_input))
                else:
                    await async_replace_device_id(self._manager, self._sn)
            except HomeAssistantError as error:
                errors["base"] = str(error.translation_key)
            else:
                return self.async_create_entry(data={})
        device = device_name(self.hass, self._manager.entry, self._sn)
        return self.async_show_form(
            step_id="confirm",
            data_schema=RESOLVE_SCHEMA if self._is_unresolved else vol.Schema({}),
            errors=errors,
            description_placeholders={"device": device},
        )


def create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: Mapping[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow of an issue whose id starts with ``agentcraft_``."""
    details = data or {}
    entry = hass.config_entries.async_get_entry(str(details.get("entry_id")))
    if entry is None:
        return ConfirmRepairFlow()
    return AgentcraftRepairFlow(
        get_manager(hass, entry),
        str(details.get("serial_number")),
        is_unresolved=not issue_id.startswith(f"{PREFIX}{Problem.NO_TOKEN}"),
    )
