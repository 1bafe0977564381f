"""Base classes of the entities, and what keeps a platform's entities in step with the devices."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import override
from weakref import WeakKeyDictionary

from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.helpers.typing import UNDEFINED
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import Item
from .api.codec import Value
from .api.parsing import Json
from .commands.roles import role_requests
from .const import DOMAIN
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .devices.device import MilesightDevice, Signal
from .mapping import CompositeDescription, Description, FlagDescription, PropertyDescription


def state_key(value: Value) -> str:
    """Return the key of a decoded value in ``labels``, ``on`` and ``options`` of a description."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class MilesightApplicationEntity(CoordinatorEntity[MilesightCoordinator]):
    """An entity of the Application itself: a diagnostic of the integration's own work."""

    _attr_has_entity_name = True
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: MilesightCoordinator, key: str) -> None:
        """Initialize the entity; ``key`` ends the unique id and is the translation key."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        application = entry.unique_id or entry.entry_id
        self._attr_unique_id = f"{application}_{key}"
        self._attr_translation_key = key
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, application)})

    @property
    @override
    def available(self) -> bool:
        """Return True: the diagnostics matter most while the platform is unreachable."""
        return True


class MilesightEntity(Entity):
    """An entity of a device."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, coordinator: MilesightCoordinator, device: MilesightDevice, key: str
    ) -> None:
        """Initialize the entity; ``key`` ends the unique id."""
        self.coordinator = coordinator
        self.device = device
        self.key = key
        self._attr_unique_id = f"{device.sn}_{key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, device.sn)})

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to availability changes."""
        await super().async_added_to_hass()
        self._update_available()
        self.listen(Signal.AVAILABILITY, self._availability_changed)

    @callback
    def _availability_changed(self) -> None:
        self._update_available()
        self.async_write_ha_state()

    def _update_available(self) -> None:
        """Be available while the device is online and the platform reachable."""
        self._attr_available = self.device.online and self.coordinator.connected

    def listen(self, signal: Signal, listener: Callable[[], None]) -> None:
        """Subscribe to a signal of the device until the entity is removed."""
        self.async_on_remove(self.device.listen(signal, listener))


class MilesightDescribedEntity[D: Description](MilesightEntity):
    """An entity with a description.

    The description may change while the entity exists: everything that follows from it is set in
    ``_apply_description`` and subscribed to in ``_subscribe``.
    """

    description: D

    def __init__(
        self,
        coordinator: MilesightCoordinator,
        device: MilesightDevice,
        description: D,
    ) -> None:
        """Initialize the entity from its description."""
        super().__init__(coordinator, device, description.key)
        self._subscriptions: tuple[CALLBACK_TYPE, ...] = ()
        self._attr_entity_registry_enabled_default = description.priority <= device.shown_priority
        self._apply_description(description)

    def _apply_description(self, description: D) -> None:
        """Set the attributes that follow from the description."""
        self.description = description
        self._attr_entity_category = description.category
        if description.translation_key is not None:
            self._attr_translation_key = description.translation_key
            self._attr_translation_placeholders = dict(description.placeholders)
        else:
            self._attr_name = description.name

    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Yield an unsubscribe callback for each subscription to the device."""
        yield from ()

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the device."""
        await super().async_added_to_hass()
        self._subscriptions = tuple(self._subscribe())
        self.async_on_remove(self._unsubscribe)

    def _unsubscribe(self) -> None:
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._subscriptions = ()

    def can_become(self, candidate: MilesightEntity) -> bool:
        """Return if updating this entity makes it equal to a new one with the same unique id.

        Home Assistant caches translated names, so that a new translation needs a new entity.
        """
        return (
            type(candidate) is type(self)
            and candidate.translation_key == self.translation_key
            and candidate.translation_placeholders == self.translation_placeholders
        )

    @callback
    def async_update_description(self, description: D) -> None:
        """Apply a changed description; the entity stays available."""
        self._unsubscribe()
        self._apply_description(description)
        self._subscriptions = tuple(self._subscribe())
        self.async_registry_entry_updated()  # the unit chosen by the user may not fit any more
        er.async_get(self.hass).async_update_entity(
            self.entity_id,
            entity_category=self.entity_category,
            original_device_class=self.device_class,
            original_name=description.name if self.translation_key is None else UNDEFINED,
            unit_of_measurement=self.unit_of_measurement,
        )
        self.async_write_ha_state()


class MilesightPropertyEntity[D: PropertyDescription](MilesightDescribedEntity[D]):
    """An entity that shows the value of one property.

    ``_convert`` returns what is shown, ``_value_attribute`` names the attribute that holds it.
    """

    _value_attribute = "_attr_native_value"
    _shown: object = None

    @override
    def _apply_description(self, description: D) -> None:
        """Set the property to show."""
        super()._apply_description(description)
        self._reported_item = self.reported_item

    @property
    def reported_item(self) -> Item:
        """Return the item whose value is shown."""
        return self.description.item

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Show the present value and subscribe to changes."""
        self._update(self._raw)
        yield self.device.listen_values(self._reported_item.path, self._value_changed)

    @property
    def _raw(self) -> Json:
        return self.device.value(self._reported_item.path)

    @callback
    def _value_changed(self, raw: Json) -> None:
        if self._update(raw):
            self.async_write_ha_state()

    def _update(self, raw: Json) -> bool:
        """Show a value; return if it differs from the one shown before."""
        shown = self._convert(self.device.decode(self._reported_item, raw))
        if shown == self._shown:
            return False
        self._shown = shown
        setattr(self, self._value_attribute, shown)
        return True

    @abstractmethod
    def _convert(self, value: Value) -> object:
        """Return what is shown of a decoded value."""

    async def async_write(self, value: object) -> None:
        """Write a value to the property."""
        await self.coordinator.commands.write_request(
            self.device, [(self.description.item, value)]
        )()


class MilesightFlagEntity[D: FlagDescription](MilesightPropertyEntity[D]):
    """An entity that is on or off, depending on the key of a value."""

    _value_attribute = "_attr_is_on"

    @override
    def _convert(self, value: Value) -> bool | None:
        return None if value is None else state_key(value) in self.description.on


class MilesightCompositeEntity[D: CompositeDescription](MilesightDescribedEntity[D]):
    """An entity of several properties, each identified by its role."""

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Show the present values and subscribe to changes of all roles."""
        self._update_state()
        for path in dict.fromkeys(item.path for item in self.description.roles.values()):
            yield self.device.listen_values(path, self._value_changed)

    @callback
    def _value_changed(self, _raw: Json) -> None:
        self._update_state()
        self.async_write_ha_state()

    @abstractmethod
    def _update_state(self) -> None:
        """Set the attributes that follow from the present values."""

    def has(self, role: str) -> bool:
        """Return if a property or a service has a role."""
        return role in self.description.roles or role in self.description.setters

    def options(self, role: str) -> Mapping[str, str]:
        """Return the options of a role by key."""
        return self.description.options.get(role, {})

    def value(self, role: str) -> Value:
        """Return the present value of a role."""
        item = self.description.roles.get(role)
        return None if item is None else self.device.decode(item, self.device.value(item.path))

    def number(self, role: str) -> float | None:
        """Return the present value of a numeric role."""
        value = self.value(role)
        return value if isinstance(value, int | float) else None

    def rounded(self, role: str) -> int | None:
        """Return the present value of a numeric role as a whole number."""
        value = self.number(role)
        return None if value is None else round(value)

    def option(self, role: str) -> str | None:
        """Return the present option of a role."""
        value = self.value(role)
        return None if value is None else self.options(role).get(state_key(value))

    async def async_set(self, **values: object) -> None:
        """Set roles: first those written in one request, then those set by services.

        Options are accepted by their names. Nothing is sent unless all values are valid.
        """
        commands = self.coordinator.commands
        for request in role_requests(commands, self.device, self.description, values):
            await request()


type EntityFactory[D: Description] = Callable[
    [MilesightCoordinator, MilesightDevice, D], MilesightDescribedEntity[D]
]
type DeviceEntities = Callable[[MilesightCoordinator, MilesightDevice], Iterable[MilesightEntity]]


def _no_entities(_coordinator: MilesightCoordinator, _device: MilesightDevice) -> tuple[()]:
    return ()


@callback
def async_setup_platform[D: Description](
    entry: MilesightConfigEntry,
    add: AddConfigEntryEntitiesCallback,
    kind: type[D],
    factory: EntityFactory[D],
    device_entities: DeviceEntities = _no_entities,
) -> None:
    """Add the entities of a platform, and keep them in step with the devices.

    ``factory`` creates an entity from each description of a ``kind``, ``device_entities`` those
    that do not depend on the specification.
    """
    coordinator = entry.runtime_data
    entities = PlatformEntities(entry, add, kind, factory, device_entities)

    @callback
    def device_changed(device: MilesightDevice) -> None:
        if new := list(entities.async_sync(device)):
            add(new)

    add([new for device in coordinator.data.values() for new in entities.async_sync(device)])
    entry.async_on_unload(coordinator.async_listen_devices(device_changed))


class PlatformEntities[D: Description]:
    """The entities of one platform, by device and key."""

    def __init__(
        self,
        entry: MilesightConfigEntry,
        add: AddConfigEntryEntitiesCallback,
        kind: type[D],
        factory: EntityFactory[D],
        device_entities: DeviceEntities,
    ) -> None:
        """Initialize without entities, while the platform is set up."""
        self._entry = entry
        self._coordinator = entry.runtime_data
        self._add = add
        self._kind = kind
        self._factory = factory
        self._device_entities = device_entities
        self._platform = async_get_current_platform()
        self._registry = er.async_get(self._coordinator.hass)
        self._known: WeakKeyDictionary[MilesightDevice, dict[str, D | None]] = WeakKeyDictionary()

    @callback
    def async_sync(self, device: MilesightDevice) -> Iterator[MilesightEntity]:
        """Remove and update the entities of a device; yield those to add.

        An entity that the device no longer has is removed from the entity registry as well.
        """
        known = self._known.setdefault(device, {})
        described = {
            description.key: description
            for description in device.descriptions()
            if isinstance(description, self._kind)
        }
        self._remove(device, [key for key in known if known[key] and key not in described])
        others = {entity.key: entity for entity in self._device_entities(self._coordinator, device)}
        self._remove(device, known.keys() - described.keys() - others.keys())
        for key, description in described.items():
            if key not in known:
                yield self._factory(self._coordinator, device, description)
            elif known[key] != description:
                self._update(device, description)
        yield from (others[key] for key in others if key not in known and key not in described)
        known |= {**dict.fromkeys(others), **described}

    def _remove(self, device: MilesightDevice, keys: Iterable[str]) -> None:
        for key in keys:
            del self._known[device][key]
            if entity_id := self._entity_id(device, key):
                self._registry.async_remove(entity_id)

    def _update(self, device: MilesightDevice, description: D) -> None:
        """Apply a changed description to its entity, unless the entity is disabled."""
        entity_id = self._entity_id(device, description.key)
        entity = self._platform.entities.get(entity_id or "")
        registered = self._registry.async_get(entity_id or "")
        if entity_id is None or registered is None or (entity is None and registered.disabled):
            return
        candidate = self._factory(self._coordinator, device, description)
        if entity is None:  # it was enabled a moment ago
            self._add([candidate])
            return
        if isinstance(entity, MilesightDescribedEntity) and entity.can_become(candidate):
            entity.async_update_description(description)
        else:
            replace = self._async_replace(entity_id, candidate)
            self._entry.async_create_task(self._coordinator.hass, replace)

    async def _async_replace(self, entity_id: str, entity: MilesightEntity) -> None:
        await self._platform.async_remove_entity(entity_id)
        self._add([entity])

    def _entity_id(self, device: MilesightDevice, key: str) -> str | None:
        unique_id = f"{device.sn}_{key}"
        return self._registry.async_get_entity_id(self._platform.domain, DOMAIN, unique_id)
