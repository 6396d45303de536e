"""How moments and days are written: a small, locale-free part of strftime."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo

_DAY: dict[str, Callable[[date], str]] = {
    "Y": lambda day: f"{day.year:04d}",
    "y": lambda day: f"{day.year % 100:02d}",
    "m": lambda day: f"{day.month:02d}",
    "d": lambda day: f"{day.day:02d}",
    "j": lambda day: f"{day.timetuple().tm_yday:03d}",
}
_TIME: dict[str, Callable[[datetime], str]] = {
    "H": lambda moment: f"{moment.hour:02d}",
    "M": lambda moment: f"{moment.minute:02d}",
    "S": lambda moment: f"{moment.second:02d}",
    "f": lambda moment: f"{moment.microsecond:06d}",
    "z": lambda moment: moment.strftime("%z"),
}

Piece = Callable[[date], str]


def date_writer(zone: tzinfo, pattern: str) -> Callable[[date], str]:
    """
    Compile a pattern such as ``%Y%m%d``; `ValueError` for one that we do not write.

    A moment is written in `zone`. The writer raises `ValueError` for a moment
    without a zone, and for a day where the pattern asks for a time.
    """
    pieces = _pieces(pattern)

    def write(value: date) -> str:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError("a moment without a zone")
            value = value.astimezone(zone)
        return "".join([piece(value) for piece in pieces])

    return write


def _pieces(pattern: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    while at < len(pattern):
        if pattern[at] == "%":
            pieces.append(_directive(pattern[at + 1 : at + 2]))
            at += 2
        else:
            pieces.append(_text(pattern[at]))
            at += 1
    return tuple(pieces)


def _directive(letter: str) -> Piece:
    if letter == "%":
        return _text("%")
    if letter in _DAY:
        return _DAY[letter]
    if letter in _TIME:
        return _of_moments(_TIME[letter])
    known = " ".join(f"%{each}" for each in (*_DAY, *_TIME, "%"))
    raise ValueError(f"a date is written with {known}, and not with %{letter}")


def _of_moments(write: Callable[[datetime], str]) -> Piece:
    def piece(value: date) -> str:
        if not isinstance(value, datetime):
            raise ValueError("a day has no time")  # noqa: TRY004 (refused like any other value)
        return write(value)

    return piece


def _text(text: str) -> Piece:
    return lambda _: text
