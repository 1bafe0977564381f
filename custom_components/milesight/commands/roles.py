"""Requests that set the roles of a composite entity."""

from collections.abc import Mapping

from ..api import Item
from ..devices.device import MilesightDevice
from ..mapping import CompositeDescription
from .sender import CommandSender, PreparedRequest


def role_requests(
    commands: CommandSender,
    device: MilesightDevice,
    description: CompositeDescription,
    values: Mapping[str, object],
) -> list[PreparedRequest]:
    """Return the requests that set values by role: one that writes, then those of services.

    Options are accepted by their names. Raises ``ServiceValidationError`` for an invalid value,
    before anything is sent.
    """
    roles, setters = description.roles, description.setters
    keys = {role: _option_key(description, role, value) for role, value in values.items()}
    written = [role for role in keys if role not in setters]
    requests: list[PreparedRequest] = []
    if written:
        expected = [
            (reporting, _option_key(description, role.removeprefix("set_"), values[role]))
            for role in written
            if (reporting := _reporting_item(description, role)) != roles[role]
        ]
        pairs = [(roles[role], keys[role]) for role in written]
        requests.append(commands.write_request(device, pairs, expected))
    requests += [
        commands.call_request(device, setters[role], keys[role], _reporting_item(description, role))
        for role in keys
        if role in setters
    ]
    return requests


def _reporting_item(description: CompositeDescription, role: str) -> Item:
    """Return the item that reports what a role sets: ``position`` for ``set_position``."""
    return description.roles.get(role.removeprefix("set_")) or description.roles[role]


def _option_key(description: CompositeDescription, role: str, option: object) -> object:
    """Return the key of an option by its name; a value that is no option remains."""
    options = description.options.get(role, {}).items()
    return next((key for key, name in options if name == option), option)
