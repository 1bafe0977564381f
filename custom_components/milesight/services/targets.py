"""The target of an action: an Application, or devices."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    entity_registry as er,
    service,
)
from homeassistant.helpers.target import (
    SelectedEntities,
    TargetSelection,
    async_extract_referenced_entity_ids,
)
import voluptuous as vol

from ..api import ThingSpecification
from ..const import DOMAIN, LOGGER
from ..coordinator import MilesightCoordinator
from ..devices import registry
from ..devices.device import MilesightDevice
from ..devices.target_devices import async_devices_in_target

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"

APPLICATION: Final = {vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string}
APPLICATION_ONLY: Final = vol.Schema(APPLICATION)
DEVICES_ONLY: Final = cv.make_entity_service_schema(None)


@dataclass(frozen=True, slots=True)
class Target:
    """A device that an action is for; ``device_id`` is Home Assistant's.

    ``is_direct`` means that the call names the device or one of its entities, and not only an
    area, a floor or a label.
    """

    device_id: str
    coordinator: MilesightCoordinator
    device: MilesightDevice
    is_direct: bool = True

    @property
    def address(self) -> str:
        """Return the platform's id of the device."""
        return self.device.info.device_id

    @property
    def specification(self) -> ThingSpecification:
        """Return the thing specification; raises ``ServiceValidationError`` if it is unknown."""
        if not self.device.capabilities.is_known:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_specification",
                translation_placeholders={"device": self.device.info.display_name},
            )
        return self.device.capabilities.specification


class Targets:
    """The devices of a call.

    Iterating yields those to send a request to; ``failures`` has the reasons by device id why
    there is no request for others.
    """

    def __init__(self, call: ServiceCall) -> None:
        """Resolve the target of a call; raises ``ServiceValidationError`` if it has no devices."""
        self.failures: dict[str, HomeAssistantError] = {}
        self._device_ids = _device_ids(call)
        self._targets: list[Target] = []
        for device_id, is_direct in self._device_ids.items():
            try:
                self._targets.append(_target(call.hass, device_id, is_direct=is_direct))
            except ServiceValidationError as error:
                self.failures[device_id] = error

    def __iter__(self) -> Iterator[Target]:
        """Iterate over the devices to send a request to."""
        return iter(self._targets)

    @property
    def device_ids(self) -> list[str]:
        """Return the ids of all devices in the order of the call."""
        return list(self._device_ids)

    def prepare[Prepared](self, prepare: Callable[[Target], Prepared]) -> dict[str, Prepared]:
        """Return what to send by device id.

        Raises the ``ServiceValidationError`` of a device that the call names. Another device that
        does not accept the call becomes a failure.
        """
        prepared: dict[str, Prepared] = {}
        for target in self._targets:
            try:
                prepared[target.device_id] = prepare(target)
            except ServiceValidationError as error:
                if target.is_direct:
                    raise
                self.failures[target.device_id] = error
        self._targets = [target for target in self._targets if target.device_id in prepared]
        return prepared


def get_coordinator(call: ServiceCall) -> MilesightCoordinator:
    """Return the coordinator of the Application that a call names, or of the only one."""
    entry = service.async_get_config_entry(call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID))
    coordinator: MilesightCoordinator = entry.runtime_data
    return coordinator


def _target(hass: HomeAssistant, device_id: str, *, is_direct: bool) -> Target:
    """Return a target; raises ``ServiceValidationError`` if its Application is not loaded."""
    registered, entry = service.async_get_device_and_config_entry(hass, DOMAIN, device_id)
    coordinator: MilesightCoordinator = entry.runtime_data
    device = coordinator.data.get(registry.serial_number(registered) or "")
    if device is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_device",
            translation_placeholders={"device": registered.name or device_id},
        )
    return Target(device_id, coordinator, device, is_direct)


def _device_ids(call: ServiceCall) -> dict[str, bool]:
    """Return the ids of the devices of a call, and if the call names them directly."""
    selected = async_extract_referenced_entity_ids(call.hass, TargetSelection(call.data))
    _log_missing(call.hass, selected)
    device_ids = async_devices_in_target(call.hass, dict(call.data))
    if not device_ids:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_devices_in_target"
        )
    return device_ids


def _log_missing(hass: HomeAssistant, selected: SelectedEntities) -> None:
    entities = er.async_get(hass).entities
    missing = {
        entity_id
        for entity_id in selected.referenced
        if entity_id not in entities and hass.states.get(entity_id) is None
    }
    selected.log_missing(missing, LOGGER)
