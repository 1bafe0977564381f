"""Conversion of single values from and to the form that the platform uses.

The data types are described on the thing-specification page: enumerations are keys in strings,
dates epoch seconds, local times minutes since midnight.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Final, NoReturn

from .exceptions import InvalidReason, InvalidValueError
from .parsing import MAX_INTEGER, MIN_MILLISECONDS, Json, as_integer, as_number, as_text
from .specification import DataType, Item

type Value = str | int | float | bool | datetime | time | None

MINUTES_OF_DAY: Final = 24 * 60
FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
FLAG_WORDS: Final = {"on": True, "yes": True, "off": False, "no": False}


def decode(item: Item, raw: Json) -> Value:
    """Return the Python value of a reported value, ``None`` for null.

    Flags become bool, enumerations their *key*, dates aware datetimes and local times ``time``. A
    label stands for its key. Raises ``InvalidValueError`` for a value of another type or out of
    range: devices report numbers out of range when they cannot measure.
    """
    return None if raw is None else _DECODERS[item.data_type](item, raw)


def encode(item: Item, value: object, reported: Json = None) -> Json:
    """Return the form in which a value is sent.

    Enumerations are accepted by key or label, numbers and flags also as text, dates as datetime or
    epoch seconds and local times as ``time``, ``HH:MM`` or minutes. ``reported`` is the last value
    that the device reported: a key is sent as a number, and the minutes of a local time as text,
    where the device reports them so. Without one, keys are sent as ``numeric_keys`` of the item
    says. Raises ``InvalidValueError``.
    """
    raw = _ENCODERS[item.data_type](item, value)
    match item.data_type:
        case DataType.ENUM if _is_number(reported) or (reported is None and item.numeric_keys):
            number = as_integer(raw)
            return number if str(number) == raw else raw
        case DataType.BOOL if _is_number(reported):
            return int(raw is True)
        case DataType.LOCAL_TIME if isinstance(reported, str):
            return str(raw)
    return raw


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# Keys and labels


def _find_key(item: Item, word: str) -> str | None:
    """Return the key that a word stands for: itself, else the one with that label in any case.

    A label that several keys share stands for none of them.
    """
    if word in item.mappings:
        return word
    keys = [key for key, label in item.mappings.items() if label.lower() == word.lower()]
    return keys[0] if len(keys) == 1 else None


def _find_flag(item: Item, word: str) -> bool | None:
    """Return the flag that a key or label stands for."""
    key = word.lower()
    if key not in FLAGS:
        key = (_find_key(item, word) or "").lower()
    return FLAGS.get(key)


def _options(item: Item) -> str:
    return ", ".join(f"{key} ({label})" for key, label in item.mappings.items())


# Numbers


def _decode_number(item: Item, raw: Json) -> Value:
    number = as_number(raw)
    if number is None or not _is_within(item, number):
        raise InvalidValueError(InvalidReason.NUMBER, item.path, **_limits(item))
    return number


def _encode_number(item: Item, value: object) -> Json:
    number = as_number(value)
    if number is None and isinstance(value, str):
        number = as_number(_find_key(item, value))
    whole = item.data_type.is_whole or item.fraction_digits == 0
    if (
        number is None
        or not _is_within(item, number)
        or (whole and (number != int(number) or as_integer(number) is None))
    ):
        raise InvalidValueError(InvalidReason.NUMBER, item.path, **_limits(item))
    if whole:
        return int(number)
    if abs(number) >= MAX_INTEGER:
        return float(number)
    return round(number, item.fraction_digits) if item.fraction_digits is not None else number


def _is_within(item: Item, number: float) -> bool:
    minimum, maximum = item.minimum, item.maximum
    return (minimum is None or number >= minimum) and (maximum is None or number <= maximum)


def _limits(item: Item) -> dict[str, str]:
    return {"minimum": _limit(item.minimum), "maximum": _limit(item.maximum)}


def _limit(limit: float | None) -> str:
    return "…" if limit is None else f"{limit:g}"


# Flags and enumerations


def _decode_flag(item: Item, raw: Json) -> Value:
    word = str(raw) if isinstance(raw, bool) else as_text(raw)
    flag = _find_flag(item, word or "")
    if flag is None:
        raise InvalidValueError(InvalidReason.FLAG, item.path)
    return flag


def _encode_flag(item: Item, value: object) -> Json:
    if isinstance(value, bool):
        return value
    word = as_text(value) or ""
    flag = _find_flag(item, word)
    if flag is None:
        flag = FLAG_WORDS.get(word.lower())
    if flag is None:
        raise InvalidValueError(InvalidReason.FLAG, item.path)
    return flag


def _decode_option(item: Item, raw: Json) -> Value:
    spellings: tuple[str, ...]
    if isinstance(raw, bool):
        spellings = (str(raw).lower(), str(int(raw)))
    elif isinstance(raw, float) and raw.is_integer():
        spellings = (str(int(raw)), str(raw))
    else:
        spellings = (as_text(raw) or "",)
    for word in spellings:
        key = _find_key(item, word) if item.mappings else word
        if key:
            return key
    raise InvalidValueError(InvalidReason.OPTION, item.path, options=_options(item))


def _encode_option(item: Item, value: object) -> Json:
    word = str(value).lower() if isinstance(value, bool) else as_text(value)
    key = _find_key(item, word or "")
    if key is None:
        raise InvalidValueError(InvalidReason.OPTION, item.path, options=_options(item))
    return key


# Texts


def _decode_text(item: Item, raw: Json) -> Value:
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (bool, int, float)):
        return str(raw)
    raise InvalidValueError(InvalidReason.TEXT, item.path)


def _encode_text(item: Item, value: object) -> Json:
    if (
        not isinstance(value, str)
        or (item.min_size is not None and len(value) < item.min_size)
        or (item.max_size is not None and len(value) > item.max_size)
        or not _is_unicode(value)
    ):
        limits = {"minimum": _limit(item.min_size), "maximum": _limit(item.max_size)}
        raise InvalidValueError(InvalidReason.TEXT, item.path, **limits)
    return value


def _is_unicode(text: str) -> bool:
    """Return whether a text can be sent as JSON: it has no halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# Dates and times


def _decode_date(item: Item, raw: Json) -> Value:
    number = as_number(raw)
    if number is None:
        raise InvalidValueError(InvalidReason.DATE, item.path)
    try:
        return datetime.fromtimestamp(number / 1000 if number >= MIN_MILLISECONDS else number, UTC)
    except OverflowError, OSError, ValueError:
        raise InvalidValueError(InvalidReason.DATE, item.path) from None


def _encode_date(item: Item, value: object) -> Json:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = as_number(value)
    if isinstance(value, datetime):
        try:
            return int(value.timestamp())
        except OverflowError, ValueError:
            value = None
    seconds = as_integer(value)
    if seconds is None or seconds < 0:
        raise InvalidValueError(InvalidReason.DATE, item.path)
    return seconds


def _decode_time(item: Item, raw: Json) -> Value:
    minutes = as_number(raw)
    if minutes is None or not 0 <= minutes < MINUTES_OF_DAY:
        raise InvalidValueError(InvalidReason.TIME, item.path)
    return time(*divmod(int(minutes), 60))


def _encode_time(item: Item, value: object) -> Json:
    if isinstance(value, str) and ":" in value:
        try:
            value = time.fromisoformat(value)
        except ValueError:
            value = None
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    minutes = as_number(value)
    if minutes is None or not 0 <= minutes < MINUTES_OF_DAY:
        raise InvalidValueError(InvalidReason.TIME, item.path)
    return int(minutes)


def _refuse(item: Item, _: object) -> NoReturn:
    raise InvalidValueError(InvalidReason.STRUCTURE, item.path)


_DECODERS: Final[dict[DataType, Callable[[Item, Json], Value]]] = {
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
    DataType.STRUCT: _refuse,
    DataType.ARRAY: _refuse,
    DataType.UNKNOWN: _refuse,
}

_ENCODERS: Final[dict[DataType, Callable[[Item, object], Json]]] = {
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
    DataType.STRUCT: _refuse,
    DataType.ARRAY: _refuse,
    DataType.UNKNOWN: _refuse,
}
