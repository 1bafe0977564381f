"""The devices of the Open API: adding, renaming, configuration, and RPS records."""

from typing import Any, Final

from .device import Device
from .errors import ApiError
from .platform import Platform
from .values import nest

_MAX_TAGS: Final = 20


def add(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    """Add a device by the SN or DevEUI printed on it; raises `ApiError` 400."""
    printed, name = body.get("snDevEUI"), body.get("name")
    if not isinstance(printed, str) or not isinstance(name, str) or not name.strip():
        raise ApiError(400, "parameter_error", "snDevEUI and name are required")
    known = platform.identify(printed)
    if known is None:
        raise ApiError(400, "sn_invalid", f"No device has the SN or DevEUI {printed[:40]}")
    model, sn = known
    if platform.has(sn):
        raise ApiError(400, "device_already_exists", f"Device {sn} has already been added")
    if sn in platform.rps:
        raise ApiError(400, "rps_record_exists", f"Delete the RPS record of {sn} first")
    facts = _facts(body)
    device = platform.join(model, name, sn, online=False)
    _describe(device, facts)
    return _identifiers(platform, device)


def update(platform: Platform, body: dict[str, Any]) -> dict[str, Any]:
    """Replace name, description and tags; raises `ApiError` 400 or 404."""
    device, name = platform.by_id(body.get("deviceId")), body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ApiError(400, "parameter_error", "name is required")
    _describe(device, _facts(body))
    device.name = name
    return _identifiers(platform, device) | {"deviceId": str(device.device_id)}


def config(device: Device) -> dict[str, Any]:
    """Return the settings of a LoRaWAN node, key and value pairs of an IP device."""
    specification = device.model.specification
    if device.model.device_type == "GATEWAY":
        pairs = [{"key": path, "value": value} for path, value in device.values.items()]
        return {"version": specification.version, "values": pairs}
    writable = specification.writable
    settings = {path: value for path, value in device.values.items() if path in writable}
    return {"version": specification.version, "type": "tsl", "properties": nest(settings)}


def add_rps(platform: Platform, body: dict[str, Any]) -> str:
    """Keep a profile URL for a device that is not on the platform yet; raises `ApiError` 400."""
    sn, url = body.get("sn"), body.get("profileUrl")
    if not isinstance(sn, str) or not sn:
        raise ApiError(400, "parameter_error", "sn is required")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise ApiError(400, "parameter_error", "profileUrl must be a URL")
    if platform.has(sn):
        raise ApiError(400, "device_already_exists", f"Device {sn[:40]} has already been added")
    platform.rps[sn] = url
    return "success"


def list_rps(platform: Platform) -> list[dict[str, str]]:
    """Return the profile URLs; the shape is inferred, no copy of its page was found."""
    return [{"sn": sn, "profileUrl": url} for sn, url in platform.rps.items()]


def delete_rps(platform: Platform, sn: str) -> str:
    """Forget a profile URL; raises `ApiError` 404."""
    if platform.rps.pop(sn, None) is None:
        raise ApiError(404, "rps_record_not_found", f"No RPS record of {sn[:40]}")
    return "success"


def _identifiers(platform: Platform, device: Device) -> dict[str, Any]:
    own = {"sn": device.sn, "deviceId": platform.application.rest_id(device.device_id)}
    return own | ({"devEUI": device.dev_eui} if device.dev_eui else {})


def _facts(body: dict[str, Any]) -> tuple[str, str | None, list[str]]:
    """Return description, project and tags of a body; raises `ApiError` 400."""
    description, project = body.get("description") or "", body.get("project")
    tags = body.get("tag") or []
    if not isinstance(description, str) or not isinstance(project, str | None):
        raise ApiError(400, "parameter_error", "description and project must be strings")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise ApiError(400, "parameter_error", "tag must be a list of strings")
    if len(tags) > _MAX_TAGS:
        raise ApiError(400, "parameter_error", f"A device has at most {_MAX_TAGS} tags")
    return description, project, tags


def _describe(device: Device, facts: tuple[str, str | None, list[str]]) -> None:
    device.description, device.project, device.tags = facts
