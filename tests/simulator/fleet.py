"""Fleets of devices, made from the models by a seed."""

from collections.abc import Iterator
import hashlib
from itertools import cycle, islice
from random import Random
from typing import Final

from .device import Device
from .models import MODELS, Model, find_model

FIRST_DEVICE_ID: Final = 1_900_000_000_000_000_000
_DEV_EUI_PREFIX: Final = "24E124"
_CODES: Final = 16**3
_SETTLING_STEPS: Final = 3

# Model, what its owner typed as name, tag, and whether it ever came online.
_DEMO: Final = (
    ("UG65", "Basement gateway", "Building", True),
    ("AM319-HCHO", "Meeting room 3 air", "Office", True),
    ("AM319-HCHO", "Open-plan office air", "Office", True),
    ("EM300-TH", "Cold store", "Kitchen", True),
    ("EM300-TH", "Wine cellar", "Kitchen", True),
    ("TS302", "Freezer and fridge", "Kitchen", True),
    ("EM500-SMTC", "Tomato bed", "Garden", True),
    ("EM300-MCS", "Back door", "Building", True),
    ("EM300-MCS", "Kitchen window", "Kitchen", True),
    ("WS303", "Washing machine leak", "Building", True),
    ("WS202", "Corridor motion", "Office", True),
    ("VS340", "Desk 12", "Office", True),
    ("VS321", "Meeting room 3 seats", "Office", True),
    ("VS133", "Main entrance", "Building", True),
    ("WS523", "Coffee machine", "Kitchen", True),
    ("WS523", "Desk lamp", "Office", True),
    ("WS503", "Hall lights", "Building", True),
    ("WT101", "Bedroom radiator", "Building", True),
    ("WT102", "Library radiator", "Office", True),
    ("WT303", "Conference fan coil", "Office", True),
    ("UC511", "Lawn irrigation", "Garden", True),
    ("UC300", "Pump house", "Building", True),
    ("UC100v2", "Heat meters", "Building", True),
    ("WS101", "Reception call button", "Office", True),
    ("WS136", "Scene panel", "Office", True),
    ("AT101", "Tool trailer", "Garden", True),
    ("DS3604", "Meeting room 3 sign", "Office", True),
    ("WS101", "Spare button", "Office", False),
)
_PLACES: Final = ("North wing", "South wing", "Annex", "Workshop", "Roof", "Depot", "Lobby", "Lab")


def demo_fleet(seed: int = 1) -> list[Device]:
    """Return one or two devices of each model, named as people do; the last was never seen."""
    random = Random(seed)
    taken: set[str] = set()
    return [
        new_device(find_model(model), name, random, taken, project=project, seen=seen)
        for model, name, project, seen in _DEMO
    ]


def fleet(size: int, seed: int = 1) -> list[Device]:
    """Any number of devices of all models, a gateway in each fifty."""
    random = Random(seed)
    taken: set[str] = set()
    return [
        new_device(model, f"{random.choice(_PLACES)} {number}", random, taken)
        for number, model in enumerate(islice(_models(), size), start=1)
    ]


def _models() -> Iterator[Model]:
    nodes = cycle(model for model in MODELS.values() if model.device_type != "GATEWAY")
    gateway = find_model("UG65")
    while True:
        yield gateway
        yield from islice(nodes, 49)


def new_device(
    model: Model,
    name: str,
    random: Random,
    taken: set[str],
    *,
    sn: str | None = None,
    project: str | None = None,
    seen: bool = True,
) -> Device:
    """Return a device with a serial number that is not in `taken` (it is added there)."""
    sn = sn or _new_serial_number(model, random, taken)
    taken.add(sn)
    own = Random(random.getrandbits(64))
    device = Device(
        model=model,
        sn=sn,
        device_id=FIRST_DEVICE_ID + own.randrange(10**17),
        name=name,
        random=own,
        firmware=own.choices(model.firmwares, weights=(2, 1)[: len(model.firmwares)])[0],
        dev_eui=dev_eui(sn),
        mac=_mac(own) if model.device_type == "GATEWAY" else None,
        project=project,
        tags=[project] if project else [],
        connect_status="ONLINE" if seen else "DISCONNECT",
    )
    for _ in range(own.randrange(_SETTLING_STEPS + 1)):
        device.step()
    return device


def _new_serial_number(model: Model, random: Random, taken: set[str]) -> str:
    names = list(MODELS)
    place = names.index(model.name) if model.name in MODELS else 0
    while True:
        code = random.randrange(place, _CODES, len(names))
        sn = f"6{random.randrange(1000):03}{code:03X}{random.getrandbits(36):09X}"
        sn = sn[: _length(model)]
        if sn not in taken:
            return sn


def _mac(random: Random) -> str:
    return ":".join(["24", "E1", "24", *(f"{random.randrange(256):02X}" for _ in range(3))])


def dev_eui(sn: str) -> str:
    """Return the DevEUI of a device: the vendor's prefix and ten digits of the serial number."""
    return _DEV_EUI_PREFIX + sn[1:11]


def model_of(identifier: str) -> tuple[Model, str] | None:
    """Return model and serial number of an SN or DevEUI as printed on a device.

    None for what is neither. The fifth to seventh digit of a serial number tell the model.
    """
    sn = identifier.upper()
    is_eui = len(sn) == len(_DEV_EUI_PREFIX) + 10 and sn.startswith(_DEV_EUI_PREFIX)
    if is_eui:
        rest = hashlib.sha256(sn.encode()).hexdigest()[:5].upper()
        sn = f"6{sn.removeprefix(_DEV_EUI_PREFIX)}{rest}"
    if len(sn) not in (12, 16) or not all(digit in "0123456789ABCDEF" for digit in sn):
        return None
    model = list(MODELS.values())[int(sn[4:7], 16) % len(MODELS)]
    return model, sn[: _length(model)] if is_eui else sn


def _length(model: Model) -> int:
    """Return the length of a serial number."""
    return 12 if model.device_type == "GATEWAY" else 16
