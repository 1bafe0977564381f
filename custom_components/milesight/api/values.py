"""One value of a property: from the wire and to the wire.

How each type travels is told in the section on data types of the thing-specification page:
enumerations as the key in a string, dates as epoch seconds, local times as minutes since midnight.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time

from .decode import FIRST_MILLISECONDS, LARGEST_INTEGER, Json, integer, number, text
from .errors import InvalidValueError
from .specification import DataType, Item

type Value = str | int | float | bool | datetime | time | None

MINUTES_OF_DAY = 24 * 60
FLAGS = {"true": True, "1": True, "false": False, "0": False}
FLAG_WORDS = {"on": True, "yes": True, "off": False, "no": False}


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
    flag = _flag(item, word or "")
    if flag is None:
        raise InvalidValueError("flag", item.path)
    return flag


def _flag(item: Item, word: str) -> bool | None:
    """Return the flag that a key or a label stands for."""
    key = word.lower()
    if key not in FLAGS:
        key = (_key(item, word) or "").lower()
    return FLAGS.get(key)


def _key(item: Item, word: str) -> str | None:
    """Return the key that a word stands for: itself, else the one with that label in any case.

    A label that several keys share stands for none of them.
    """
    if word in item.mappings:
        return word
    found = [key for key, label in item.mappings.items() if label.lower() == word.lower()]
    return found[0] if len(found) == 1 else None


def _decode_option(item: Item, raw: Json) -> Value:
    if isinstance(raw, bool):
        spellings = (str(raw).lower(), str(int(raw)))
    elif isinstance(raw, float) and raw.is_integer():
        spellings = (str(int(raw)), str(raw))
    else:
        spellings = (text(raw) or "",) * 2
    for word in spellings:
        key = _key(item, word) if item.mappings else word
        if key:
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
    match item.data_type:
        case DataType.ENUM if _is_number(like):
            found = integer(raw)
            return found if str(found) == raw else raw
        case DataType.BOOL if _is_number(like):
            return int(raw is True)
        case DataType.LOCAL_TIME if isinstance(like, str):
            return str(raw)
    return raw


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _encode_number(item: Item, value: object) -> Json:
    found = number(value)
    if found is None and isinstance(value, str):
        found = number(_key(item, value))
    whole = item.data_type.is_whole or (item.fraction_digits == 0)
    if (
        found is None
        or (whole and (found != int(found) or integer(found) is None))
        or not _is_within(item, found)
    ):
        raise InvalidValueError("number", item.path, **_limits(item))
    if whole:
        return int(found)
    if abs(found) >= LARGEST_INTEGER:
        return float(found)
    return round(found, item.fraction_digits) if item.fraction_digits is not None else found


def _limit(limit: float | None) -> str:
    return "…" if limit is None else f"{limit:g}"


def _encode_flag(item: Item, value: object) -> Json:
    if isinstance(value, bool):
        return value
    word = text(value) or ""
    flag = _flag(item, word)
    if flag is None:
        flag = FLAG_WORDS.get(word.lower())
    if flag is None:
        raise InvalidValueError("flag", item.path)
    return flag


def _encode_option(item: Item, value: object) -> Json:
    word = str(value).lower() if isinstance(value, bool) else text(value)
    key = _key(item, word or "")
    if key is None:
        raise InvalidValueError("option", item.path, options=_options(item))
    return key


def _options(item: Item) -> str:
    return ", ".join(f"{key} ({label})" for key, label in item.mappings.items())


def _encode_text(item: Item, value: object) -> Json:
    if (
        not isinstance(value, str)
        or (item.min_size is not None and len(value) < item.min_size)
        or (item.max_size is not None and len(value) > item.max_size)
        or not _is_unicode(value)
    ):
        raise InvalidValueError(
            "text", item.path, minimum=_limit(item.min_size), maximum=_limit(item.max_size)
        )
    return value


def _is_unicode(value: str) -> bool:
    """Return whether a text has no halves of surrogate pairs, which JSON cannot hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _encode_date(item: Item, value: object) -> Json:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = number(value)
    if isinstance(value, datetime):
        try:
            return int(value.timestamp())
        except OverflowError, ValueError:
            value = None
    found = integer(value)
    if found is None or found < 0:
        raise InvalidValueError("date", item.path)
    return found


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
