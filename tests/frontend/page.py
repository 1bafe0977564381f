"""The strategy in a browser without Home Assistant, as scripts that a page of its own runs."""

from collections.abc import Mapping
from dataclasses import asdict
import json
from typing import Any, Final

from tests.demo.process import ROOT

from .fleets import Registries

INTEGRATION: Final = ROOT / "custom_components" / "milesight"
MODULES: Final = INTEGRATION / "frontend"
STATUS: Final = {
    "applications": {"entry": {"request_limit": 1000}},
    "last_reports": {},
    "silent": [],
    "gateways": [],
    "failed_tasks": [],
}
HTML: Final = "<!doctype html><script type='module' src='/milesight.js'></script>"
_HASS: Final = """
(registries, status, issues, texts, language, admin) => {
  const localize = (key, values) => {
    const text = texts[key.replace("component.milesight.", "")];
    return text?.replace(/\\{(\\w+)\\}/g, (_, name) => values[name]) ?? "";
  };
  return {
    ...registries,
    language,
    locale: { language },
    user: { is_admin: admin },
    config: { components: [] },
    connection: {},
    loadBackendTranslation: async () => localize,
    callWS: async ({ type }) => type === "milesight/dashboard" ? status : { issues },
  };
}
"""
GENERATE: Final = f"""
async ({{ given, config }}) => {{
  const hass = ({_HASS})(...given);
  const strategy = (kind) => customElements.get(`ll-strategy-${{kind}}-milesight`);
  const started = performance.now();
  const dashboard = await strategy("dashboard").generate(config, hass);
  const views = {{}};
  for (const {{ path, strategy: own }} of dashboard.views) {{
    views[path] = await strategy("view").generate(own, hass);
  }}
  const ms = performance.now() - started;
  return {{ titles: dashboard.views.map(({{ title }}) => title), views, ms }};
}}
"""


def arguments(
    registries: Registries,
    config: Mapping[str, Any] | None = None,
    *,
    status: Mapping[str, Any] | None = None,
    issues: list[dict[str, Any]] | None = None,
    language: str = "en",
    admin: bool = True,
) -> dict[str, Any]:
    """Return the argument of ``GENERATE``."""
    given = (
        asdict(registries), {**STATUS, **(status or {})}, issues or [], texts(language), language,
        admin,
    )  # fmt: skip
    return {"given": given, "config": {"type": "custom:milesight", **(config or {})}}


def texts(language: str) -> dict[str, str]:
    """Return the integration's texts for the dashboard, by path."""
    data = json.loads((INTEGRATION / "translations" / f"{language}.json").read_text())
    return _flatten({key: data[key] for key in ("common", "issues")})


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat
