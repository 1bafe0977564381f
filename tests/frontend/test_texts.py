"""The texts of the dashboard."""

import re

from tests.files import INTEGRATION, SOURCE

PREFIX = "dashboard_"
CODE = "".join(path.read_text() for path in (INTEGRATION / "frontend").glob("*.js"))
# `text("more")`, and keys that are put together: `text(`kind_${key}`)`, `text(`${category}_item`)`
LITERALS = set(re.findall(r'\btext\("(\w+)"', CODE))
BEGINNINGS = tuple(re.findall(r"\btext\(`(\w+)\$\{", CODE))
ENDS = tuple(re.findall(r"\btext\(`\$\{[^}]*\}(\w+)`", CODE))
TEXTS = {key.removeprefix(PREFIX) for key in SOURCE["common"] if key.startswith(PREFIX)}


def test_every_literal_text_exists() -> None:
    assert LITERALS <= TEXTS
    assert len(LITERALS) > 20


def test_every_text_is_used() -> None:
    put_together = {key for key in TEXTS if key.startswith(BEGINNINGS) or key.endswith(ENDS)}
    assert TEXTS - put_together - LITERALS == {"description"}
    assert f"common.{PREFIX}description" in CODE
