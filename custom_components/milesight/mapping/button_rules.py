"""Rules for buttons: priority, category and device class of a service without inputs.

The first rule that matches decides; a service without a rule is rare.
"""

from dataclasses import dataclass

from homeassistant.components.button import ButtonDeviceClass
from homeassistant.const import EntityCategory

from .descriptions import Priority
from .tokens import PathTokens, pattern

CONFIG, DIAGNOSTIC = EntityCategory.CONFIG, EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class ButtonRule:
    """A rule: words of a service, and the properties of its button."""

    words: str
    priority: Priority
    category: EntityCategory | None = CONFIG
    device_class: ButtonDeviceClass | None = None


BUTTON_RULES: tuple[ButtonRule, ...] = (
    ButtonRule("=reboot|restart device", Priority.SECONDARY, CONFIG, ButtonDeviceClass.RESTART),
    ButtonRule("=reboot|restart", Priority.SECONDARY, CONFIG, ButtonDeviceClass.RESTART),
    ButtonRule(
        "clear|reset|delete|rejoin|reconnect|calibration|factory|format|wipe|erase|remove"
        "|history|historical|zero|transmit|upgrade|pair|unpair",
        Priority.RARE,
    ),
    ButtonRule(
        "=identify|locate|find|beep device", Priority.SECONDARY, CONFIG, ButtonDeviceClass.IDENTIFY
    ),
    ButtonRule(
        "=identify|locate|find|beep", Priority.SECONDARY, CONFIG, ButtonDeviceClass.IDENTIFY
    ),
    ButtonRule(
        "stop|mute|silence|cancel|dismiss|release buzzer|alarm|siren", Priority.SECONDARY, None
    ),
    ButtonRule("=query|refresh|report device status", Priority.SECONDARY, DIAGNOSTIC),
    ButtonRule("=query|refresh|report status|device|all|display", Priority.SECONDARY, DIAGNOSTIC),
)


def button_rule(tokens: PathTokens) -> ButtonRule:
    """Return the first rule that matches the words of a service."""
    return next(
        (rule for rule in BUTTON_RULES if pattern(rule.words).matches(tokens)),
        ButtonRule("-", Priority.RARE),
    )
