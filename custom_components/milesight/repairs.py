"""Repair flows."""

from abc import abstractmethod
from collections.abc import Mapping
import re
import time
from typing import Any, Final, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from .agentcraft.flow import AgentcraftRepairFlow
from .agentcraft.issues import PREFIX as AGENTCRAFT
from .config_flow import WEBHOOK_SCHEMA
from .const import CONF_WEBHOOK_SECRET, CONSOLE, DOMAIN
from .coordinator import MilesightConfigEntry
from .devices import registry
from .issues import NO_PUSHES_RECEIVED, PUSH_LIMIT, PUSH_STOPPED, kind_of
from .push.callback_url import async_callback_url

MAX_LISTED_DEVICES: Final = 5
MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>|])")


class MilesightRepairFlow(RepairsFlow):
    """A flow with one step that reloads the entry when it is finished."""

    def __init__(self, entry: ConfigEntry, issue: ir.IssueEntry) -> None:
        """Initialize the flow for an issue of an entry."""
        self._entry = entry
        self._issue = issue
        self._is_finished = False

    async def async_step_init(self, _user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Start with the only step."""
        return await self.async_step_confirm()

    @abstractmethod
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the form, or apply the input."""

    def _form(
        self, schema: vol.Schema, values: Mapping[str, Any], **placeholders: str
    ) -> RepairsFlowResult:
        return self.async_show_form(
            step_id="confirm",
            data_schema=self.add_suggested_values_to_schema(schema, values),
            description_placeholders={
                **(self._issue.translation_placeholders or {}),
                "console": CONSOLE,
                **placeholders,
            },
        )

    def _finish(self) -> RepairsFlowResult:
        self._is_finished = True
        return self.async_create_entry(data={})

    @callback
    @override
    def async_remove(self) -> None:
        """Reload the entry after the issue has been deleted."""
        if self._is_finished:
            self.hass.config_entries.async_schedule_reload(self._entry.entry_id)


class PushRepairFlow(MilesightRepairFlow):
    """Show the callback URL and what to check in the console."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the callback URL, and store the webhook secret if one is entered."""
        data = self._entry.data
        if user_input is not None:
            if secret := user_input.get(CONF_WEBHOOK_SECRET, "").strip():
                self.hass.config_entries.async_update_entry(
                    self._entry, data={**data, CONF_WEBHOOK_SECRET: secret}
                )
            return self._finish()
        url = (await async_callback_url(self.hass, data[CONF_WEBHOOK_ID])).url
        if url is None:
            return self.async_abort(reason="no_public_address")
        return self._form(WEBHOOK_SCHEMA, {}, webhook_url=url)


class PushLimitRepairFlow(MilesightRepairFlow):
    """Show the devices with the most pushes, whose reporting interval can be longer."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """List the devices with links to their pages."""
        if user_input is not None:
            return self.async_create_entry(data={})
        return self._form(vol.Schema({}), {}, devices=_most_pushes(self.hass, self._entry) or "-")


def _most_pushes(hass: HomeAssistant, entry: MilesightConfigEntry) -> str:
    """Return the devices with the most pushes of the last 24 hours, as a Markdown list."""
    if entry.state is not ConfigEntryState.LOADED:
        return ""
    now = time.time()
    counts = {sn: device.pushes.count(now) for sn, device in entry.runtime_data.data.items()}
    lines: list[str] = []
    for sn in sorted(filter(counts.__getitem__, counts), key=counts.__getitem__, reverse=True):
        device = registry.async_get_device(hass, entry, sn)
        if device is None:
            continue
        name = MARKDOWN.sub(r"\\\1", device.name_by_user or device.name or sn)
        lines.append(f"- [{name}](/config/devices/device/{device.id}): {counts[sn]}")
        if len(lines) == MAX_LISTED_DEVICES:
            break
    return "\n".join(lines)


FLOWS: Final[Mapping[str, type[MilesightRepairFlow]]] = {
    NO_PUSHES_RECEIVED: PushRepairFlow,
    PUSH_LIMIT: PushLimitRepairFlow,
    PUSH_STOPPED: PushRepairFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the repair flow of an issue; one that is not fixable is only confirmed."""
    flow = FLOWS.get(kind_of(issue_id))
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    entry = hass.config_entries.async_get_entry(str((data or {}).get("entry_id")))
    if entry is not None and issue_id.startswith(AGENTCRAFT):
        return AgentcraftRepairFlow()
    if flow is None or issue is None or entry is None:
        return ConfirmRepairFlow()
    return flow(entry, issue)
