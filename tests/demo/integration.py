"""Set up the integration in the demo, and connect it to the simulator."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from .configuration import configured_url
from .home_assistant import HomeAssistant
from .process import DemoError
from .simulator import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, SimulatorProcess

DOMAIN = "milesight"
FLOWS = "/api/config/config_entries/flow"
SUBENTRY_FLOWS = "/api/config/config_entries/subentries/flow"
ACTIONS = f"/api/services/{DOMAIN}"
LINKED, WAITING = "Meeting room 3 air", "Reception call button"
WITHOUT_VALUE = ("unavailable", "unknown")
DASHBOARD = "milesight-demo"
STRATEGY = {"type": f"custom:{DOMAIN}"}


async def connect(home: HomeAssistant, simulator: SimulatorProcess) -> None:
    """Set up the integration with the simulator, and have the simulator push to it."""
    for entry in await home.command("config_entries/get", domain=DOMAIN):
        if configured_url(home.folder, DOMAIN) == simulator.url:
            break
        # The simulator of an earlier start was on another port.
        await home.request("DELETE", f"/api/config/config_entries/entry/{entry['entry_id']}")
    else:
        await _add(home, simulator)
    await simulator.register_callback(await _callback_address(home))
    await _link_to_agentcraft(home, simulator)


async def _add(home: HomeAssistant, simulator: SimulatorProcess) -> None:
    """Go through the config flow as a user does."""
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


async def _link_to_agentcraft(home: HomeAssistant, simulator: SimulatorProcess) -> None:
    """Register two devices at the simulated Agentcraft, and link one of them there."""
    (entry,) = await home.command("config_entries/get", domain=DOMAIN)
    entry_id = entry["entry_id"]
    for old in await home.command("config_entries/subentries/list", entry_id=entry_id):
        if old["subentry_type"] == "agentcraft":
            # The simulator of an earlier start had other device IDs.
            await home.command(
                "config_entries/subentries/delete",
                entry_id=entry_id,
                subentry_id=old["subentry_id"],
            )
    agentcraft = (await simulator.control("GET", "/state?devices=0"))["agentcraft"]
    devices = {
        device["name"]: device["id"] for device in await home.command("config/device_registry/list")
    }
    answer = {
        "url": agentcraft["url"],
        "client_secret": agentcraft["client_secret"],
        "devices": [devices[LINKED], devices[WAITING]],
    }
    step = await home.request("POST", SUBENTRY_FLOWS, {"handler": [entry_id, "agentcraft"]})
    step = await home.request("POST", f"{SUBENTRY_FLOWS}/{step['flow_id']}", answer)
    if step["type"] != "create_entry":
        raise DemoError(f"The devices could not be linked to Agentcraft: {step}")
    target = {"device_id": devices[LINKED]}
    response = await home.request("POST", f"{ACTIONS}/agentcraft_get_token?return_response", target)
    device_id = response["service_response"][devices[LINKED]]["device_id"]
    await simulator.control("POST", f"/agentcraft/{device_id}/link", {})
    await home.request("POST", f"{ACTIONS}/agentcraft_refresh", target)


async def _callback_address(home: HomeAssistant) -> str:
    """Return the callback address of the integration."""
    for webhook in await home.command("webhook/list"):
        if webhook["domain"] == DOMAIN:
            return f"{home.url}/api/webhook/{webhook['webhook_id']}"
    raise DemoError("The integration is not running: it has no webhook.")


async def first_value(home: HomeAssistant) -> None:
    """Wait until an entity of the integration has a value; raise DemoError if none has one."""
    for _ in range(300):
        states: list[dict[str, Any]] = await home.command("get_states")
        mine = {entity["entity_id"] for entity in await entities(home)}
        if any(s["entity_id"] in mine and s["state"] not in WITHOUT_VALUE for s in states):
            return
        await asyncio.sleep(0.2)
    raise DemoError("No entity of the integration has a value.")


async def import_past_day(home: HomeAssistant) -> None:
    """Import what devices reported before the start, so that graphs show a day."""
    now = datetime.now(UTC)
    mine = {entity["device_id"] for entity in await entities(home) if not entity["disabled_by"]}
    target = {
        "device_id": [
            device["id"]
            for device in await home.command("config/device_registry/list")
            if device["id"] in mine and device["entry_type"] is None
        ],
        "start_time": (now - timedelta(days=1)).isoformat(),
        "end_time": now.isoformat(),
    }
    await home.request("POST", f"{ACTIONS}/import_history?return_response", target)


async def show_dashboard(home: HomeAssistant) -> None:
    """Create the integration's dashboard, and make it the first page."""
    if all(d["url_path"] != DASHBOARD for d in await home.command("lovelace/dashboards/list")):
        fields = {"url_path": DASHBOARD, "title": "Milesight", "icon": "mdi:access-point"}
        await home.command("lovelace/dashboards/create", **fields)
    await home.command("lovelace/config/save", url_path=DASHBOARD, config={"strategy": STRATEGY})
    core = {"default_panel": DASHBOARD}
    await home.command("frontend/set_system_data", key="core", value=core)


async def entities(home: HomeAssistant) -> list[dict[str, Any]]:
    """Return the integration's entries of the entity registry."""
    registry = await home.command("config/entity_registry/list")
    return [entity for entity in registry if entity["platform"] == DOMAIN]
