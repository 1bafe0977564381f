"""Tests that the use of deprecated features of Python and Home Assistant is detected."""

import logging
import subprocess
import sys
from typing import Any
import warnings

from homeassistant.core import HomeAssistant
from homeassistant.helpers.deprecation import deprecated_function
from homeassistant.helpers.frame import ReportBehavior, report_usage
from homeassistant.loader import async_get_integration
import pytest

from custom_components.milesight import const
from custom_components.milesight.const import DOMAIN
from tests.files import INTEGRATION, ROOT

MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in INTEGRATION.rglob("*.py")
)
IMPORT_ALL = """
import importlib, logging, sys, warnings
from tests.deprecations import DeprecationHandler

for category in (DeprecationWarning, FutureWarning, PendingDeprecationWarning):
    warnings.filterwarnings("error", category=category, module="custom_components")
handler = DeprecationHandler()
logging.getLogger().addHandler(handler)
for name in sys.argv[1:]:
    importlib.import_module(name)
sys.exit("\\n".join(handler.found) or 0)
"""


def _evaluate_in_integration(name: str, **names: Any) -> Any:
    """Evaluate an expression as if it were in a file of the integration."""
    return eval(compile(name, str(INTEGRATION / "imagined.py"), "eval"), names)  # noqa: S307


@pytest.mark.parametrize("category", [DeprecationWarning, FutureWarning, PendingDeprecationWarning])
@pytest.mark.parametrize("module", [f"{const.__package__}.imagined", __name__])
def test_warning_raised_by_integration_is_an_error(category: type[Warning], module: str) -> None:
    with pytest.raises(category, match="old"):
        warnings.warn_explicit("old", category, "imagined.py", 1, module=module)


async def test_usage_report_about_integration_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    await async_get_integration(hass, DOMAIN)
    report_usage("does it the old way", integration_domain=DOMAIN, breaks_in_ha_version="2027.9")
    (found,) = deprecated_uses
    assert "custom integration 'milesight' does it the old way" in found
    deprecated_uses.clear()


async def test_usage_report_about_code_of_integration_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    _evaluate_in_integration("report('calls an old name')", report=report_usage)
    (found,) = deprecated_uses
    assert "imagined.py" in found
    deprecated_uses.clear()


async def test_call_of_deprecated_function_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    @deprecated_function("something_new", breaks_in_ha_version="2027.9")
    def something_old() -> int:
        return 1

    assert _evaluate_in_integration("call()", call=something_old) == 1
    (found,) = deprecated_uses
    assert "something_old was called from milesight" in found
    deprecated_uses.clear()


async def test_usage_report_about_test_code_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    report_usage("does it the old way", core_behavior=ReportBehavior.LOG)
    assert len(deprecated_uses) == 1
    deprecated_uses.clear()


def test_warning_logged_as_error_is_found(
    deprecated_uses: list[str],
) -> None:
    logging.getLogger("aiohttp.server").error("Error handling", exc_info=FutureWarning("old"))
    assert deprecated_uses == ["Error handling: FutureWarning('old')"]
    deprecated_uses.clear()


def test_unrelated_log_messages_are_ignored(
    deprecated_uses: list[str],
) -> None:
    logging.getLogger("homeassistant.helpers.frame").warning(
        "Detected that integration 'hue' calls an old name. Please create a bug report"
    )
    logging.getLogger(const.__package__).warning("The thing specification cannot be read")
    assert deprecated_uses == []


@pytest.mark.slow
def test_imports_use_no_deprecated_name() -> None:
    command = [sys.executable, "-c", IMPORT_ALL, *MODULES]
    result = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
