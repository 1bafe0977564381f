"""Tests that every English text of the link exists."""

import pytest
import voluptuous as vol

from custom_components.milesight.agentcraft import flow, issues
from custom_components.milesight.agentcraft.registration import Problem, State
from tests.files import ICONS, SOURCE

LINK = SOURCE["config_subentries"]["agentcraft"]
OF_THE_USER = {"agentcraft_invalid_id", "agentcraft_id_taken", "agentcraft_already_registered"}
NOT_STORED = "agentcraft_not_stored"


@pytest.mark.parametrize(
    ("step", "schema"),
    [
        ("user", flow.SCHEMA),
        ("reconfigure", flow.link_schema(["1"])),
        ("resolve", flow.RESOLVE_SCHEMA),
    ],
)
def test_every_field_has_name_and_description(step: str, schema: vol.Schema) -> None:
    fields = {str(field) for field in schema.schema}
    texts = LINK["step"][step]
    assert texts["data"].keys() == texts["data_description"].keys() == fields
    assert texts["title"]
    assert texts["description"]


def test_every_flow_error_has_a_text() -> None:
    entered = {"invalid_url", "no_devices", "foreign_device", "already_linked"}
    assert LINK["error"].keys() == entered | set(flow.ERRORS.values()) | OF_THE_USER
    assert LINK["abort"].keys() == {"entry_not_loaded", "reconfigure_successful"}
    assert LINK["initiate_flow"].keys() == {"user", "reconfigure"}
    assert LINK["entry_type"]


def test_every_user_problem_has_an_issue() -> None:
    texts = {key: text for key, text in SOURCE["issues"].items() if key.startswith("agentcraft_")}
    fixable = {f"agentcraft_{problem}" for problem in issues.FIXABLE}
    notices = {f"agentcraft_{problem}" for problem in (Problem.SECRET_REFUSED, Problem.UNREACHABLE)}
    assert texts.keys() == fixable | notices
    assert {key for key, text in texts.items() if "fix_flow" in text} == fixable
    for key in fixable:
        errors = texts[key]["fix_flow"]["error"].keys()
        asks = "data" in texts[key]["fix_flow"]["step"]["confirm"]
        assert errors == ({NOT_STORED} | OF_THE_USER if asks else {NOT_STORED})


def test_states_have_names_and_entities_have_icons() -> None:
    icons = ICONS["entity"]
    assert SOURCE["entity"]["sensor"]["agentcraft"]["state"].keys() == set(State)
    assert icons["sensor"]["agentcraft"]["state"].keys() < set(State)
    assert icons["button"]["agentcraft_renew"]["default"]
    assert SOURCE["entity"]["button"]["agentcraft_renew"]["name"]
