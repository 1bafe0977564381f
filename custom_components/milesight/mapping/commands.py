"""What a command is to the owner of a device: the buttons, graded.

The first rule whose words fit decides; what no rule names is for experts.
"""

from dataclasses import dataclass

from homeassistant.components.button import ButtonDeviceClass
from homeassistant.const import EntityCategory

from .description import Grade
from .words import Words, pattern

CONFIG, DIAGNOSTIC = EntityCategory.CONFIG, EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, slots=True)
class Command:
    """A rule: words, and what becomes of the button."""

    words: str
    grade: Grade
    category: EntityCategory | None = CONFIG
    device_class: ButtonDeviceClass | None = None


COMMANDS: tuple[Command, ...] = (
    Command("=reboot|restart device", Grade.SECONDARY, CONFIG, ButtonDeviceClass.RESTART),
    Command("=reboot|restart", Grade.SECONDARY, CONFIG, ButtonDeviceClass.RESTART),
    Command(
        "clear|reset|delete|rejoin|reconnect|calibration|factory|format|wipe|erase|remove"
        "|history|historical|zero|transmit|upgrade|pair|unpair",
        Grade.RARE,
    ),
    Command(
        "=identify|locate|find|beep device", Grade.SECONDARY, CONFIG, ButtonDeviceClass.IDENTIFY
    ),
    Command("=identify|locate|find|beep", Grade.SECONDARY, CONFIG, ButtonDeviceClass.IDENTIFY),
    Command("stop|mute|silence|cancel|dismiss|release buzzer|alarm|siren", Grade.SECONDARY, None),
    Command("=query|refresh|report device status", Grade.SECONDARY, DIAGNOSTIC),
    Command("=query|refresh|report status|device|all|display", Grade.SECONDARY, DIAGNOSTIC),
)


def command_of(words: Words) -> Command:
    """Return what a command is to the owner of a device."""
    return next(
        (rule for rule in COMMANDS if pattern(rule.words).matches(words)),
        Command("-", Grade.RARE),
    )
