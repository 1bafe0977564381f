"""Flow of the subentry that corrects an entity of all devices of a model."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_DEVICE
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceFilterSelectorConfig,
    DeviceSelector,
    DeviceSelectorConfig,
    SelectOptionDict,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from ..api.paths import ANY_INDEX
from ..const import CONF_KEY, CONF_MODEL, DOMAIN, ISSUES
from ..devices import registry
from ..devices.correction_subentries import corrections_of
from ..devices.device import MilesightDevice
from ..mapping import Description, describe
from ..mapping.corrections import (
    DEVICE_CLASS,
    ENABLED,
    INVERTED,
    NAME,
    NO_VALUE,
    STATE_CLASS,
    choices,
    correctable_fields,
    described_values,
    invalid_fields,
)

CONF_PROPERTY: Final = "property"
MAX_NAME: Final = 100
CLASS_KEYS: Final = {
    DEVICE_CLASS: "{}.name",
    STATE_CLASS: "_.state_attributes.state_class.state.{}",
}
DEVICE_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_DEVICE): DeviceSelector(
            DeviceSelectorConfig(filter=DeviceFilterSelectorConfig(integration=DOMAIN))
        )
    }
)


def change_schema(description: Description, texts: Mapping[str, str]) -> vol.Schema:
    """Return the schema of the fields that can be corrected.

    ``texts`` are the translations of Home Assistant's own names for classes.
    """
    return vol.Schema(
        {
            vol.Optional(field) if field == NAME else vol.Required(field): _selector(
                description, field, texts
            )
            for field in correctable_fields(description)
        }
    )


def _selector(description: Description, field: str, texts: Mapping[str, str]) -> Selector[Any]:
    if field == NAME:
        return TextSelector()
    if field in (ENABLED, INVERTED):
        return BooleanSelector()
    prefix = f"component.{description.platform}.entity_component."
    key = CLASS_KEYS.get(field, "{}")
    options = [
        SelectOptionDict(
            value=choice,
            label="-" if choice == NO_VALUE else texts.get(prefix + key.format(choice), choice),
        )
        for choice in choices(description, field)
    ]
    return SelectSelector(
        SelectSelectorConfig(
            options=options, mode=SelectSelectorMode.DROPDOWN, sort=field == DEVICE_CLASS
        )
    )


class CorrectionSubentryFlow(ConfigSubentryFlow):
    """Correct an entity: a device, one of its properties, then what is to be different."""

    _device: MilesightDevice
    _description: Description

    def __init__(self) -> None:
        """Initialize without changes."""
        self._changes: dict[str, Any] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a device."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            device = dr.async_get(self.hass).async_get(user_input[CONF_DEVICE])
            sn = registry.serial_number(device) if isinstance(device, dr.DeviceEntry) else None
            device = entry.runtime_data.data.get(sn or "")
            if device is not None and device.info.model is not None and self._correctable(device):
                self._device = device
                return await self.async_step_property()
            errors[CONF_DEVICE] = "foreign_device" if device is None else "no_properties"
        schema = self.add_suggested_values_to_schema(DEVICE_SCHEMA, user_input)
        return self.async_show_form(step_id="user", data_schema=schema, errors=errors)

    async def async_step_property(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for one of its properties."""
        correctable = self._correctable(self._device)
        if user_input is not None and user_input[CONF_PROPERTY] in correctable:
            self._description = correctable[user_input[CONF_PROPERTY]]
            return await self.async_step_change()
        by_use = sorted(correctable.values(), key=lambda description: description.priority)
        options = [
            SelectOptionDict(value=item.key, label=f"{self._name(item) or item.key} ({item.key})")
            for item in by_use
        ]
        selector = SelectSelector(
            SelectSelectorConfig(options=options, mode=SelectSelectorMode.DROPDOWN)
        )
        return self.async_show_form(
            step_id="property",
            data_schema=vol.Schema({vol.Required(CONF_PROPERTY): selector}),
            description_placeholders={"model": self._model},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a correction; its model must have a device with this property."""
        entry, data = self._get_entry(), self._get_reconfigure_subentry().data
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        for device in entry.runtime_data.data.values():
            described = _described(device)
            if device.info.model == data[CONF_MODEL] and data[CONF_KEY] in described:
                self._device, self._description = device, described[data[CONF_KEY]]
                return await self.async_step_change(user_input)
        return self.async_abort(reason="property_missing")

    async def async_step_change(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what is to be different; the form shows what the rules decided."""
        description = self._description
        errors: dict[str, str] = {}
        decided = described_values(description) | {NAME: self._name(description)}
        if user_input is not None:
            values = {**user_input, NAME: user_input.get(NAME, "").strip()[:MAX_NAME]}
            self._changes = {
                field: values[field]
                for field in correctable_fields(description)
                if values[field] not in (decided[field], "")
            }
            errors = invalid_fields(description, self._changes)
            if not errors and not self._changes:
                errors["base"] = "no_changes"
            if not errors:
                return await self._async_finish()
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "entity_component", {description.platform}
        )
        shown = user_input or {**decided, **self._present(description)}
        return self.async_show_form(
            step_id="change",
            data_schema=self.add_suggested_values_to_schema(
                change_schema(description, texts), shown
            ),
            errors=errors,
            description_placeholders={"model": self._model, "property": description.key},
        )

    async def async_step_report(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Offer a link to report the correction."""
        if user_input is not None:
            return self.async_create_entry(
                title=self._title,
                data={CONF_MODEL: self._model, CONF_KEY: self._description.key, **self._changes},
                unique_id=f"{self._model} {self._description.key}",
            )
        query = urlencode(
            {"template": "device.yml", "model": self._model, "property": self._description.key}
        )
        return self.async_show_form(
            step_id="report",
            data_schema=vol.Schema({}),
            description_placeholders={"model": self._model, "url": f"{ISSUES}/new?{query}"},
        )

    async def _async_finish(self) -> SubentryFlowResult:
        if self.source != SOURCE_RECONFIGURE:
            return await self.async_step_report()
        return self.async_update_and_abort(
            self._get_entry(),
            self._get_reconfigure_subentry(),
            title=self._title,
            data={CONF_MODEL: self._model, CONF_KEY: self._description.key, **self._changes},
        )

    @property
    def _model(self) -> str:
        return self._device.info.model or ""

    @property
    def _title(self) -> str:
        name = self._changes.get(NAME) or self._name(self._description) or self._description.key
        return f"{self._model}: {name}"

    def _correctable(self, device: MilesightDevice) -> dict[str, Description]:
        """Return the descriptions without a correction, as the rules decided."""
        present = corrections_of(self._get_entry()).get(device.info.model or "", {})
        described = _described(device)
        return {key: described[key] for key in described if key not in present}

    def _name(self, description: Description) -> str:
        """Return the name of an entity that is not corrected, in Home Assistant's language."""
        key = description.element(*[0] * description.path.count(ANY_INDEX)).key
        entities = er.async_get(self.hass)
        unique_id = f"{self._device.sn}_{key}"
        entity_id = entities.async_get_entity_id(description.platform, DOMAIN, unique_id)
        entity = entities.async_get(entity_id or "")
        corrected = NAME in self._present(description)
        name = None if entity is None or corrected else entity.original_name
        return name or description.name or ""

    def _present(self, description: Description) -> Mapping[str, Any]:
        """Return the changes of the present correction, if there is one."""
        of_model = corrections_of(self._get_entry()).get(self._model, {})
        return of_model.get(description.key, {})


def _described(device: MilesightDevice) -> dict[str, Description]:
    """Return what the rules decided about a device, by key."""
    return {item.key: item for item in describe(device.capabilities.specification)}
