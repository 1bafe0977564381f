"""The config folder of the demo's Home Assistant."""

from collections.abc import Sequence
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

from .process import ROOT

CONFIGURATION = """\
# Written by scripts/demo at every start.
homeassistant:
  name: Milesight demo
  unit_system: metric
  time_zone: {time_zone}
  currency: EUR
  country: DE
  latitude: 52.52
  longitude: 13.405
  elevation: 34
  external_url: {url}
  internal_url: {url}
  auth_providers:
    # The first one logs browsers of this machine in as its only user.
    - type: trusted_networks
      trusted_networks: [127.0.0.0/8, "::1/128"]
      allow_bypass_login: true
    - type: homeassistant

frontend:
config:
recorder:
history:
logbook:
energy:
automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml

logger:
  default: warning
  logs:
    # Warnings about missing programs for cameras.
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""


def prepare(folder: Path, port: int, hosts: Sequence[str]) -> None:
    """Prepare a config folder, new or used, with a link to this checkout's integration.

    What was changed in the folder before is kept.
    """
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    (folder / "configuration.yaml").write_text(configuration(port))
    for name in ("automations", "scripts", "scenes"):
        (folder / f"{name}.yaml").touch()
    components = folder / "custom_components"
    components.unlink(missing_ok=True)
    components.symlink_to(ROOT / "custom_components", target_is_directory=True)
    write_storage(storage / "http", 3, http_settings(port, hosts))
    if not (storage / "onboarding").exists():
        # The user is created later. The other steps would add weather and radio stations.
        done = {"done": ["core_config", "analytics", "integration"]}
        write_storage(storage / "onboarding", 4, done)


def configuration(port: int) -> str:
    """Return configuration.yaml for a Home Assistant on the given port of localhost."""
    return CONFIGURATION.format(url=f"http://localhost:{port}", time_zone=local_time_zone())


def local_time_zone(localtime: Path = Path("/etc/localtime")) -> str:
    """Return the time zone of this machine, UTC if unknown."""
    _, _, name = str(localtime.resolve()).partition("zoneinfo/")
    return name or "UTC"


def http_settings(port: int, hosts: Sequence[str]) -> dict[str, Any]:
    """Return the stored settings of Home Assistant's web server; YAML for them is deprecated."""
    return {
        "yaml_migration_done": True,
        "pending": None,
        "stable": {
            "server_host": list(hosts),
            "server_port": port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": False,
            "ssl_profile": "intermediate_v6",
            "use_x_frame_options": True,
            "created_at": datetime.now(UTC).isoformat(),
            "error": None,
            "error_message": None,
        },
    }


def configured_url(folder: Path, domain: str) -> str | None:
    """Return the server address in the stored config entry of the domain, if any."""
    entries = folder / ".storage" / "core.config_entries"
    if not entries.exists():
        return None
    for entry in json.loads(entries.read_text())["data"]["entries"]:
        if entry["domain"] == domain:
            return str(entry["data"]["url"])
    return None


def write_storage(path: Path, version: int, data: dict[str, Any]) -> None:
    """Write one of Home Assistant's storage files."""
    content = {"version": version, "minor_version": 1, "key": path.name, "data": data}
    path.write_text(json.dumps(content, indent=2))
