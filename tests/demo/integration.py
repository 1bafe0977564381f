"""The integration in the demo: added, connected to the simulator, and waited for."""

import asyncio
from typing import Any

from .configuration import configured_url
from .home_assistant import HomeAssistant
from .process import DemoError
from .simulator import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, Simulator

DOMAIN = "milesight"
FLOWS = "/api/config/config_entries/flow"
WITHOUT_VALUE = ("unavailable", "unknown")


async def connect(home: HomeAssistant, simulator: Simulator) -> None:
    """Have the integration set up against the simulator, and the simulator push to it."""
    for entry in await home.command("config_entries/get", domain=DOMAIN):
        if configured_url(home.folder, DOMAIN) == simulator.url:
            break
        # the simulator of an earlier start was on another port
        await home.request("DELETE", f"/api/config/config_entries/entry/{entry['entry_id']}")
    else:
        await _add(home, simulator)
    await simulator.register_callback(await _callback_address(home))


async def _add(home: HomeAssistant, simulator: Simulator) -> None:
    """Go through the config flow with what a user would type."""
    answers: dict[str, dict[str, str]] = {
        "user": {
            "url": simulator.url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        },
        "webhook": {"webhook_secret": WEBHOOK_SECRET},
    }
    step = await home.request("POST", FLOWS, {"handler": DOMAIN})
    while step["type"] == "form" and not step["errors"]:
        step = await home.request("POST", f"{FLOWS}/{step['flow_id']}", answers[step["step_id"]])
    if step["type"] != "create_entry":
        raise DemoError(f"The integration could not be added: {step}")


async def _callback_address(home: HomeAssistant) -> str:
    """Return the address that the integration shows for the console to push to."""
    for webhook in await home.command("webhook/list"):
        if webhook["domain"] == DOMAIN:
            return f"{home.url}/api/webhook/{webhook['webhook_id']}"
    raise DemoError("The integration is not running: it has no webhook.")


async def first_value(home: HomeAssistant) -> None:
    """Wait until an entity of the integration has a value; raise DemoError if none gets one."""
    for _ in range(300):
        states: list[dict[str, Any]] = await home.command("get_states")
        mine = {entity["entity_id"] for entity in await entities(home)}
        if any(s["entity_id"] in mine and s["state"] not in WITHOUT_VALUE for s in states):
            return
        await asyncio.sleep(0.2)
    raise DemoError("No entity of the integration has a value.")


async def entities(home: HomeAssistant) -> list[dict[str, Any]]:
    """Return the integration's entries of the entity registry."""
    registry = await home.command("config/entity_registry/list")
    return [entity for entity in registry if entity["platform"] == DOMAIN]
