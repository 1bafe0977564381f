"""The fleet of the measurements: one model with ten readings, and what its devices report."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from tests.fleets import model
from tests.simulator.device import Device
from tests.simulator.fleet import new_device
from tests.simulator.models import find_model
from tests.specifications import item

CLIENT_ID: Final = "milesight-bench"
CLIENT_SECRET: Final = "bench-client-secret"
WEBHOOK_SECRET: Final = "bench-webhook-secret"

HIDDEN: Final = "hcho"  # a reading that starts disabled, so that ten of the twenty entities are

MODEL: Final = model(
    "BENCH10",
    item("sn", "text"),
    item("battery", "int", "%", validator={"min": 0, "max": 100}),
    item("temperature", "float", "°C", fractionDigits=1),
    item("humidity", "float", "%RH", fractionDigits=1),
    item("light_level", "int"),
    item("co2", "int", "ppm"),
    item("tvoc", "float", fractionDigits=2),
    item("pressure", "float", "hPa", fractionDigits=1),
    item("pm2_5", "int", "μg/m³"),
    item("pm10", "int", "ug/m3"),
    item(HIDDEN, "float", "mg/m³", fractionDigits=2, hidden=True),
    *(item(f"raw_{index}", "int", hidden=True) for index in range(8)),
)
PATHS: Final = tuple(path for path in MODEL.values if path != "sn" and "raw" not in path)
DISABLED: Final = (HIDDEN, *(path for path in MODEL.values if "raw" in path), "last_report")

SMALL: Final = find_model("EM300-TH")
MODELS: Final = {one.name: one for one in (MODEL, SMALL)}
REPORTED: Final = {MODEL.name: PATHS, SMALL.name: ("battery", "temperature", "humidity")}


def devices(size: int, model: str = MODEL.name) -> list[Device]:
    """Return the fleet, the same at every call."""
    random, taken = Random(1), set[str]()
    return [new_device(MODELS[model], f"Room {index}", random, taken) for index in range(size)]


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
