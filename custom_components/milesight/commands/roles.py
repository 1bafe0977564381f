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
        pairs = [(roles[role], keys[role]) for role in written]
        expected = [_reported(description, role, values[role]) for role in written]
        requests.append(commands.write_request(device, pairs, expected))
    requests += [
        commands.call_request(
            device, setters[role], keys[role], [_reported(description, role, values[role])]
        )
        for role in keys
        if role in setters
    ]
    return requests


def _reported(description: CompositeDescription, role: str, value: object) -> tuple[Item, object]:
    """Return the item that reports what a role sets, and how it reports the value.

    That is the item of ``position`` for ``set_position``.
    """
    reporting = role.removeprefix("set_")
    role = reporting if reporting in description.roles else role
    return description.roles[role], _option_key(description, role, value)


def _option_key(description: CompositeDescription, role: str, option: object) -> object:
    """Return the key of an option by its name; a value that is no option remains."""
    options = description.options.get(role, {}).items()
    return next((key for key, name in options if name == option), option)
