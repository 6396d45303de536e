"""How dates and points in time are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..faults import ConfigError
from ..template.scalar import canonical
from .gap import INVALID
from .types.scalars import Reader, integers

_DIGITS: Final = {
    "Y": "year",
    "y": "short",
    "m": "month",
    "d": "day",
    "H": "hour",
    "M": "minute",
    "S": "second",
}

_ZONE: Final = "(?P<zone>Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"

_OTHER: Final = {
    "b": "(?P<name>[A-Za-z]{3})",
    "f": "(?P<fraction>[0-9]{1,9})",
    "z": _ZONE,
    "%": "%",
}

_NAMES: Final = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905 (shorter to read)
}

_ISO: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})[T ]"
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9})[0-9]*)?)?"
    rf"{_ZONE}?"
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = -62_135_596_800
_LAST: Final = 253_402_300_799
"""The years 1 to 9999: all that a protobuf Timestamp may say."""


TWO_DIGITS: Final = 1969
"""The first of the hundred years that ``%y`` means, as strptime has it: 69 is 1969, 68 is 2068."""


def dates(form: str | Sequence[str] | None, pivot: int = TWO_DIGITS) -> Reader:
    """
    Read calendar dates by a strptime format, or by the first of several that fits.

    ISO 8601 where there is none. A format without a day, or without month and
    day, gives a date without them, as google.type.Date has it: no day is made up.
    """
    if form is None or isinstance(form, str):
        return _dates(form, pivot)
    if not form:
        raise ConfigError("names no format", ("format",))
    readers = tuple(_dates(each, pivot) for each in form)

    def read(raw: object) -> object:
        for reader in readers:
            value = reader(raw)
            if value is not INVALID:
                return value
        return INVALID

    return read


def _dates(form: str | None, pivot: int) -> Reader:
    pattern = _compile("%Y-%m-%d" if form is None or form == "iso" else form)

    def read(raw: object) -> object:
        found = pattern.fullmatch(canonical(raw) or "")
        if found is None:
            return INVALID
        parts = found.groupdict()
        year, month, day = _year(parts, pivot), _month(parts), int(parts.get("day") or 0)
        try:
            date(year, 1 if month is None else month, day if "day" in parts else 1)
        except ValueError:
            return INVALID
        return {"year": year, "month": month or 0, "day": day}

    return read


def timestamps(form: str | None, zone: str | None) -> Reader:
    """Read points in time: ISO 8601, a strptime format, ``unix`` or ``unix_ms``."""
    if form in ("unix", "unix_ms"):
        return _unix(1000 if form == "unix_ms" else 1)
    pattern = _ISO if form in (None, "iso") else _compile(re.sub("Z$", "%z", form or ""))
    default = None if zone is None else _zone(zone)
    if default is None and "zone" not in pattern.groupindex:
        raise ConfigError("the format tells no zone: say which with `timezone:`", ("timezone",))

    def read(raw: object) -> object:
        found = pattern.fullmatch(canonical(raw) or "")
        return INVALID if found is None else _point(found.groupdict(), default)

    return read


def _unix(scale: int) -> Reader:
    whole = integers(_FIRST * scale, _LAST * scale)

    def read(raw: object) -> object:
        number = whole(raw)
        if not isinstance(number, int):
            return number
        seconds, rest = divmod(number, scale)
        return {"seconds": seconds, "nanos": rest * (10**9 // scale)}

    return read


def _point(parts: dict[str, str | None], default: tzinfo | None) -> object:
    zone = _offset(parts.get("zone")) or default
    if zone is None:
        return INVALID
    year, month, day = _year(parts, TWO_DIGITS), _month(parts), int(parts.get("day") or 1)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    try:
        moment = datetime(
            year, 1 if month is None else month, day, hour, minute, second, tzinfo=zone
        )
        seconds = (moment - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError):
        return INVALID
    nanos = int((parts.get("fraction") or "").ljust(9, "0"))
    return {"seconds": seconds, "nanos": nanos} if _FIRST <= seconds <= _LAST else INVALID


def _year(parts: dict[str, str | None], pivot: int) -> int:
    short = parts.get("short")
    if short is None:
        return int(parts["year"] or 0)
    return pivot + (int(short) - pivot) % 100


def _month(parts: dict[str, str | None]) -> int | None:
    name = parts.get("name")
    if name is not None:
        return _NAMES.get(name.lower(), 0)
    text = parts.get("month")
    return None if text is None else int(text)


def _offset(text: str | None) -> tzinfo | None:
    if text is None or text == "Z":
        return None if text is None else UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"no time zone is called `{name}`", ("timezone",)) from error


def _compile(form: str) -> re.Pattern[str]:
    """
    Compile a format to a pattern: strptime is ten times slower, and guesses.

    A number beside another number has all its digits; one that stands alone
    may lack its leading zero.
    """
    parts = ["", *re.findall("%.|[^%]+|%$", form), ""]
    written = [
        _part(part, alone=not (before.startswith("%") or after.startswith("%")))
        for before, part, after in zip(parts, parts[1:], parts[2:], strict=False)
    ]
    try:
        pattern = re.compile("".join(written))
    except re.error as error:
        raise ConfigError("the format says one thing twice", ("format",)) from error
    named = pattern.groupindex
    if ("year" in named) is ("short" in named) or (
        "day" in named and not {"month", "name"} & set(named)
    ):
        raise ConfigError("the format leaves the year or the month open", ("format",))
    return pattern


def _part(part: str, *, alone: bool) -> str:
    if not part.startswith("%"):
        return re.escape(part)
    if name := _DIGITS.get(part[1:]):
        width = "4" if name == "year" else "1,2" if alone and name != "short" else "2"
        return f"(?P<{name}>[0-9]{{{width}}})"
    if known := _OTHER.get(part[1:]):
        return known
    raise ConfigError(
        f"a format knows %Y %y %m %d %b %H %M %S %f %z and %%, not `{part}`", ("format",)
    )
