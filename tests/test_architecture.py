"""Tests that imports point one way and form no cycle."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1] / "custom_components" / "milesight"
# From the bottom to the top. The other modules of the root are those that Home Assistant requires.
LAYERS: Final = (
    "const",
    "issues",
    "api",
    "mapping",
    "devices",
    "commands",
    "history",
    "push",
    "coordinator",
    "entity",
    "flows",
    "agentcraft",
    "services",
    "automation",
    "frontend",
)


def _module_name(path: Path) -> str:
    """Return the dotted name of a module within the integration."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[1:] and parts[-1] == "__init__" else parts)


MODULES: Final = {_module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def _imported_modules(name: str) -> set[str]:
    """Return the modules of the integration that a module imports."""
    path, imported = MODULES[name], set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            package = path.parents[node.level - 1].relative_to(ROOT).parts
            module = ".".join((*package, *filter(None, [node.module])))
            for alias in node.names:
                submodule = f"{module}.{alias.name}".removeprefix(".")
                imported.add(submodule if submodule in MODULES else module or "__init__")
    return imported


def _home_assistant_imports(name: str) -> set[tuple[str, str]]:
    """Return module and name of what a module imports from Home Assistant."""
    return {
        (node.module or "", alias.name)
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("homeassistant")
        for alias in node.names
    }


def _layer(name: str) -> str:
    return name.partition(".")[0]


def test_every_package_has_a_layer() -> None:
    assert {_layer(name) for name, path in MODULES.items() if path.parent != ROOT} <= {*LAYERS}


def test_modules_import_from_lower_layers_only() -> None:
    assert not [
        (name, imported)
        for name in MODULES
        if _layer(name) in LAYERS
        for imported in _imported_modules(name)
        if _layer(imported) not in LAYERS[: LAYERS.index(_layer(name)) + 1]
    ]


def test_imports_form_no_cycle() -> None:
    TopologicalSorter({name: _imported_modules(name) for name in MODULES}).prepare()


def test_api_imports_nothing_of_home_assistant() -> None:
    assert not [
        (name, imported)
        for name in MODULES
        if _layer(name) == "api"
        for imported in _home_assistant_imports(name)
    ]


def test_mapping_imports_only_constants_and_enums() -> None:
    assert not [
        (name, module, attribute)
        for name in MODULES
        if _layer(name) == "mapping"
        for module, attribute in _home_assistant_imports(name)
        if not module.endswith(".const") and not attribute.endswith("DeviceClass")
    ]
