"""Tests of image entities: time of the report, and replaced pictures."""

from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.common import entity_id, settle, state_of
from tests.fleets import model, new_devices
from tests.simulator import Device, Simulator
from tests.specifications import item

CAMERA = model("CAMERA", item("snapshot", "image", defaultValue="https://example.com/1.png"))


@pytest.fixture
def devices() -> list[Device]:
    """Return a camera."""
    return new_devices(CAMERA)


@pytest.fixture
def sn(simulator: Simulator) -> str:
    """Return the camera's serial number."""
    return simulator.platform.devices[0].sn


def _date(hass: HomeAssistant, sn: str) -> datetime:
    return datetime.fromisoformat(state_of(hass, Platform.IMAGE, f"{sn}_snapshot").state)


@pytest.mark.freeze_time("2026-11-27 12:00:00")
async def test_image_has_time_of_report(
    hass: HomeAssistant,
    pushing: MockConfigEntry,
    simulator: Simulator,
    sn: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.tick(timedelta(hours=1))
    await simulator.report(sn, {"snapshot": "https://example.com/2.png"})
    reported = _date(hass, sn)
    assert reported == datetime.fromisoformat("2026-11-27T13:00:00+00:00")
    freezer.tick(timedelta(hours=1))
    await hass.config_entries.async_reload(pushing.entry_id)
    await settle(hass)
    assert _date(hass, sn) == reported


@pytest.mark.freeze_time("2026-11-27 12:00:00")
@pytest.mark.usefixtures("pushing")
async def test_picture_at_same_address_is_new(
    hass: HomeAssistant, simulator: Simulator, sn: str, freezer: FrozenDateTimeFactory
) -> None:
    await simulator.report(sn, {"snapshot": "https://example.com/2.png"})
    entity = hass.data["image"].get_entity(entity_id(hass, Platform.IMAGE, f"{sn}_snapshot"))
    entity._cached_image = object()
    before = _date(hass, sn)
    freezer.tick(timedelta(minutes=5))
    await simulator.report(sn, {"snapshot": "https://example.com/2.png"})
    assert _date(hass, sn) - before == timedelta(minutes=5)
    assert entity._cached_image is None


@pytest.mark.usefixtures("pushing")
async def test_address_other_than_http_is_no_image(
    hass: HomeAssistant, simulator: Simulator, sn: str
) -> None:
    await simulator.report(sn, {"snapshot": "file:///etc/passwd"})
    shown = state_of(hass, Platform.IMAGE, f"{sn}_snapshot")
    entity = hass.data["image"].get_entity(shown.entity_id)
    assert (shown.state, entity.image_url) == (STATE_UNKNOWN, None)
