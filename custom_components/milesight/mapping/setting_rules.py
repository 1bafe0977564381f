"""Rules for writable properties: the purpose of a device, a common setting, or a rare one.

The first rule that matches words and platform decides; a property without a rule is rare.
"""

from dataclasses import dataclass

from homeassistant.const import EntityCategory, Platform

from .descriptions import Priority
from .tokens import PathTokens, pattern

PRIMARY, SECONDARY, RARE = Priority.PRIMARY, Priority.SECONDARY, Priority.RARE
CONFIG = EntityCategory.CONFIG

SWITCH = frozenset({Platform.SWITCH})
NUMBER = frozenset({Platform.NUMBER})
SELECT = frozenset({Platform.SELECT})

# Words that make a setting of any property.
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
class SettingRule:
    """A rule: words and platforms, and what becomes of the entity."""

    words: str
    priority: Priority
    category: EntityCategory | None = CONFIG
    platforms: frozenset[Platform] | None = None


SETTING_RULES: tuple[SettingRule, ...] = (
    # What the device is for.
    SettingRule(f"{PURPOSE} -{CONFIGURING}|not|modbus|register", PRIMARY, None, SWITCH),
    SettingRule(
        f"power|status|system -{CONFIGURING}|device|control|consumption",
        PRIMARY,
        None,
        SWITCH,
    ),
    SettingRule(f"temperature|humidity target|set -{CONFIGURING}", PRIMARY, None, NUMBER),
    SettingRule(
        f"valve|opening|position|brightness|dimmer|speed|volume -{CONFIGURING}|stroke",
        PRIMARY,
        None,
        NUMBER,
    ),
    SettingRule(f"valve|curtain|shutter|relay|socket -{CONFIGURING}", PRIMARY, None, SELECT),
    # Dangerous, secret, or of the radio: for experts.
    SettingRule("lora report interval -alarm|unit", SECONDARY, CONFIG, NUMBER),
    SettingRule(
        "d2d|key|password|lorawan|lora|adr|modbus|oem|reserved|command|cmd|subcmd|multicast"
        "|rejoin|ble|id|schedule|plan|rule|calibration|dst|daylight|history|retransmission"
        "|retrieval|resend|storage|task|unlock|template",
        RARE,
    ),
    # What many owners set.
    SettingRule("report interval -alarm|vacancy|event|change|type", SECONDARY, CONFIG, NUMBER),
    SettingRule("led|indicator mode|enable|indicator|status -sleep|night", SECONDARY),
    SettingRule("=buzzer enable|status|buzzer", SECONDARY),
    SettingRule("child|button lock enable|lock", SECONDARY, CONFIG, SWITCH),
    SettingRule("overcurrent|over protection", SECONDARY, CONFIG, SWITCH),
    SettingRule("power switch|restore|recovery|restored mode|status", SECONDARY),
    SettingRule("=screen display enable|display", SECONDARY),
    SettingRule("window detection enable", SECONDARY, CONFIG, SWITCH),
    SettingRule("freeze|frost protection enable", SECONDARY, CONFIG, SWITCH),
    SettingRule("=temperature|humidity server|external", SECONDARY),
)


def setting_of(tokens: PathTokens, platform: Platform) -> SettingRule:
    """Return what a writable property is to its owner."""
    return next(
        (
            rule
            for rule in SETTING_RULES
            if (rule.platforms is None or platform in rule.platforms)
            and pattern(rule.words).matches(tokens)
        ),
        SettingRule("-", RARE),
    )
