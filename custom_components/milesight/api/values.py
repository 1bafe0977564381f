"""One value of a property: from the wire and to the wire.

How each type travels is told in the section on data types of the thing-specification page:
enumerations as the key in a string, dates as epoch seconds, local times as minutes since midnight.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time

from .decode import FIRST_MILLISECONDS, Json, number, text
from .errors import InvalidValueError
from .specification import DataType, Item

type Value = str | int | float | bool | datetime | time | None

MINUTES_OF_DAY = 24 * 60
TRUE_WORDS = frozenset({"true", "1", "on", "yes"})
FALSE_WORDS = frozenset({"false", "0", "off", "no"})


def decode(item: Item, raw: Json) -> Value:
    """Return what a reported value means, ``None`` for null.

    Numbers stay numbers, flags become bool, enumerations their *key*, dates aware datetimes and
    local times ``time``. Raises ``InvalidValueError`` for what type or range do not admit: beyond
    the range stand the numbers by which a device tells that it could not measure.
    """
    return None if raw is None else _DECODERS[item.data_type](item, raw)


def _decode_number(item: Item, raw: Json) -> Value:
    found = number(raw)
    if found is not None and _is_within(item, found):
        return found
    raise InvalidValueError("number", item.path, **_limits(item))


def _is_within(item: Item, value: float) -> bool:
    least, most = item.minimum, item.maximum
    return (least is None or value >= least) and (most is None or value <= most)


def _limits(item: Item) -> dict[str, str]:
    return {"minimum": _limit(item.minimum), "maximum": _limit(item.maximum)}


def _decode_flag(item: Item, raw: Json) -> Value:
    word = text(raw) if not isinstance(raw, bool) else str(raw)
    if word is not None and word.lower() in ("true", "1"):
        return True
    if word is not None and word.lower() in ("false", "0"):
        return False
    raise InvalidValueError("flag", item.path)


def _decode_option(item: Item, raw: Json) -> Value:
    if isinstance(raw, bool):
        spellings = (str(raw).lower(), str(int(raw)))
    elif isinstance(raw, float) and raw.is_integer():
        spellings = (str(int(raw)), str(raw))
    else:
        spellings = (text(raw) or "",) * 2
    for key in spellings:
        if key in item.mappings or (key and not item.mappings):
            return key
    raise InvalidValueError("option", item.path, options=_options(item))


def _decode_text(item: Item, raw: Json) -> Value:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (bool, int, float)):
        return str(raw)
    raise InvalidValueError("text", item.path)


def _decode_date(item: Item, raw: Json) -> Value:
    found = number(raw)
    if found is None:
        raise InvalidValueError("date", item.path)
    try:
        return datetime.fromtimestamp(found / 1000 if found >= FIRST_MILLISECONDS else found, UTC)
    except OverflowError, OSError, ValueError:
        raise InvalidValueError("date", item.path) from None


def _decode_time(item: Item, raw: Json) -> Value:
    found = number(raw)
    if found is None or not 0 <= found < MINUTES_OF_DAY:
        raise InvalidValueError("time", item.path)
    return time(*divmod(int(found), 60))


def _decode_nothing(item: Item, _: Json) -> Value:
    raise InvalidValueError("structure", item.path)


_DECODERS: dict[DataType, Callable[[Item, Json], Value]] = {
    DataType.INT: _decode_number,
    DataType.LONG: _decode_number,
    DataType.FLOAT: _decode_number,
    DataType.DOUBLE: _decode_number,
    DataType.BOOL: _decode_flag,
    DataType.ENUM: _decode_option,
    DataType.STRING: _decode_text,
    DataType.FILE: _decode_text,
    DataType.IMAGE: _decode_text,
    DataType.DATE: _decode_date,
    DataType.LOCAL_TIME: _decode_time,
    DataType.STRUCT: _decode_nothing,
    DataType.ARRAY: _decode_nothing,
    DataType.UNKNOWN: _decode_nothing,
}


def encode(item: Item, value: object, like: Json = None) -> Json:
    """Return how a value travels to the device.

    Enumerations are accepted by key or label, numbers and flags also as words, dates as datetimes
    or epoch seconds and local times as ``time``, ``HH:MM`` or minutes. ``like`` is the value last
    reported: models that report numbers for keys are answered in numbers, those that report the
    minutes of a local time in a string in a string. Raises ``InvalidValueError`` that names what is
    allowed.
    """
    raw = _ENCODERS[item.data_type](item, value)
    if isinstance(raw, str) and raw.isdecimal() and _is_number(like):
        return int(raw)
    if isinstance(raw, bool) and _is_number(like):
        return int(raw)
    if item.data_type is DataType.LOCAL_TIME and isinstance(like, str):
        return str(raw)
    return raw


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _encode_number(item: Item, value: object) -> Json:
    found = number(value)
    whole = item.data_type.is_whole or (item.fraction_digits == 0)
    if found is None or (whole and found != int(found)) or not _is_within(item, found):
        raise InvalidValueError("number", item.path, **_limits(item))
    if whole:
        return int(found)
    return round(found, item.fraction_digits) if item.fraction_digits is not None else found


def _limit(limit: float | None) -> str:
    return "…" if limit is None else f"{limit:g}"


def _encode_flag(item: Item, value: object) -> Json:
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, (str, int)) else ""
    for key, label in item.mappings.items():
        if word == label.lower():
            word = key.lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise InvalidValueError("flag", item.path)


def _encode_option(item: Item, value: object) -> Json:
    word = str(value).lower() if isinstance(value, bool) else text(value)
    if word is not None and word in item.mappings:
        return word
    for key, label in item.mappings.items():
        if word is not None and label.lower() == word.lower():
            return key
    raise InvalidValueError("option", item.path, options=_options(item))


def _options(item: Item) -> str:
    return ", ".join(f"{key} ({label})" for key, label in item.mappings.items())


def _encode_text(item: Item, value: object) -> Json:
    if (
        not isinstance(value, str)
        or (item.min_size is not None and len(value) < item.min_size)
        or (item.max_size is not None and len(value) > item.max_size)
    ):
        raise InvalidValueError(
            "text", item.path, minimum=_limit(item.min_size), maximum=_limit(item.max_size)
        )
    return value


def _encode_date(item: Item, value: object) -> Json:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = number(value)
    if isinstance(value, datetime):
        return int(value.timestamp())
    found = number(value)
    if found is None or found < 0:
        raise InvalidValueError("date", item.path)
    return int(found)


def _encode_time(item: Item, value: object) -> Json:
    if isinstance(value, str) and ":" in value:
        try:
            value = time.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    found = number(value)
    if found is None or not 0 <= found < MINUTES_OF_DAY:
        raise InvalidValueError("time", item.path)
    return int(found)


def _encode_nothing(item: Item, _: object) -> Json:
    raise InvalidValueError("structure", item.path)


_ENCODERS: dict[DataType, Callable[[Item, object], Json]] = {
    DataType.INT: _encode_number,
    DataType.LONG: _encode_number,
    DataType.FLOAT: _encode_number,
    DataType.DOUBLE: _encode_number,
    DataType.BOOL: _encode_flag,
    DataType.ENUM: _encode_option,
    DataType.STRING: _encode_text,
    DataType.FILE: _encode_text,
    DataType.IMAGE: _encode_text,
    DataType.DATE: _encode_date,
    DataType.LOCAL_TIME: _encode_time,
    DataType.STRUCT: _encode_nothing,
    DataType.ARRAY: _encode_nothing,
    DataType.UNKNOWN: _encode_nothing,
}
