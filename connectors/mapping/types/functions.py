"""
The functions of ``convert:``, a closed list: what each takes, and what it gives.

What they take and give is checked at load. At run time what does not fit is
INVALID_VALUE, and what is taken from an empty list is NULL_VALUE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Final

from ...faults import ConfigError
from .scalars import number_of

WIDE: Final = Context(prec=400)
"""Wide enough for the sum of any list that a body has room for: nothing is rounded."""

EMPTY: Final = object()
"""What is taken from an empty list."""

TEXT, TEXTS, NUMBER, NUMBERS = "text", "list of texts", "number", "list of numbers"


@dataclass(frozen=True, slots=True)
class Function:
    """One function; its bound form raises `ValueError` for a value that it does not take."""

    takes: tuple[str, ...]
    gives: str
    """``each``: one item of the list that it took."""
    bind: Callable[..., Callable[[Any], object]]
    arguments: tuple[type, ...] = ()
    any_number: bool = False
    """Whether there may be more of its one argument."""


def total(numbers: Iterable[Decimal]) -> Decimal:
    """Add exactly."""
    found = Decimal(0)
    for number in numbers:
        found = WIDE.add(found, number)
    return found


def _chunks(size: int) -> Callable[[str], list[str]]:
    if size < 1:
        raise ConfigError("chunks(n) takes at least one character")

    def cut(text: str) -> list[str]:
        if len(text) % size:
            raise ValueError("a chunk is cut off")
        return [text[at : at + size] for at in range(0, len(text), size)]

    return cut


def _split(separator: str) -> Callable[[str], list[str]]:
    if not separator:
        raise ConfigError("split needs a separator")
    return lambda text: text.split(separator) if text else []


def _drop(*dropped: str) -> Callable[[list[str]], list[str]]:
    gone = frozenset(dropped)
    return lambda texts: [text for text in texts if text not in gone]


def _number(text: str) -> Decimal:
    number = number_of(text.strip())
    if number is None:
        raise ValueError("no number")
    return number


def _integer(text: str) -> Decimal:
    number = _number(text)
    if number != number.to_integral_value():
        raise ValueError("not whole")
    return number


def _plain(takes: tuple[str, ...], gives: str, function: Callable[[Any], object]) -> Function:
    return Function(takes, gives, lambda: function)


def _taken(function: Callable[[Sequence[Any]], object]) -> Callable[[Sequence[Any]], object]:
    return lambda items: function(items) if items else EMPTY


LISTS: Final = (TEXTS, NUMBERS)

FUNCTIONS: Final[dict[str, Function]] = {
    "strip": _plain((TEXT,), TEXT, str.strip),
    "upper": _plain((TEXT,), TEXT, str.upper),
    "lower": _plain((TEXT,), TEXT, str.lower),
    "digits": _plain((TEXT,), TEXT, lambda text: "".join(c for c in text if c in "0123456789")),
    "replace": Function((TEXT,), TEXT, lambda a, b: lambda text: text.replace(a, b), (str, str)),
    "split": Function((TEXT,), TEXTS, _split, (str,)),
    "chunks": Function((TEXT,), TEXTS, _chunks, (int,)),
    "drop": Function((TEXTS,), TEXTS, _drop, (str,), any_number=True),
    "int": _plain((TEXT,), NUMBER, _integer),
    "decimal": _plain((TEXT,), NUMBER, _number),
    "first": _plain(LISTS, "each", _taken(lambda items: items[0])),
    "last": _plain(LISTS, "each", _taken(lambda items: items[-1])),
    "count": _plain(LISTS, NUMBER, lambda items: Decimal(len(items))),
    "max": _plain((NUMBERS,), "each", _taken(max)),
    "min": _plain((NUMBERS,), "each", _taken(min)),
    "sum": _plain((NUMBERS,), "each", total),
}
