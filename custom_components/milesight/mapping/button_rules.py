"""What a command is to the owner of a device: the buttons, graded.

The first rule whose words fit decides; what no rule names is for experts.
"""

from dataclasses import dataclass

from homeassistant.components.button import ButtonDeviceClass
from homeassistant.const import EntityCategory

from .descriptions import Priority
from .tokens import PathTokens, pattern

CONFIG, DIAGNOSTIC = EntityCategory.CONFIG, EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class ButtonRule:
    """A rule: words, and what becomes of the button."""

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
    """Return what a command is to the owner of a device."""
    return next(
        (rule for rule in BUTTON_RULES if pattern(rule.words).matches(tokens)),
        ButtonRule("-", Priority.RARE),
    )
