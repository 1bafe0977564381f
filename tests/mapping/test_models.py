"""Every model of the simulator becomes the entities that its stored table shows.

The tables in ``fixtures/entities`` are meant to be read. After a change that is wanted:
``UPDATE_TABLES=1 scripts/test tests/mapping/test_models.py``, then look at the difference.
"""

import os

import pytest

from custom_components.milesight.api import parse_specification
from custom_components.milesight.mapping import describe
from tests.describe import summary, table
from tests.files import ROOT
from tests.simulator.models import MODELS

TABLES = ROOT / "tests" / "fixtures" / "entities"


@pytest.mark.parametrize("model", MODELS)
def test_model_has_entities_of_stored_table(model: str) -> None:
    descriptions = describe(parse_specification(MODELS[model].specification.raw))
    rendered = f"{model}: {summary(descriptions)}\n\n{table(descriptions)}\n"
    stored = TABLES / f"{model}.txt"
    if os.environ.get("UPDATE_TABLES"):
        TABLES.mkdir(parents=True, exist_ok=True)
        stored.write_text(rendered, encoding="utf-8")

    assert rendered == stored.read_text(encoding="utf-8")


def test_every_table_belongs_to_a_model() -> None:
    assert {path.stem for path in TABLES.glob("*.txt")} == set(MODELS)
