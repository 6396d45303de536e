"""The closed list of converters: what each takes, and what it gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from .bytewise import Bytewise
from .dates import date_writer
from .scalar import canonical, is_plain

_INTEGER = re.compile(r"[+-]?[0-9]{1,400}")
_TWO_DIGIT_CODES = frozenset(
    str(code)
    for code in (
        *(20, 27, 36, 39, 40, 41, 81, 82, 84, 86, 98),
        *range(30, 35),
        *range(43, 50),
        *range(51, 59),
        *range(60, 67),
        *range(90, 96),
    )
)
"""The country codes (ITU-T E.164) of two digits; 1 and 7 have one, all others three."""


@dataclass(frozen=True, slots=True)
class Converter:
    """
    One named function of the language.

    The bound function raises `ValueError` for a value that it can not write;
    binding does so for arguments that make no sense.
    """

    accepts: tuple[type, ...]
    returns: type
    bind: Callable[..., Callable[[Any], object]]
    takes: tuple[type, ...] = ()
    """Types of its arguments; `Mapping` is a table."""


def takes(accepted: tuple[type, ...], kind: type) -> bool:
    """Tell whether a type is among others. A truth value is an int to Python, not to a bureau."""
    return kind in accepted if kind is bool else issubclass(kind, accepted)


@cache
def converters(zone: tzinfo, charset: str = "utf-8") -> Mapping[str, Converter]:
    """List all; those that write dates do so in `zone`, those that see bytes in `charset`."""
    dates = Converter((date,), str, lambda pattern: date_writer(zone, pattern), (str,))
    return {**_CONVERTERS, **_bytewise(Bytewise(charset)), "date": dates}


def _bytewise(of: Bytewise) -> Mapping[str, Converter]:
    return {
        "length": _plain(_OCTETS, int, of.length),
        "zero_pad": Converter(_TEXT, str, of.zero_pad, (int,)),
        "pad_right": Converter(_TEXT, str, of.pad_right, (int,)),
        "tlv": Converter(_TEXT, str, of.tlv, (str,)),
        "md5": _plain(_OCTETS, str, of.md5),
        "sha256": _plain(_OCTETS, str, of.sha256),
        "sm3": _plain(_OCTETS, str, of.sm3),
        "hmac_sha256": Converter(_OCTETS, str, of.hmac_sha256, (str,)),
        "base64": _plain(_OCTETS, str, of.base64),
        "hex": _plain(_OCTETS, str, of.hex),
    }


def _plain(
    accepts: tuple[type, ...], returns: type, function: Callable[[Any], object]
) -> Converter:
    return Converter(accepts, returns, lambda: function)


def _written(value: object) -> str:
    text = canonical(value)
    if text is None:
        raise ValueError("no canonical text")
    return text


def _integer(value: str | int | Decimal) -> int:
    if isinstance(value, str) and not _INTEGER.fullmatch(value):
        raise ValueError("not an integer")
    if isinstance(value, Decimal) and (not is_plain(value) or value != value.to_integral_value()):
        raise ValueError("not whole")
    return int(value)


def _first(count: int) -> Callable[[str], str]:
    if count < 1:
        raise ValueError("first(n) takes at least one character")
    return lambda text: text[:count]


def _last(count: int) -> Callable[[str], str]:
    if count < 1:
        raise ValueError("last(n) takes at least one character")
    return lambda text: text[-count:]


def _mask(first: int, last: int) -> Callable[[str], str]:
    """Star all but the ends; what is no longer than those two is starred as a whole."""
    if first < 0 or last < 0:
        raise ValueError("mask(first, last) takes two counts")

    def mask(text: str) -> str:
        hidden = len(text) - first - last
        if hidden <= 0:
            return "*" * len(text)
        return text[:first] + "*" * hidden + text[len(text) - last :]

    return mask


def _lookup(table: Mapping[str, str]) -> Callable[[str | int | bool], str]:
    def look_up(value: str | int | bool) -> str:  # noqa: FBT001 (a truth value is a key here)
        found = table.get(_written(value))
        if found is None:
            raise ValueError("not in the table")
        return found

    return look_up


def _national(text: str) -> str:
    """Strip the country code of a number that has one (``+8613...``, ``0086...``)."""
    international = text.removeprefix("+").removeprefix("00" if text.startswith("00") else "")
    if international != text:
        text = international[_country_code_length(international) :]
    if not (text.isascii() and text.isdigit()):
        raise ValueError("not a telephone number")
    return text


def _country_code_length(number: str) -> int:
    if number[:1] in {"1", "7"}:
        return 1
    return 2 if number[:2] in _TWO_DIGIT_CODES else 3


def _unix_ms(moment: datetime) -> int:
    """Count in whole numbers: a float has no exact milliseconds."""
    elapsed = moment - datetime(1970, 1, 1, tzinfo=UTC) if moment.tzinfo else None
    if elapsed is None:
        raise ValueError("a moment without a zone")
    return (elapsed.days * 86_400 + elapsed.seconds) * 1000 + elapsed.microseconds // 1000


def _iso(value: date) -> str:
    """To the second: what most bureaus' parsers stop at."""
    return _written(value.replace(microsecond=0) if isinstance(value, datetime) else value)


_SCALAR = (str, int, Decimal, date, bool)
_TEXT = (str, int)
_OCTETS = (str, bytes)

_CONVERTERS: Mapping[str, Converter] = {
    "upper": _plain((str,), str, str.upper),
    "lower": _plain((str,), str, str.lower),
    "strip": _plain((str,), str, str.strip),
    "text": _plain(_SCALAR, str, _written),
    "int": _plain((str, int, Decimal, bool), int, _integer),
    "first": Converter((str,), str, _first, (int,)),
    "last": Converter((str,), str, _last, (int,)),
    "mask": Converter((str,), str, _mask, (int, int)),
    "lookup": Converter((str, int, bool), str, _lookup, (Mapping,)),
    "national": _plain((str,), str, _national),
    "unix": _plain((datetime,), int, lambda moment: _unix_ms(moment) // 1000),
    "unix_ms": _plain((datetime,), int, _unix_ms),
    "iso": _plain((date,), str, _iso),
}
