"""What all entities share: whose they are, when they are available, when they are written."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final, override
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
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import InvalidValueError, Item
from .api.codec import Value, decode, encode
from .api.parsing import Json
from .commands.sender import validation_error
from .const import DOMAIN, LOGGER
from .coordinator import MilesightConfigEntry, MilesightCoordinator
from .devices.device import MilesightDevice, Signal
from .mapping import (
    CompositeDescription,
    Description,
    FlagDescription,
    PropertyDescription,
    Setter,
)

MAX_SHOWN_PATH: Final = 100

type Request = Callable[[], Awaitable[object]]


def state_key(value: Value) -> str:
    """Return by what ``labels``, ``on`` and ``options`` of a description know a decoded value."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class MilesightApplicationEntity(CoordinatorEntity[MilesightCoordinator]):
    """An entity of the Application itself: what there is to know of the integration's work."""

    _attr_has_entity_name = True
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: MilesightCoordinator, key: str) -> None:
        """Attach to the Application; ``key`` ends the unique id and names the translation."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        application = entry.unique_id or entry.entry_id
        self._attr_unique_id = f"{application}_{key}"
        self._attr_translation_key = key
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, application)})

    @property
    @override
    def available(self) -> bool:
        """Stay available: this tells of the integration, also when the platform is out of reach."""
        return True


class MilesightEntity(Entity):
    """An entity of a device, written when what it shows has changed."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, coordinator: MilesightCoordinator, device: MilesightDevice, key: str
    ) -> None:
        """Attach to a device; ``key`` ends the unique id."""
        self.coordinator = coordinator
        self.device = device
        self.key = key
        self._attr_unique_id = f"{device.sn}_{key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, device.sn)})

    @property
    @override
    def available(self) -> bool:
        """Return whether the device is online, and the platform within reach."""
        return self.device.online and self.coordinator.in_touch

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for the device's comings and goings."""
        await super().async_added_to_hass()
        self.listen(Signal.AVAILABILITY, self.async_write_ha_state)

    def listen(self, signal: Signal, listener: Callable[[], None]) -> None:
        """Call ``listener`` when something of the device changes, as long as this entity lives."""
        self.async_on_remove(self.device.listen(signal, listener))


class MilesightDescribedEntity[D: Description](MilesightEntity):
    """An entity that a description decided on."""

    def __init__(
        self,
        coordinator: MilesightCoordinator,
        device: MilesightDevice,
        description: D,
    ) -> None:
        """Apply the description."""
        super().__init__(coordinator, device, description.key)
        self._faulty: set[str] | None = None
        self._subscriptions: tuple[CALLBACK_TYPE, ...] = ()
        self._attr_entity_registry_enabled_default = description.priority <= device.shown_priority
        self._apply_description(description)

    def _apply_description(self, description: D) -> None:
        """Set what follows from the description; called again when that has changed."""
        self.description = description
        self._attr_entity_category = description.category
        if description.translation_key is not None:
            self._attr_translation_key = description.translation_key
            self._attr_translation_placeholders = dict(description.placeholders)
        else:
            self._attr_name = description.name
        self._adopt(description)

    def _adopt(self, description: D) -> None:
        """Take over what the description says to one platform only."""

    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Subscribe to what the description names; yield what ends each subscription."""
        yield from ()

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to what the description names."""
        await super().async_added_to_hass()
        self._subscriptions = tuple(self._subscribe())
        self.async_on_remove(self._unsubscribe)

    def _unsubscribe(self) -> None:
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self._subscriptions = ()

    def accepts(self, candidate: MilesightEntity) -> bool:
        """Return if this entity can become what a new entity of its key would be.

        Home Assistant translates a name once, so another translation needs another entity.
        """
        return (
            type(candidate) is type(self)
            and candidate.translation_key == self.translation_key
            and candidate.translation_placeholders == self.translation_placeholders
        )

    @callback
    def async_update_description(self, description: D) -> None:
        """Follow a description that has changed, without becoming unavailable."""
        self._unsubscribe()
        self._apply_description(description)
        self._subscriptions = tuple(self._subscribe())
        self.async_registry_entry_updated()  # units that the user chose may no longer fit
        er.async_get(self.hass).async_update_entity(
            self.entity_id,
            entity_category=self.entity_category,
            unit_of_measurement=self.unit_of_measurement,
        )
        self.async_write_ha_state()

    def read(self, item: Item) -> Value:
        """Return the present value of an item; one that does not fit is unknown, told once."""
        return self.decoded(item, self.device.value(item.path))

    def decoded(self, item: Item, raw: Json) -> Value:
        """Return what a value of an item means; one that does not fit is unknown, told once."""
        if raw is None:
            return None
        try:
            value = decode(item, raw)
        except InvalidValueError as error:
            self._note_fault(item.path, error.reason)
            return None
        if self._faulty is not None:
            self._note_recovery(item.path)
        return value

    def _note_fault(self, path: str, reason: str) -> None:
        if self._faulty is None:
            self._faulty = set()
        if path not in self._faulty:
            self._faulty.add(path)
            model, shown = self.device.info.model, path[:MAX_SHOWN_PATH]
            LOGGER.warning("A %s reported an invalid value of %s (%s)", model, shown, reason)

    def _note_recovery(self, path: str) -> None:
        if self._faulty and path in self._faulty:
            self._faulty.discard(path)
            model, shown = self.device.info.model, path[:MAX_SHOWN_PATH]
            LOGGER.info("A %s reports %s properly again", model, shown)

    def encoded(self, item: Item, value: object) -> Json:
        """Return how a value travels, in the manner of the device.

        Raises ``ServiceValidationError`` that names what is allowed.
        """
        try:
            return encode(item, value, self.device.reported_value(item.path))
        except InvalidValueError as error:
            raise validation_error(error) from error

    def _write_request(
        self, values: Iterable[tuple[Item, object]], shown: Iterable[tuple[Item, object]] = ()
    ) -> Request:
        """Return what writes values of properties in one request.

        ``shown`` are the values of other properties that will follow. Raises
        ``ServiceValidationError`` that names what is allowed, before anything is sent.
        """
        encoded, following = (
            {item.path: self.encoded(item, value) for item, value in pairs}
            for pairs in (values, shown)
        )
        return partial(
            self.coordinator.commands.async_write_properties, self.device, encoded, following
        )

    def _call_request(self, setter: Setter, value: object, shown: Item) -> Request:
        """Return what calls the service that sets a value, which ``shown`` will follow.

        Raises ``ServiceValidationError`` that names what is allowed, before anything is sent.
        """
        return partial(
            self.coordinator.commands.async_call_service,
            self.device,
            setter.service.id,
            {setter.input.path: self.encoded(setter.input, value)},
            {shown.path: self.encoded(shown, value)},
        )


class MilesightValueEntity[D: PropertyDescription](MilesightDescribedEntity[D]):
    """An entity that shows the value of one path.

    ``_convert`` says what is shown of a value, and ``_shown`` which attribute holds that.
    """

    _shown = "_attr_native_value"

    _showing: object = None

    @override
    def _apply_description(self, description: D) -> None:
        """Set the item that is written, and the one that is shown."""
        super()._apply_description(description)
        self.item = description.item
        self._source = self.source

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Show the present value, and listen for others."""
        self._update(self._raw)
        yield self.device.listen_values(self._source.path, self._changed)

    @property
    def source(self) -> Item:
        """Return the item whose value is shown."""
        return self.item

    @property
    def _raw(self) -> Json:
        return self.device.value(self._source.path)

    @callback
    def _changed(self, raw: Json) -> None:
        if self._update(raw):
            self.async_write_ha_state()

    def _update(self, raw: Json) -> bool:
        """Show a value of the source; return whether that changed anything."""
        showing = self._convert(self.decoded(self._source, raw))
        if showing == self._showing:
            return False
        self._showing = showing
        setattr(self, self._shown, showing)
        return True

    @abstractmethod
    def _convert(self, value: Value) -> object:
        """Return what is shown of a decoded value."""

    async def async_write(self, value: object) -> None:
        """Send a value of this property to the device."""
        await self._write_request([(self.item, value)])()


class MilesightFlagEntity[D: FlagDescription](MilesightValueEntity[D]):
    """An entity that is on or off, by the keys that mean *on*."""

    _shown = "_attr_is_on"

    @override
    def _convert(self, value: Value) -> bool | None:
        return None if value is None else state_key(value) in self.description.on


class MilesightCompositeEntity[D: CompositeDescription](MilesightDescribedEntity[D]):
    """An entity of several properties, each known by the role that it plays."""

    @override
    def _subscribe(self) -> Iterator[CALLBACK_TYPE]:
        """Listen for the values of all roles."""
        for path in dict.fromkeys(item.path for item in self.description.roles.values()):
            yield self.device.listen_values(path, self._changed)

    @callback
    def _changed(self, _raw: Json) -> None:
        self.async_write_ha_state()

    def has(self, role: str) -> bool:
        """Return whether something plays a role, or a service stands in for it."""
        return role in self.description.roles or role in self.description.setters

    def options(self, role: str) -> Mapping[str, str]:
        """Return what the keys of a role mean."""
        return self.description.options.get(role, {})

    def value(self, role: str) -> Value:
        """Return the present value of a role."""
        item = self.description.roles.get(role)
        return self.read(item) if item is not None else None

    def number(self, role: str) -> float | None:
        """Return the present value of a role that is a number."""
        value = self.value(role)
        return value if isinstance(value, int | float) else None

    def option(self, role: str) -> str | None:
        """Return what the present value of a role means."""
        value = self.value(role)
        return None if value is None else self.options(role).get(state_key(value))

    async def async_set(self, **values: object) -> None:
        """Set roles in this order: properties in one request, then those that services set.

        Options are given as what they mean. Nothing is sent unless all values are valid.
        """
        roles, setters = self.description.roles, self.description.setters
        keys = {role: self._key_of(role, value) for role, value in values.items()}
        written = [role for role in keys if role not in setters]
        requests = [
            self._call_request(setters[role], key, self._shown_by(role))
            for role, key in keys.items()
            if role in setters
        ]
        if written:
            following = [
                (shown, self._key_of(role.removeprefix("set_"), values[role]))
                for role in written
                if (shown := self._shown_by(role)) is not roles[role]
            ]
            requests.insert(
                0, self._write_request([(roles[role], keys[role]) for role in written], following)
            )
        for request in requests:
            await request()

    def _shown_by(self, role: str) -> Item:
        """Return the item that shows what a role sets: ``position`` for ``set_position``."""
        roles = self.description.roles
        return roles.get(role.removeprefix("set_")) or roles[role]

    def _key_of(self, role: str, meaning: object) -> object:
        options = self.options(role).items()
        return next((key for key, option in options if option == meaning), meaning)


type DescribedEntity[D: Description] = Callable[
    [MilesightCoordinator, MilesightDevice, D], MilesightDescribedEntity[D]
]
type OwnEntities = Callable[[MilesightCoordinator, MilesightDevice], Iterable[MilesightEntity]]


def _none(_coordinator: MilesightCoordinator, _device: MilesightDevice) -> tuple[()]:
    return ()


@callback
def async_setup_platform[D: Description](
    entry: MilesightConfigEntry,
    add: AddConfigEntryEntitiesCallback,
    kind: type[D],
    described: DescribedEntity[D],
    own: OwnEntities = _none,
) -> None:
    """Keep a platform's entities in step with the devices.

    ``described`` makes an entity of a description of this ``kind``, ``own`` those that a device
    has whatever its specification says.
    """
    coordinator = entry.runtime_data
    entities = PlatformEntities(entry, add, kind, described, own)

    @callback
    def device_changed(device: MilesightDevice) -> None:
        if new := list(entities.async_sync(device)):
            add(new)

    add([new for device in coordinator.devices.values() for new in entities.async_sync(device)])
    entry.async_on_unload(coordinator.async_listen_devices(device_changed))


class PlatformEntities[D: Description]:
    """The entities that one platform has of each device."""

    def __init__(
        self,
        entry: MilesightConfigEntry,
        add: AddConfigEntryEntitiesCallback,
        kind: type[D],
        described: DescribedEntity[D],
        own: OwnEntities,
    ) -> None:
        """Start without entities, while the platform is set up."""
        self._entry = entry
        self._coordinator = entry.runtime_data
        self._add = add
        self._kind = kind
        self._described = described
        self._own = own
        self._added = async_get_current_platform()
        self._registry = er.async_get(self._coordinator.hass)
        self._known: WeakKeyDictionary[MilesightDevice, dict[str, D | None]] = WeakKeyDictionary()

    @callback
    def async_sync(self, device: MilesightDevice) -> Iterator[MilesightEntity]:
        """Remove and update the entities of a device; yield those to be added.

        An entity that the device no longer has leaves the entity registry as well.
        """
        known = self._known.setdefault(device, {})
        described = {
            description.key: description
            for description in device.descriptions()
            if isinstance(description, self._kind)
        }
        self._remove(device, [key for key in known if known[key] and key not in described])
        own = {entity.key: entity for entity in self._own(self._coordinator, device)}
        self._remove(device, known.keys() - described.keys() - own.keys())
        for key, description in described.items():
            if key not in known:
                yield self._described(self._coordinator, device, description)
            elif known[key] != description:
                self._update(device, description)
        now: dict[str, D | None] = {**dict.fromkeys(own), **described}
        yield from (entity for key, entity in own.items() if key not in known and not now[key])
        known |= now

    def _remove(self, device: MilesightDevice, keys: Iterable[str]) -> None:
        for key in keys:
            del self._known[device][key]
            if entity_id := self._entity_id(device, key):
                self._registry.async_remove(entity_id)

    def _update(self, device: MilesightDevice, description: D) -> None:
        """Apply a changed description to its entity, unless that is disabled."""
        entity_id = self._entity_id(device, description.key)
        entity = self._added.entities.get(entity_id or "")
        if entity_id is None or entity is None:
            return
        candidate = self._described(self._coordinator, device, description)
        if isinstance(entity, MilesightDescribedEntity) and entity.accepts(candidate):
            entity.async_update_description(description)
        else:
            self._entry.async_create_task(
                self._coordinator.hass, self._async_replace(entity_id, candidate)
            )

    async def _async_replace(self, entity_id: str, entity: MilesightEntity) -> None:
        await self._added.async_remove_entity(entity_id)
        self._add([entity])

    def _entity_id(self, device: MilesightDevice, key: str) -> str | None:
        unique_id = f"{device.sn}_{key}"
        return self._registry.async_get_entity_id(self._added.domain, DOMAIN, unique_id)
