"""The dialogs that mend what is wrong with a device's identity at Agentcraft."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from .commands import async_replace_id, async_resolve
from .flow import CONF_AGENTCRAFT_DEVICE_ID, RESOLVE_SCHEMA
from .issues import PREFIX, device_name
from .link import AgentcraftLink
from .registration import Problem
from .setup import link_of


class AgentcraftRepairFlow(RepairsFlow):
    """Ends the doubt whether there is a device ID, or replaces one whose token cannot be had."""

    def __init__(self, link: AgentcraftLink, sn: str, *, in_doubt: bool) -> None:
        """Take the device, and which of the two it is."""
        self._link = link
        self._sn = sn
        self._in_doubt = in_doubt

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Go to the step."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the device ID, or only for leave."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                if self._in_doubt:
                    brought = user_input.get(CONF_AGENTCRAFT_DEVICE_ID, "").strip() or None
                    await async_resolve(self._link, self._sn, brought)
                else:
                    await async_replace_id(self._link, self._sn)
            except HomeAssistantError as error:
                errors["base"] = str(error.translation_key)
            else:
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=RESOLVE_SCHEMA if self._in_doubt else vol.Schema({}),
            errors=errors,
            description_placeholders={"device": device_name(self.hass, self._link.entry, self._sn)},
        )


def create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: Mapping[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog of an issue whose id begins with ``agentcraft_``."""
    facts = data or {}
    entry = hass.config_entries.async_get_entry(str(facts.get("entry_id")))
    if entry is None:
        return ConfirmRepairFlow()
    in_doubt = not issue_id.startswith(f"{PREFIX}{Problem.NO_TOKEN}")
    sn = str(facts.get("serial_number"))
    return AgentcraftRepairFlow(link_of(hass, entry), sn, in_doubt=in_doubt)
