"""The models of the simulated platform, by the name that it shows."""

from typing import Final

from .climate import WT101, WT102, WT303
from .control import AT101, DS3604, UC300, UC511, UG65, WS101, WS136
from .environment import AM319_HCHO, EM300_TH, EM500_SMTC, TS302
from .model import Model
from .power import WS503, WS523
from .presence import EM300_MCS, VS133, VS321, VS340, WS202, WS303

MODELS: Final[dict[str, Model]] = {
    model.name: model
    for model in (
        AM319_HCHO,
        EM300_TH,
        TS302,
        EM500_SMTC,
        EM300_MCS,
        WS303,
        WS202,
        VS340,
        VS321,
        VS133,
        WS523,
        WS503,
        WT101,
        WT102,
        WT303,
        UC511,
        UC300,
        WS101,
        WS136,
        AT101,
        DS3604,
        UG65,
    )
}

__all__ = ["MODELS", "Model", "find_model"]


def find_model(name: str) -> Model:
    """Return a model by name or the start of it; raises KeyError for an unknown one."""
    if (model := MODELS.get(name)) is not None:
        return model
    matches = [model for known, model in MODELS.items() if known.startswith(name)]
    if not name or not matches:
        raise KeyError(name)
    return matches[0]
