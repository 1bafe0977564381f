"""Fleets for tests that do not need the whole demo fleet."""

from random import Random
from typing import Final

from tests.simulator import Device, demo_fleet
from tests.simulator.fleet import new_device
from tests.simulator.models import Model, find_model
from tests.simulator.specification import Specification, number

PROBE: Final = Model(
    name="PROBE-1",
    code="F01",
    specification=Specification(properties=(number("temperature", "°C", initial=20.0),)),
    reports=(("temperature",),),
)


def new_devices(*models: Model) -> list[Device]:
    """Return a device of each model, named like it."""
    random, taken = Random(1), set[str]()
    return [new_device(model, model.name, random, taken) for model in models]


def household() -> list[Device]:
    """Return a thermometer and a socket."""
    return new_devices(*map(find_model, ("EM300-TH", "WS523")))


def probes(size: int) -> list[Device]:
    """Return many devices that measure a temperature and nothing else."""
    return new_devices(*[PROBE] * size)


def of_demo(*models: str) -> list[Device]:
    """Return the devices of the demo fleet that are of these models (starts of their names)."""
    return [device for device in demo_fleet() if device.model.name.startswith(models)]
