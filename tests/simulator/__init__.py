"""The Milesight Development Platform in a box: its Open API, its pushes, and devices that live."""

from .application import Application
from .device import Device
from .errors import ApiError
from .fleet import demo_fleet, fleet
from .models import MODELS
from .push import sign
from .simulator import Simulator

__all__ = [
    "MODELS",
    "ApiError",
    "Application",
    "Device",
    "Simulator",
    "demo_fleet",
    "fleet",
    "sign",
]
