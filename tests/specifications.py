"""Builders of properties, services and events of a thing specification."""

from collections.abc import Mapping
from typing import Any

TYPES = {
    "bool": "BOOL",
    "enum": "ENUM",
    "float": "FLOAT",
    "int": "INT",
    "long": "LONG",
    "text": "STRING",
    "date": "DATE",
    "time": "LOCAL_TIME",
    "image": "IMAGE",
    "file": "FILE",
    "struct": "STRUCT",
    "array": "ARRAY",
}


def item(
    path: str,
    kind: str = "float",
    unit: str | None = None,
    access: str = "R",
    labels: str | None = None,
    **facts: Any,
) -> dict[str, Any]:
    """Return a property; ``labels`` are ``off/on`` for the keys 0 and 1, or ``5=off/7=on``."""
    spec: dict[str, Any] = {"dataType": TYPES[kind]}
    parent = path.rpartition(".")[0]
    if parent:
        spec["parentId"] = parent
    if unit is not None:
        spec["unitName"] = unit
    if labels is not None:
        spec["mappings"] = mappings(labels)
    name = facts.pop("name", path.rpartition(".")[2].replace("_", " ").title())
    hidden = facts.pop("hidden", False)
    return {
        "id": path,
        "name": name,
        "accessMode": access,
        "hidden": hidden,
        "dataSpec": {**spec, **facts},
    }


def mappings(labels: str) -> list[dict[str, str]]:
    """Return mappings from ``off/on`` or ``5=off/7=on``."""
    pairs = (label.rpartition("=")[::2] for label in labels.split("/"))
    return [{"key": key or str(index), "value": value} for index, (key, value) in enumerate(pairs)]


def service(identifier: str, *inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a service with its inputs."""
    return {"id": identifier, "name": identifier.replace("_", " ").title(), "inputs": list(inputs)}


def event(identifier: str, *outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event with its outputs."""
    return {
        "id": identifier,
        "name": identifier.replace("_", " ").title(),
        "outputs": list(outputs),
    }
