"""Device models and small fleets for tests."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final

from tests.simulator import Device, demo_fleet
from tests.simulator.fleet import new_device
from tests.simulator.models import Model, find_model
from tests.simulator.specification import Specification
from tests.specifications import item

type Raw = Mapping[str, Any]


def specification(
    *properties: Raw, events: Iterable[Raw] = (), services: Iterable[Raw] = ()
) -> Specification:
    """Return a specification of properties, events and services in the platform's form."""
    return Specification(
        {"properties": properties, "events": list(events), "services": list(services)}
    )


def model(
    name: str, *properties: Raw, events: Iterable[Raw] = (), services: Iterable[Raw] = ()
) -> Model:
    """Return a model whose devices have default values, and change only what is written."""
    whole = specification(*properties, events=events, services=services)
    return Model(name=name, specification=whole, values=whole.defaults(), passive=True)


def install(device: Device, firmware: Specification, version: str = "2.0") -> None:
    """Give a device other firmware, by its specification."""
    device.model = replace(device.model, specification=firmware, values=firmware.defaults())
    device.firmware = version


PROBE: Final = model("PROBE-1", item("temperature", unit="°C", defaultValue=20.0))


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
