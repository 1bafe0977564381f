"""Tokens that are issued elsewhere, used up, or worth nothing: found again, or a clear state."""

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
    act,
    activate,
    created,
    device_id,
    fix,
    link,
    only,
    operations,
    shown,
    start,
    storage_key,
)


async def test_a_token_that_was_issued_elsewhere_is_read(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    identity = only(simulator)
    simulator.agentcraft.command(identity.device_id, "link")
    identity.pair = Pair()
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[1:] == [(ASK, 409), (READ, 200), (STATUS, 200)]
    assert shown(hass, loaded) == "active"


async def test_a_token_that_was_issued_elsewhere_and_has_expired_is_refreshed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    identity = only(simulator)
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
    assert shown(hass, loaded) == "active"


async def test_an_expired_token_that_was_issued_elsewhere_and_cannot_be_refreshed_is_an_error(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    identity = only(simulator)
    simulator.agentcraft.command(identity.device_id, "link")
    identity.pair = Pair(status="expired")
    simulator.fault("/agentcraft/devices/token/refresh", "status", status=401)
    await pass_time(hass, freezer, minutes=1)
    assert operations(simulator)[-1] == (REFRESH, 401)
    assert shown(hass, loaded) == "error"
    answer = await act(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert "does not return it" in answer["error"]
    simulator.clear_faults()
    await pass_time(hass, freezer, hours=1)
    assert shown(hass, loaded) == "active"


async def test_a_token_that_is_issued_but_cannot_be_had_is_an_error_until_the_id_is_replaced(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer)
    old = only(simulator)
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
    assert shown(hass, loaded) == "error"
    assert created(simulator) == 1
    await fix(hass, issues(hass)["agentcraft_no_token"], {})
    assert operations(simulator)[-2:] == [(DELETE, 204), (ADD, 201)]
    assert shown(hass, loaded) == "waiting"
    assert only(simulator) is not old
    assert not issues(hass)


async def test_a_refresh_token_that_was_used_is_made_good_by_what_agentcraft_keeps(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """Killed between a refresh and storing what it brought: the disk has the old pair."""
    await activate(hass, loaded, simulator, freezer)
    old_disk = deepcopy(hass_storage[storage_key(loaded)])
    identity = only(simulator)
    simulator.agentcraft.command(identity.device_id, "expire")
    await pass_time(hass, freezer, days=1)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    hass_storage[storage_key(loaded)] = old_disk
    before, pair = len(operations(simulator)), identity.pair
    await start(hass, loaded)
    assert operations(simulator)[before:] == [(STATUS, 200), (READ, 200), (STATUS, 200)]
    assert shown(hass, loaded) == "active"
    assert identity.pair is pair
    answer = await act(hass, "agentcraft_get_token", device_id(hass, loaded))
    assert pair is not None
    assert answer["device_token"] == pair.device_token


async def test_a_refresh_that_is_rejected_is_made_good_by_what_agentcraft_keeps(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await activate(hass, loaded, simulator, freezer)
    simulator.agentcraft.command(only(simulator).device_id, "rotate")
    before = len(operations(simulator))
    answer = await act(hass, "agentcraft_refresh", device_id(hass, loaded))
    assert operations(simulator)[before:] == [(REFRESH, 401), (READ, 200), (STATUS, 200)]
    assert answer["status"] == "active"


async def test_both_tokens_are_written_at_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    await activate(hass, loaded, simulator, freezer)
    pairs = set()
    save = Store.async_save

    async def watch(store: Store[Any], data: Any) -> None:
        await save(store, data)
        if store.key == storage_key(loaded):
            (held,) = data.values()
            pairs.add((held["device_token"], held["refresh_token"]))

    first = only(simulator).pair
    with patch.object(Store, "async_save", watch):
        for _ in range(3):
            await act(hass, "agentcraft_refresh", device_id(hass, loaded))
    assert first is not None
    assert len(pairs) == 3
    assert len({token for pair in pairs for token in pair}) == 6


async def test_tokens_that_are_worth_nothing_from_the_start_are_not_asked_for_without_end(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await link(hass, loaded, simulator)
    identity = only(simulator)
    simulator.agentcraft.command(identity.device_id, "link")
    with patch.object(simulator.agentcraft, "worth", return_value={"status": "invalid"}):
        for _ in range(24):
            await pass_time(hass, freezer, hours=1)
            identity.pair = None
    assert len(operations(simulator)) < 60
    await pass_time(hass, freezer, hours=6)
    assert shown(hass, loaded) == "active"


async def test_an_agentcraft_that_contradicts_itself_is_left_alone_for_a_while(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    simulator: Simulator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It gives out another pair at each reading, valid once, and never says for which user."""
    await activate(hass, loaded, simulator, freezer)
    identity = only(simulator)
    words = cycle(("invalid", "valid"))

    def worth(_token: str) -> dict[str, str]:
        identity.pair = Pair()
        return {"status": next(words)}

    with patch.object(simulator.agentcraft, "worth", worth):
        simulator.agentcraft.command(identity.device_id, "reject")
        await act(hass, "agentcraft_refresh", device_id(hass, loaded))
        before = len(operations(simulator))
        await pass_time(hass, freezer, minutes=2)
        assert shown(hass, loaded) in ("active", "waiting")
    assert len(operations(simulator)) - before < 40
    await pass_time(hass, freezer, days=1)
    await pass_time(hass, freezer, days=1)
    assert shown(hass, loaded) == "active"
