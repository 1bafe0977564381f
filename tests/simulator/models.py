"""The simulated models: device diagnostics in `tests/fixtures/devices/`, one file for each model.

A file is what Home Assistant downloads as the diagnostics of a device, or the part of it that is
read here: `data.device` and `data.specification`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
import json
from pathlib import Path
import re
from typing import Any, Final

from .behavior import is_identity, is_measured, is_press
from .consequences import Rule, rules
from .specification import Item, Specification
from .values import Values, flatten, nest_elements

FOLDER: Final = Path(__file__).parents[1] / "fixtures" / "devices"
WITHHELD: Final = "(withheld)"

# What stands for a withheld value, by the last step of the id; else the simplest value that fits.
_EXAMPLES: Final[Mapping[str, Any]] = {
    "latitude": 52.52,
    "longitude": 13.405,
    "iccid": "89490200001000000000",
    "wan_ip": "192.168.0.150",
    "region": "EU868",
    "qrcode": "https://example.org",
    "background_image": "https://example.org/image.png",
    "d2d_key": "5572404c696e6b4c",
    "text_1": "Room free",
}
_LAST_NUMBER: Final = re.compile(r"[0-9]+(?=[^0-9]*$)")
_BUTTON: Final = re.compile(r"button(_[0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class Model:
    """One product.

    `values` is a sample of all that a device reports, by dotted id; a property without a value in
    it is not reported unless somebody presses it. A `passive` device changes only the values
    that are written or reported. A `downloaded` model is a user's file, unchanged.
    """

    name: str
    specification: Specification
    values: Values
    device_type: str = "SUB_DEVICE"
    hardware: str = "V1.0"
    firmware: str = "1.1"
    passive: bool = False
    downloaded: bool = False

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Return the consequences of a changed value."""
        return () if self.passive else rules(self.specification.leaves, self.values)

    @cached_property
    def reports(self) -> tuple[tuple[str, ...], ...]:
        """The ids in each event of a periodic report: numbers, states, the battery."""
        groups: dict[str, list[str]] = {"numbers": [], "states": [], "battery": []}
        for item in self.reported:
            if is_measured(item):
                state = bool(item.labels) or item.data_type == "BOOL"
                kind = "battery" if item.path == "battery" else "states" if state else "numbers"
                groups[kind].append(item.path)
        return tuple(tuple(group) for group in groups.values() if group)

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """The ids of what describes the device itself."""
        return tuple(item.path for item in self.reported if is_identity(item))

    @property
    def reported(self) -> list[Item]:
        """The properties of which there is a sample."""
        leaves = self.specification.leaves
        return [leaves[path] for path in self.values]

    @cached_property
    def buttons(self) -> dict[str, str]:
        """The ids of what reports presses, by the names of the buttons."""
        presses = [item for item in self.specification.leaves.values() if is_press(item)]
        return {
            found[0]: item.path
            for item in presses
            if (found := _BUTTON.match(item.path)) and not item.writable
        }

    @property
    def is_sleeping(self) -> bool:
        """Return if devices listen after their own reports only, and report rarely."""
        leaf = self.specification.leaves.get("lorawan_class")
        return leaf is not None and leaf.label_of(self.values["lorawan_class"]) == "class a"

    @property
    def firmwares(self) -> tuple[str, ...]:
        """The firmware of new devices, and the one before it."""
        before = _LAST_NUMBER.sub(lambda found: str(max(0, int(found[0]) - 1)), self.firmware)
        return tuple(dict.fromkeys((self.firmware, before)))


def load_model(path: Path) -> Model:
    """Return the model of a file; raises KeyError or ValueError for a file of another kind."""
    document = json.loads(path.read_text(encoding="utf-8"))
    data = document["data"]
    device, specification = data["device"], Specification(data["specification"])
    leaves = specification.leaves
    values = flatten(nest_elements(device["values"]))
    return Model(
        name=device["model"],
        specification=specification,
        values={
            path: _on_the_wire(leaves[path], value)
            for path, value in values.items()
            if not is_press(leaves[path])
        },
        device_type=device["type"],
        hardware=device["hardware_version"],
        firmware=device["firmware_version"],
        downloaded="home_assistant" in document,
    )


def _on_the_wire(item: Item, value: Any) -> Any:
    """Return a value of the diagnostics as a device reports it."""
    if isinstance(value, list):
        return [_on_the_wire(item.children[0], element) for element in value]
    if isinstance(value, dict):
        members = {child.id: child for child in item.children}
        return {key: _on_the_wire(members[key], inner) for key, inner in value.items()}
    if value == WITHHELD:
        return _EXAMPLES.get(item.id, item.default)
    return str(value) if item.data_type == "LOCAL_TIME" else value


MODELS: Final[dict[str, Model]] = {
    model.name: model for model in map(load_model, sorted(FOLDER.glob("*.json")))
}


def find_model(name: str) -> Model:
    """Return a model by its name or the start of it; raises KeyError for an unknown one."""
    matches = [model for known, model in MODELS.items() if name and known.startswith(name)]
    if not matches:
        raise KeyError(name)
    return MODELS.get(name, matches[0])
