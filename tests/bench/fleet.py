"""The fleet of the measurements: one model with ten readings, and what its devices report."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from tests.simulator.device import Device
from tests.simulator.fleet import new_device
from tests.simulator.models import Model, find_model
from tests.simulator.models.common import battery
from tests.simulator.specification import Item, Specification, integer, number, text

CLIENT_ID: Final = "milesight-bench"
CLIENT_SECRET: Final = "bench-client-secret"
WEBHOOK_SECRET: Final = "bench-webhook-secret"

HIDDEN: Final = "hcho"  # a reading that starts disabled, so that ten of the twenty entities are

READINGS: Final = (
    battery(),
    number("temperature", "°C", limits=(-20, 60), initial=22.4),
    number("humidity", "%RH", limits=(0, 100), initial=43.5),
    integer("light_level", limits=(0, 5), initial=2),
    integer("co2", "ppm", name="CO2", limits=(400, 5000), initial=640),
    number("tvoc", name="TVOC", digits=2, limits=(0, 5), initial=1.2),
    number("pressure", "hPa", name="Barometric Pressure", limits=(260, 1260), initial=1013.2),
    integer("pm2_5", "μg/m³", name="PM2.5", limits=(0, 1000), initial=8),
    integer("pm10", "ug/m3", name="PM10", limits=(0, 1000), initial=11),
    Item(HIDDEN, "DOUBLE", unit="mg/m³", digits=2, limits=(0, 6), initial=0.02, hidden=True),
)
RARE: Final = tuple(
    Item(f"raw_{index}", "INT", name=f"Raw {index}", hidden=True, initial=0) for index in range(8)
)
PATHS: Final = tuple(item.id for item in READINGS)
DISABLED: Final = (HIDDEN, *(item.id for item in RARE))

MODEL: Final = Model(
    name="BENCH10",
    code="B10",
    specification=Specification(properties=(text("sn", 16), *READINGS, *RARE)),
    reports=(PATHS,),
)


SMALL: Final = find_model("EM300-TH")
SMALL_PATHS: Final = ("battery", "temperature", "humidity")
MODELS: Final = {model.name: model for model in (MODEL, SMALL)}


def devices(size: int, model: str = MODEL.name) -> list[Device]:
    """Return the fleet, the same at every call."""
    random, taken = Random(1), set[str]()
    return [new_device(MODELS[model], f"Room {index}", random, taken) for index in range(size)]


def serial_numbers(size: int) -> list[str]:
    """Return the serial numbers of the fleet."""
    return [device.sn for device in devices(size)]


def readings(sequence: int) -> Mapping[str, Any]:
    """Return ten readings, each of which differs from that before."""
    return {
        "battery": 20 + sequence % 80,
        "temperature": round(10 + sequence % 400 / 10, 1),
        "humidity": round(sequence % 990 / 10, 1),
        "light_level": sequence % 6,
        "co2": 400 + sequence % 4000,
        "tvoc": round(sequence % 490 / 100, 2),
        "pressure": round(900 + sequence % 2000 / 10, 1),
        "pm2_5": sequence % 1000,
        "pm10": (sequence + 7) % 1000,
        HIDDEN: round(sequence % 590 / 100, 2),
    }
