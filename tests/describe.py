"""Print the entities of thing specifications as tables."""

from argparse import ArgumentParser, Namespace
import asyncio
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from getpass import getpass
import json
import os
from pathlib import Path
import sys
from typing import Any
import unicodedata

from aiohttp import ClientSession

from custom_components.milesight import mapping
from custom_components.milesight.api import (
    Item,
    MilesightClient,
    MilesightError,
    parse_specification,
)
from custom_components.milesight.const import DOMAIN
from custom_components.milesight.mapping import (
    BinarySensorDescription,
    ClimateDescription,
    CompositeDescription,
    Description,
    EventDescription,
    FlagDescription,
    LightDescription,
    NumberDescription,
    Priority,
    SelectDescription,
    SensorDescription,
    Setter,
    SwitchDescription,
    TextDescription,
    ThingEventDescription,
    describe,
)

SECRET = "MILESIGHT_CLIENT_SECRET"
DEVICE = "(the device)"
MAX_FILE_SIZE = 10_000_000
TRANSLATIONS = Path(mapping.__file__).parents[1] / "translations"
HEAD = ("enabled", "platform", "key", "name", "class", "unit", "state class", "category", "details")


def specification_in(data: object) -> Mapping[str, Any]:
    """Return the thing specification in an answer, in a file that holds one, or as it is."""
    found = data if isinstance(data, dict) else {}
    for wrapper in ("data", "thingSpecification", "specification"):
        if isinstance(found.get(wrapper), dict):
            found = found[wrapper]
    return found


def read_specification(path: Path) -> Mapping[str, Any]:
    """Return the thing specification in a file; raises ``ValueError`` with what is wrong."""
    if path.stat().st_size > MAX_FILE_SIZE:
        raise ValueError(f"{path.name} is too large for a thing specification or diagnostics")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path.name} is not JSON, or not complete: {error}") from error
    manifest = document.get("integration_manifest", {}) if isinstance(document, dict) else {}
    if (domain := manifest.get("domain", DOMAIN)) != DOMAIN:
        raise ValueError(f"{path.name} holds the diagnostics of {domain}, not of {DOMAIN}")
    specification = specification_in(document)
    if not isinstance(specification.get("properties"), list):
        raise ValueError(  # noqa: TRY004
            f"{path.name} holds no thing specification. Download the diagnostics of a device;"
            " if you did, a newer version of this script is needed"
        )
    return specification


def table(descriptions: Iterable[Description], *, enabled_only: bool = False) -> str:
    """Return one line per entity under a head, what matters most first."""
    shown = sorted(
        (
            description
            for description in descriptions
            if not enabled_only or description.priority is not Priority.RARE
        ),
        key=lambda description: (description.priority, description.platform, description.key),
    )
    rows = [HEAD, *(_row(description) for description in shown)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    return "\n".join(_line(row, widths) for row in rows)


def summary(descriptions: Iterable[Description]) -> str:
    """Return how many entities there are, and how many of them are enabled by default."""
    priorities = [description.priority for description in descriptions]
    enabled = sum(priority is not Priority.RARE for priority in priorities)
    return (
        f"{len(priorities)} entities, {enabled} enabled by default,"
        f" {priorities.count(Priority.PRIMARY)} of them primary"
    )


def _row(description: Description) -> tuple[str, ...]:
    marks = {Priority.PRIMARY: "primary", Priority.SECONDARY: "yes", Priority.RARE: "no"}
    return (
        marks[description.priority],
        description.platform.value,
        description.key,
        displayed_name(description),
        getattr(description, "device_class", None) or "",
        getattr(description, "unit", None) or "",
        getattr(description, "state_class", None) or "",
        description.category.value if description.category else "",
        "; ".join(_details(description)),
    )


def displayed_name(description: Description) -> str:
    """Return the name in English, as Home Assistant will show it after the device's."""
    if description.translation_key is None:
        return description.name or DEVICE
    entry = _english().get(description.platform.value, {}).get(description.translation_key, {})
    name = str(entry.get("name") or description.name or description.translation_key)
    for placeholder, value in description.placeholders.items():
        name = name.replace(f"{{{placeholder}}}", value)
    return name


@cache
def _english() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads((TRANSLATIONS / "en.json").read_text(encoding="utf-8"))
    return dict(found.get("entity", {}))


def _details(description: Description) -> Iterator[str]:
    if isinstance(description, NumberDescription | ClimateDescription):
        yield f"{description.minimum:g} to {description.maximum:g} by {description.step:g}"
    if isinstance(description, TextDescription):
        yield f"{description.min_length} to {description.max_length}"
    if isinstance(description, LightDescription):
        yield f"{description.minimum:g} to {description.maximum:g}"
    if isinstance(description, FlagDescription):
        yield " | ".join(
            f"{label}*" if key in description.on else label
            for key, label in description.labels.items()
        )
    if isinstance(description, SensorDescription | SelectDescription) and description.options:
        yield " | ".join(description.options.values())
    if isinstance(description, EventDescription):
        yield " | ".join(description.event_types.values())
    for role, item, meaning in sorted(_roles(description), key=lambda found: found[0]):
        options = f" ({', '.join(dict.fromkeys(meaning.values()))})" if meaning else ""
        yield f"{role}: {item.path}{options}"
    for role, setter in sorted(_setters(description)):
        yield f"{role}: service {setter.service.id}({setter.input.path})"


def _roles(description: Description) -> Iterator[tuple[str, Item, Mapping[str, str]]]:
    """Yield the other properties that an entity uses, with what their keys mean."""
    if isinstance(description, CompositeDescription):
        for role, item in description.roles.items():
            yield role, item, description.options.get(role, {})
    if isinstance(description, BinarySensorDescription) and description.release:
        yield "release", description.release, {}
    if isinstance(description, SwitchDescription) and description.state:
        yield "state", description.state, description.state_options
    if isinstance(description, ThingEventDescription) and description.type_output:
        yield "type", description.type_output, {}


def _setters(description: Description) -> Iterator[tuple[str, Setter]]:
    if isinstance(description, CompositeDescription):
        yield from description.setters.items()
    if isinstance(description, SwitchDescription) and description.setter:
        yield "set", description.setter


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)]
    return "  ".join((*cells, row[-1])).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _show(title: str, raw: Mapping[str, Any], *, enabled_only: bool) -> None:
    specification = parse_specification(raw)
    descriptions = describe(specification)
    lines = [
        f"{title}: {summary(descriptions)}",
        "",
        table(descriptions, enabled_only=enabled_only),
    ]
    lines += [f"problem: {problem}" for problem in specification.problems]
    sys.stdout.write("\n".join((*lines, "", "")))


async def show_devices(arguments: Namespace) -> None:
    """Print the tables of the devices of an Application."""
    secret = os.environ.get(SECRET) or getpass("Client secret: ")
    async with ClientSession() as session:
        client = MilesightClient(session, arguments.url, arguments.client_id, secret)
        for device in await client.list_devices():
            if arguments.subjects and device.sn not in arguments.subjects:
                continue
            raw = await client.get_thing_specification(device.device_id)
            title = f"{device.model} {device.sn}"
            _show(title, specification_in(raw), enabled_only=arguments.enabled)


def _show_files(arguments: Namespace) -> None:
    for subject in arguments.subjects:
        path = Path(arguments.relative_to) / subject
        _show(path.stem, read_specification(path), enabled_only=arguments.enabled)


def arguments_of(words: list[str] | None = None) -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="scripts/describe", description=__doc__)
    parser.add_argument(
        "subjects",
        nargs="*",
        metavar="FILE|SN",
        help="files with a thing specification; with --url serial numbers, all devices if none",
    )
    parser.add_argument("--url", help="server address of an Application, or of a simulator")
    parser.add_argument("--client-id", help=f"its client id; {SECRET} may hold the secret")
    parser.add_argument(
        "--enabled", action="store_true", help="show only what is enabled by default"
    )
    parser.add_argument("--relative-to", default=".", help="the folder that files are relative to")
    arguments = parser.parse_args(words)
    if bool(arguments.url) is not bool(arguments.client_id):
        parser.error("--url and --client-id belong together")
    if not arguments.url and not arguments.subjects:
        parser.error("name a file, or an Application with --url and --client-id")
    return arguments


def main(words: list[str] | None = None) -> int:
    """Print what was asked for; 1 if it could not be read."""
    arguments = arguments_of(words)
    try:
        if arguments.url:
            asyncio.run(show_devices(arguments))
        else:
            _show_files(arguments)
    except (OSError, ValueError, MilesightError) as error:
        sys.stderr.write(f"describe: {error or type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
