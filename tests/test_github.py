"""Tests of the issue forms and workflows."""

from pathlib import Path

from homeassistant.util.yaml import load_yaml_dict
import pytest

from tests.files import ROOT

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_there_are_forms_for_all_reports() -> None:
    assert [path.stem for path in FORMS] == ["account_check", "bug", "config", "device", "idea"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_form_has_distinct_fields_and_no_labels(path: Path) -> None:
    form = load_yaml_dict(str(path))
    fields = [field["id"] for field in form.get("body", ()) if "id" in field]

    assert len(fields) == len(set(fields))
    assert "labels" not in form


def test_device_form_has_fields_of_the_link() -> None:
    form = load_yaml_dict(str(ROOT / ".github" / "ISSUE_TEMPLATE" / "device.yml"))

    assert {"model", "property", "diagnostics"} <= {field.get("id") for field in form["body"]}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_grants_nothing_by_default(path: Path) -> None:
    assert load_yaml_dict(str(path))["permissions"] == {}
