"""Comparison of what Home Assistant shows with what it must show."""

from itertools import product

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from custom_components.milesight.const import DOMAIN
from tests.common import state_of

from .devices import PRESS, Entity
from .expected import Known
from .world import ENTRY, World

# Entities of a device that show no value: each of them has, or need not have, a state.
OTHER_KEYS = frozenset({"connectivity", "last_report", PRESS, "event_outage_event"})
TOLERANCE = 1e-6


def check(world: World) -> None:
    """Raise ``AssertionError`` for whatever is shown otherwise than expected."""
    expected = world.expected
    assert not world.errors, "\n".join(world.errors)
    missing = expected.fired - world.fired
    surplus = world.fired - expected.fired - expected.may_fire
    assert not missing, f"did not fire: {missing}"
    assert not surplus, f"fired: {surplus}"
    if world.entry.state is not ConfigEntryState.LOADED:
        return
    entity_ids = _entity_ids(world)
    assert not (lacking := expected.entity_ids - entity_ids), f"no entities: {lacking}"
    surplus_ids = entity_ids - expected.entity_ids - expected.leftover
    assert not surplus_ids, f"entities: {surplus_ids}"
    for sn, known in expected.devices.items():
        _check_device(world, sn, known)


def _entity_ids(world: World) -> set[str]:
    """Return the unique ids of the entities that show values of devices."""
    entries = er.async_entries_for_config_entry(er.async_get(world.hass), ENTRY)
    unique_ids = {entry.unique_id for entry in entries}
    return {
        unique_id
        for unique_id in unique_ids
        if not unique_id.startswith(world.simulator.client_id.lower())
        and unique_id.partition("_")[2] not in OTHER_KEYS
    }


def _check_device(world: World, sn: str, known: Known) -> None:
    registry = dr.async_get(world.hass)
    device = registry.async_get_device_by_identifier((DOMAIN, sn), ENTRY)
    assert device is not None
    assert device.name == known.name
    in_touch = world.in_touch
    if in_touch is None or known.online is None:
        return
    connected = STATE_ON if known.online else STATE_OFF
    state = state_of(world.hass, Platform.BINARY_SENSOR, f"{sn}_connectivity")
    assert state.state == (connected if in_touch else STATE_UNAVAILABLE), f"{known.model} online"
    for entity in known.entities:
        _check_entity(world.hass, sn, known, entity, available=in_touch and known.online)


def _check_entity(
    hass: HomeAssistant, sn: str, known: Known, entity: Entity, *, available: bool
) -> None:
    state = state_of(hass, entity.platform, f"{sn}_{entity.key}")
    if not available:
        assert state.state == STATE_UNAVAILABLE, f"{entity.key} shows {state.state}"
        return
    admitted = [
        entity.show(*raws) for raws in product(*(known.values(path) for path in entity.paths))
    ]
    shown = {name: state.attributes.get(name) for name in admitted[0][1]}
    assert any(
        _same(state.state, STATE_UNKNOWN if value is None else value)
        and all(_same(shown[name], attribute) for name, attribute in attributes.items())
        for value, attributes in admitted
    ), f"{entity.key} shows {state.state} {shown}, not one of {admitted}"


def _same(shown: object, expected: object) -> bool:
    if not isinstance(expected, (int, float)):
        return shown == expected
    try:
        return abs(float(str(shown)) - expected) < TOLERANCE
    except ValueError:
        return False
