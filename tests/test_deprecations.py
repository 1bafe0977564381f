"""Nothing deprecated is used, neither of Python's nor of Home Assistant's: proof of the watch."""

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


def _as_ours(name: str, **names: Any) -> Any:
    """Return what a line of code gives that stands in a file of the integration."""
    return eval(compile(name, str(INTEGRATION / "imagined.py"), "eval"), names)  # noqa: S307


@pytest.mark.parametrize("category", [DeprecationWarning, FutureWarning, PendingDeprecationWarning])
@pytest.mark.parametrize("module", [f"{const.__package__}.imagined", __name__])
def test_a_warning_raised_by_a_line_of_ours_is_an_error(
    category: type[Warning], module: str
) -> None:
    with pytest.raises(category, match="old"):
        warnings.warn_explicit("old", category, "imagined.py", 1, module=module)


async def test_what_home_assistant_reports_of_the_integration_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    await async_get_integration(hass, DOMAIN)
    report_usage("does it the old way", integration_domain=DOMAIN, breaks_in_ha_version="2027.9")
    (found,) = deprecated_uses
    assert "custom integration 'milesight' does it the old way" in found
    deprecated_uses.clear()


async def test_what_home_assistant_reports_of_a_line_of_ours_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    _as_ours("report('calls an old name')", report=report_usage)
    (found,) = deprecated_uses
    assert "imagined.py" in found
    deprecated_uses.clear()


async def test_a_call_of_a_deprecated_function_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    @deprecated_function("something_new", breaks_in_ha_version="2027.9")
    def something_old() -> int:
        return 1

    assert _as_ours("call()", call=something_old) == 1
    (found,) = deprecated_uses
    assert "something_old was called from milesight" in found
    deprecated_uses.clear()


async def test_what_a_test_itself_does_the_old_way_is_found(
    hass: HomeAssistant, deprecated_uses: list[str]
) -> None:
    report_usage("does it the old way", core_behavior=ReportBehavior.LOG)
    assert len(deprecated_uses) == 1
    deprecated_uses.clear()


def test_a_warning_that_was_caught_and_logged_as_an_error_is_found(
    deprecated_uses: list[str],
) -> None:
    logging.getLogger("aiohttp.server").error("Error handling", exc_info=FutureWarning("old"))
    assert deprecated_uses == ["Error handling: FutureWarning('old')"]
    deprecated_uses.clear()


def test_what_is_said_of_others_and_what_we_say_ourselves_is_left_alone(
    deprecated_uses: list[str],
) -> None:
    logging.getLogger("homeassistant.helpers.frame").warning(
        "Detected that integration 'hue' calls an old name. Please create a bug report"
    )
    logging.getLogger(const.__package__).warning("The thing specification cannot be read")
    assert deprecated_uses == []


def test_no_module_takes_up_a_deprecated_name_when_it_is_imported() -> None:
    command = [sys.executable, "-c", IMPORT_ALL, *MODULES]
    result = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
