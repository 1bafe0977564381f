"""What can be written: the device's own purpose, a setting that many want, or one for experts.

The first rule whose words and platform fit decides. What no rule names is a rare setting.
"""

from dataclasses import dataclass

from homeassistant.const import EntityCategory, Platform

from .description import Grade
from .words import Words, pattern

PRIMARY, SECONDARY, RARE = Grade.PRIMARY, Grade.SECONDARY, Grade.RARE
CONFIG = EntityCategory.CONFIG

SWITCH = frozenset({Platform.SWITCH})
NUMBER = frozenset({Platform.NUMBER})
SELECT = frozenset({Platform.SELECT})

# Words that make a setting of whatever they are said of.
CONFIGURING = (
    "enable|config|configuration|setting|interval|threshold|calibration|mode|indicator|led"
    "|lock|alarm|time|timer|delay|duration|change|report|type|schedule|plan|rule|protection|invert"
    "|inverse|screen|display|task|restore|memory|filter|d2d|history|visible|template|range"
    "|resolution|tolerance|limit|min|max|deadband|hysteresis|unit|condition|parameter|pair|reset"
    "|source|counter|pulse|width|reserved|command|cmd|subcmd|id|auto|response|collection|trigger"
)

PURPOSE = (
    "relay|socket|switch|outlet|plug|valve|light|lamp|output|dout|do|siren|pump|button|gpio|channel"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule: words and platforms, and what becomes of the entity."""

    words: str
    grade: Grade
    category: EntityCategory | None = CONFIG
    platforms: frozenset[Platform] | None = None


SETTINGS: tuple[Setting, ...] = (
    # What the device is for.
    Setting(f"{PURPOSE} -{CONFIGURING}|not", PRIMARY, None, SWITCH),
    Setting(
        f"power|status|system -{CONFIGURING}|device|control|consumption",
        PRIMARY,
        None,
        SWITCH,
    ),
    Setting(f"temperature|humidity target|set -{CONFIGURING}", PRIMARY, None, NUMBER),
    Setting(
        f"valve|opening|position|brightness|dimmer|speed|volume -{CONFIGURING}|stroke",
        PRIMARY,
        None,
        NUMBER,
    ),
    Setting(f"valve|curtain|shutter|relay|socket -{CONFIGURING}", PRIMARY, None, SELECT),
    # Dangerous, secret, or of the radio: for those who know what they do.
    Setting("=modbus channel", PRIMARY, None, NUMBER),
    Setting(
        "d2d|key|password|lorawan|lora|adr|modbus|oem|reserved|command|cmd|subcmd|multicast"
        "|rejoin|ble|id|schedule|plan|rule|calibration|dst|daylight|history|retransmission"
        "|retrieval|resend|storage|task|unlock|template",
        RARE,
    ),
    # What many owners set.
    Setting("=report interval", SECONDARY),
    Setting("led|indicator mode|enable|indicator|status -sleep|night", SECONDARY),
    Setting("=buzzer enable|status|buzzer", SECONDARY),
    Setting("child|button|key lock enable|lock", SECONDARY, CONFIG, SWITCH),
    Setting("overcurrent|over protection", SECONDARY, CONFIG, SWITCH),
    Setting("power switch|restore|recovery|restored mode|status", SECONDARY),
    Setting("=screen display enable|display", SECONDARY),
    Setting("window detection enable", SECONDARY, CONFIG, SWITCH),
    Setting("freeze|frost protection enable", SECONDARY, CONFIG, SWITCH),
    Setting("=temperature|humidity server|external", SECONDARY),
)


def setting_of(words: Words, platform: Platform) -> Setting:
    """Return what a writable property is to its owner."""
    return next(
        (
            rule
            for rule in SETTINGS
            if (rule.platforms is None or platform in rule.platforms)
            and pattern(rule.words).matches(words)
        ),
        Setting("-", RARE),
    )
