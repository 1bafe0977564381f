"""Tests of tokens that were issued elsewhere, used before, or are invalid."""

from copy import deepcopy
from itertools import cycle
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import issues, pass_time
from tests.simulator import Simulator
from tests.simulator.agentcraft import Pair

from .helpers import (
    ADD,
    ASK,
    DELETE,
    READ,
    REFRESH,
    STATUS,
    agentcraft_state,
    call_action,
    creation_count,
    device_id,
    link_and_activate,
    link_devices,
    only_identity,
    operations,
    start_entry,
    storage_key,
    submit_fix,
)


async def test_token_issued_elsewhere_is_read(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    identity = only_identity(simulator)
    simulator.agentcraft.command(identity.device_id, "link")
    identity.pair = Pair()
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[1:] == [(ASK, 409), (READ, 200), (STATUS, 200)]
    assert agentcraft_state(hass, loaded) == "active"


async def test_expired_token_issued_elsewhere_is_refreshed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    identity = only_identity(simulator)
    simulator.agentcraft.command(identity.device_id, "link")
    identity.pair = Pair(status="expired")
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[1:] == [
        (ASK, 409),
        (READ, 200),
        (STATUS, 200),
        (REFRESH, 200),
        (STATUS, 200),
    ]
    assert agentcraft_state(hass, loaded) == "active"


async def test_unrefreshable_token_issued_elsewhere_is_an_error(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    identity = only_identity(simulator)
    simulator.agentcraft.command(identity.device_id, "link")
    identity.pair = Pair(status="expired")
    simulator.fault("/agentcraft/devices/token/refresh", "status", status=401)
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[-1] == (REFRESH, 401)
    assert agentcraft_state(hass, loaded) == "error"
    response = await call_action(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert "does not return it" in response["error"]
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert agentcraft_state(hass, loaded) == "active"


async def test_withheld_token_is_an_error_until_id_is_replaced(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    old = only_identity(simulator)
    simulator.agentcraft.command(old.device_id, "invalidate")
    before = len(operations(simulator))
    await pass_time(hass, freezer, days=1)
    assert operations(simulator)[before:] == [
        (STATUS, 200),
        (READ, 200),
        (ASK, 409),
        (READ, 200),
        (STATUS, 200),
    ]
    assert agentcraft_state(hass, loaded) == "error"
    assert creation_count(simulator) == 1
    await submit_fix(hass, issues(hass)["agentcraft_no_token"], {})
    assert operations(simulator)[-2:] == [(DELETE, 204), (ADD, 201)]
    assert agentcraft_state(hass, loaded) == "waiting"
    assert only_identity(simulator) is not old
    assert not issues(hass)


async def test_token_is_read_after_crash_during_refresh(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """Start with the old token pair, as after a crash between refresh and storing."""
    await link_and_activate(hass, loaded, simulator, freezer)
    old_disk = deepcopy(hass_storage[storage_key(loaded)])
    identity = only_identity(simulator)
    simulator.agentcraft.command(identity.device_id, "expire")
    await pass_time(hass, freezer, days=1)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hass_storage[storage_key(loaded)] = old_disk
    before, pair = len(operations(simulator)), identity.pair
    await start_entry(hass, loaded)
    assert operations(simulator)[before:] == [(STATUS, 200), (READ, 200), (STATUS, 200)]
    assert agentcraft_state(hass, loaded) == "active"
    assert identity.pair is pair
    response = await call_action(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert pair is not None
    assert response["device_token"] == pair.device_token


async def test_token_is_read_after_rejected_refresh(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    simulator.agentcraft.command(only_identity(simulator).device_id, "rotate")
    before = len(operations(simulator))
    response = await call_action(hass, "agentcraft_refresh", device_id(hass, loaded))
    assert operations(simulator)[before:] == [(REFRESH, 401), (READ, 200), (STATUS, 200)]
    assert response["status"] == "active"


async def test_token_pair_is_stored_together(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    await link_and_activate(hass, loaded, simulator, freezer)
    pairs = set()
    save = Store.async_save

    async def watch(store: Store[Any], data: Any) -> None:
        await save(store, data)
        if store.key == storage_key(loaded):
            (held,) = data.values()
            pairs.add((held["device_token"], held["refresh_token"]))

    first = only_identity(simulator).pair
    with patch.object(Store, "async_save", watch):
        for _ in range(3):
            await call_action(hass, "agentcraft_refresh", device_id(hass, loaded))
    assert first is not None
    assert len(pairs) == 3
    assert len({token for pair in pairs for token in pair}) == 6


async def test_invalid_new_tokens_do_not_loop(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link_devices(hass, loaded, simulator)
    identity = only_identity(simulator)
    simulator.agentcraft.command(identity.device_id, "link")
    with patch.object(simulator.agentcraft, "token_status", return_value={"status": "invalid"}):
        for _ in range(24):
            await pass_time(hass, freezer, hours=1)
            identity.pair = None
    assert len(operations(simulator)) < 60
    await pass_time(hass, freezer, hours=6)
    assert agentcraft_state(hass, loaded) == "active"


async def test_contradictory_server_is_backed_off(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Return another pair at each read, valid once, and never a shadow ID."""
    await link_and_activate(hass, loaded, simulator, freezer)
    identity = only_identity(simulator)
    words = cycle(("invalid", "valid"))

    def token_status(_token: str) -> dict[str, str]:
        identity.pair = Pair()
        return {"status": next(words)}

    with patch.object(simulator.agentcraft, "token_status", token_status):
        simulator.agentcraft.command(identity.device_id, "reject")
        await call_action(hass, "agentcraft_refresh", device_id(hass, loaded))
        before = len(operations(simulator))
        await pass_time(hass, freezer, minutes=2)
        assert agentcraft_state(hass, loaded) in ("active", "waiting")
    assert len(operations(simulator)) - before < 40
    await pass_time(hass, freezer, days=1)
    await pass_time(hass, freezer, days=1)
    assert agentcraft_state(hass, loaded) == "active"
