"""Files of the project that tests read."""

import json
from pathlib import Path
from typing import Any, Final

import custom_components.milesight as integration

INTEGRATION: Final = Path(integration.__file__).parent
ROOT: Final = INTEGRATION.parents[1]


def read_json(name: str) -> dict[str, Any]:
    """Return the content of a JSON file of the integration."""
    found: dict[str, Any] = json.loads((INTEGRATION / name).read_text(encoding="utf-8"))
    return found


def texts_in(language: str) -> dict[str, Any]:
    """Return the texts of a language."""
    return read_json(f"translations/{language}.json")


SOURCE: Final = texts_in("en")
ICONS: Final = read_json("icons.json")
