"""Corrections: users change what the rules decided about the entities of a model."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.milesight.api import parse_specification
from custom_components.milesight.const import SUBENTRY_CORRECTION
from custom_components.milesight.flows.correction import change_schema
from custom_components.milesight.mapping import describe
from tests.common import call_entity_action, device_id, entity_id, poll, settle, state_of
from tests.files import SOURCE
from tests.fleets import install, model, new_devices, specification
from tests.simulator import Device, Simulator
from tests.specifications import item

TANK = model(
    "TANK-1",
    item("level", unit="°C", defaultValue=20.0),
    item("relay_1", "bool", None, "RW", "off/on"),
    item("d2d_key", "text", None, "RW"),
    item("reporting_interval", "int", "s", "RW"),
    item("mystery", defaultValue=1.0),
)

type Form = Mapping[str, Any]


@pytest.fixture
def devices() -> list[Device]:
    """Return two devices of the model."""
    return new_devices(TANK, TANK)


async def choose(hass: HomeAssistant, entry: MockConfigEntry, device: Device, key: str) -> Form:
    """Open the dialog and choose a device and a property; return the form of the changes."""
    flow = hass.config_entries.subentries
    form: Form = await flow.async_init(
        (entry.entry_id, SUBENTRY_CORRECTION), context={"source": SOURCE_USER}
    )
    form = await submit(hass, form, device=device_id(hass, entry, device))
    assert form["step_id"] == "property"
    return await submit(hass, form, property=key)


async def submit(hass: HomeAssistant, form: Form, **user_input: Any) -> Form:
    """Submit a form."""
    return await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)


def suggested_values(form: Form) -> dict[str, Any]:
    """Return the values that a form shows."""
    return {
        str(field): (field.description or {}).get("suggested_value")
        for field in form["data_schema"].schema
    }


async def correct(
    hass: HomeAssistant, entry: MockConfigEntry, device: Device, key: str, **changes: Any
) -> ConfigSubentry:
    """Correct a property through the dialog."""
    form = await choose(hass, entry, device, key)
    form = await submit(hass, form, **suggested_values(form) | changes)
    assert form["step_id"] == "report", form["errors"]
    result = await submit(hass, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await settle(hass)
    return list(entry.subentries.values())[-1]


async def test_sensor_is_corrected_at_once_on_all_devices(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    first, second = simulator.platform.devices

    subentry = await correct(
        hass, loaded, first, "level", name="Fill level", device_class="temperature", unit="K"
    )

    for device in (first, second):
        state = state_of(hass, Platform.SENSOR, f"{device.sn}_level")
        assert state.attributes["friendly_name"] == f"{device.name} Fill level"
        assert state.attributes["device_class"] == "temperature"
        assert state.state not in ("unknown", "unavailable")
        registered = er.async_get(hass).async_get(state.entity_id)
        assert registered is not None
        assert registered.original_name == "Fill level"
    assert dict(subentry.data)["unit"] == "K"
    assert subentry.title == "TANK-1: Fill level"


async def test_form_shows_what_the_rules_decided(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await choose(hass, loaded, simulator.platform.devices[0], "level")

    values = suggested_values(form)
    assert values["enabled"] is True
    assert values["unit"] == "°C"
    assert values["state_class"] == "measurement"
    assert values["name"]


async def test_inverted_switch_reads_and_writes_the_opposite(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    unique_id = f"{device.sn}_relay_1"
    assert state_of(hass, Platform.SWITCH, unique_id).state == "off"

    await correct(hass, loaded, device, "relay_1", inverted=True)

    assert state_of(hass, Platform.SWITCH, unique_id).state == "on"
    await call_entity_action(hass, Platform.SWITCH, unique_id, "turn_off")
    await simulator.settle()
    assert device.values["relay_1"] is True


async def test_correction_survives_restart_and_firmware(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    await correct(hass, loaded, device, "level", name="Fill level")

    await hass.config_entries.async_reload(loaded.entry_id)
    await settle(hass)
    install(device, TANK.specification)
    await poll(hass, loaded)

    state = state_of(hass, Platform.SENSOR, f"{device.sn}_level")
    assert state.name == f"{device.name} Fill level"


async def test_removed_correction_restores_the_rules(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    before = state_of(hass, Platform.SENSOR, f"{device.sn}_level")
    subentry = await correct(
        hass, loaded, device, "level", name="Fill level", state_class="none", unit="K"
    )

    hass.config_entries.async_remove_subentry(loaded, subentry.subentry_id)
    await settle(hass)

    after = state_of(hass, Platform.SENSOR, f"{device.sn}_level")
    assert (after.state, after.attributes) == (before.state, before.attributes)


async def test_disabled_entity_returns_with_its_state(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    entity = entity_id(hass, Platform.SENSOR, f"{device.sn}_level")
    before = hass.states.get(entity)
    assert before is not None

    subentry = await correct(hass, loaded, device, "level", enabled=False)
    assert hass.states.get(entity) is None
    hass.config_entries.async_remove_subentry(loaded, subentry.subentry_id)
    await settle(hass)

    after = hass.states.get(entity)
    assert after is not None
    assert after.state == before.state


async def test_rare_entity_is_enabled_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    entity = entity_id(hass, Platform.TEXT, f"{device.sn}_d2d_key")
    assert hass.states.get(entity) is None

    await correct(hass, loaded, device, "d2d_key", enabled=True)

    assert hass.states.get(entity) is not None


async def test_entity_disabled_by_user_stays_disabled(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    entity = entity_id(hass, Platform.TEXT, f"{device.sn}_d2d_key")
    registry = er.async_get(hass)
    registry.async_update_entity(entity, disabled_by=er.RegistryEntryDisabler.USER)

    await correct(hass, loaded, device, "d2d_key", enabled=True)

    registered = registry.async_get(entity)
    assert registered is not None
    assert registered.disabled_by is er.RegistryEntryDisabler.USER


@pytest.mark.parametrize(
    ("key", "changes", "errors"),
    [
        ("level", {"device_class": "none", "unit": "none"}, None),
        ("level", {"device_class": "temperature", "unit": "none"}, {"unit": "invalid_unit"}),
        ("mystery", {"device_class": "humidity", "unit": "°C"}, {"unit": "invalid_unit"}),
        (
            "mystery",
            {"device_class": "energy", "unit": "kWh", "state_class": "measurement"},
            {"state_class": "invalid_state_class"},
        ),
        (
            "mystery",
            {"device_class": "wind_direction", "unit": "°", "state_class": "measurement_angle"},
            None,
        ),
        ("mystery", {"state_class": "measurement_angle"}, {"state_class": "invalid_state_class"}),
        (
            "reporting_interval",
            {"device_class": "duration", "unit": "none"},
            {"unit": "invalid_unit"},
        ),
        ("level", {}, {"base": "no_changes"}),
    ],
)
async def test_inadmissible_combination_is_an_error_of_its_field(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    key: str,
    changes: dict[str, str],
    errors: dict[str, str] | None,
) -> None:
    form = await choose(hass, loaded, simulator.platform.devices[0], key)

    result = await submit(hass, form, **suggested_values(form) | changes)

    assert result.get("errors") == errors
    assert dict(loaded.subentries) == {}


async def test_only_classes_of_the_unit_are_offered(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await choose(hass, loaded, simulator.platform.devices[0], "level")

    offered = {
        str(field): {option["value"] for option in selector.config["options"]}
        for field, selector in form["data_schema"].schema.items()
        if "options" in selector.config
    }
    assert offered["device_class"] == {"none", "temperature", "temperature_delta"}
    assert offered["unit"] == {"none", "°C", "°F", "K"}
    assert "total_increasing" not in offered["state_class"]


@pytest.mark.parametrize(
    ("language", "device_class", "state_class"),
    [
        ("en", "Temperature", "Measurement"),
        ("de", "Temperatur", "Messwert"),
        ("ja", "温度", "測定"),
        ("zh-Hans", "温度", "测量值"),
    ],
)
async def test_classes_have_the_names_of_home_assistant(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    language: str,
    device_class: str,
    state_class: str,
) -> None:
    hass.config.language = language

    form = await choose(hass, loaded, simulator.platform.devices[0], "level")

    labels = {
        option["value"]: option["label"]
        for selector in form["data_schema"].schema.values()
        for option in selector.config.get("options", ())
    }
    assert labels["temperature"] == device_class
    assert labels["measurement"] == state_class
    assert labels["°C"] == "°C"
    assert labels["none"] == "-"


async def test_properties_are_offered_by_use(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]

    form: Form = await hass.config_entries.subentries.async_init(
        (loaded.entry_id, SUBENTRY_CORRECTION), context={"source": SOURCE_USER}
    )
    form = await submit(hass, form, device=device_id(hass, loaded, device))

    (selector,) = form["data_schema"].schema.values()
    offered = [option["value"] for option in selector.config["options"]]
    assert offered.index("relay_1") < offered.index("reporting_interval") < offered.index("d2d_key")


async def test_vanished_property_is_harmless(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    subentry = await correct(hass, loaded, simulator.platform.devices[0], "level", name="Fill")

    for device in simulator.platform.devices:
        install(device, specification(item("humidity", unit="%RH", defaultValue=50.0)))
    await poll(hass, loaded)

    assert state_of(hass, Platform.SENSOR, f"{device.sn}_humidity")
    assert (
        er.async_get(hass).async_get_entity_id("sensor", "milesight", f"{device.sn}_level") is None
    )
    assert "ERROR" not in caplog.text
    form = await loaded.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
    assert form["reason"] == "property_missing"


async def test_property_of_other_type_ignores_what_does_not_fit(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    await correct(hass, loaded, device, "level", name="Fill level", unit="K")

    install(device, specification(item("level", "bool", None, "R", "normal/alarm")))
    await poll(hass, loaded)

    state = state_of(hass, Platform.BINARY_SENSOR, f"{device.sn}_level")
    assert state.name == f"{device.name} Fill level"


async def test_correction_can_be_changed(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    subentry = await correct(hass, loaded, device, "level", name="Fill level", unit="K")

    form = await loaded.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
    assert suggested_values(form)["name"] == "Fill level"
    result = await submit(hass, form, **suggested_values(form) | {"name": "Depth"})
    await settle(hass)

    assert result["reason"] == "reconfigure_successful"
    assert state_of(hass, Platform.SENSOR, f"{device.sn}_level").name == f"{device.name} Depth"


async def test_report_link_names_model_and_property(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    form = await choose(hass, loaded, simulator.platform.devices[0], "level")
    form = await submit(hass, form, **suggested_values(form) | {"name": "Fill level"})

    url = form["description_placeholders"]["url"]
    assert url.endswith("/issues/new?template=device.yml&model=TANK-1&property=level")


async def test_corrected_property_is_not_offered_again(
    hass: HomeAssistant, loaded: MockConfigEntry, simulator: Simulator
) -> None:
    device = simulator.platform.devices[0]
    await correct(hass, loaded, device, "level", name="Fill level")

    with pytest.raises(InvalidData):
        await choose(hass, loaded, device, "level")


async def test_diagnostics_list_corrections_without_names(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    loaded: MockConfigEntry,
    simulator: Simulator,
) -> None:
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    device = simulator.platform.devices[0]
    await correct(hass, loaded, device, "level", name="Grandma's tank", unit="K")

    client = await hass_client()
    address = f"/api/diagnostics/config_entry/{loaded.entry_id}"
    for url in (address, f"{address}/device/{device_id(hass, loaded, device)}"):
        response = await client.get(url)
        assert "Grandma" not in await response.text()
        data = (await response.json())["data"]
        assert data["corrections"] == [
            {"model": "TANK-1", "key": "level", "named": True, "unit": "K"}
        ]


async def test_flow_aborts_while_entry_is_not_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)

    form = await hass.config_entries.subentries.async_init(
        (loaded.entry_id, SUBENTRY_CORRECTION), context={"source": SOURCE_USER}
    )

    assert form["reason"] == "entry_not_loaded"


def test_every_field_of_a_correction_has_texts() -> None:
    properties = list(TANK.specification.raw["properties"])
    described = describe(parse_specification({"properties": properties}))
    schemas = [change_schema(description, {}).schema for description in described]
    fields = {str(field) for schema in schemas for field in schema}
    texts = SOURCE["config_subentries"]["correction"]["step"]["change"]
    assert texts["data"].keys() == texts["data_description"].keys() == fields
