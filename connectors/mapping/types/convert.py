"""
What a value goes through before its type reads it: functions, one after the other.

    convert: "chunks(3) | drop('XXX','STD') | int | max"
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ...faults import ConfigError
from ...template.language import guess
from ...template.parse import Conversion, Expression, parse
from ...template.scalar import canonical
from ..gap import INVALID, NULL, Gap
from .functions import EMPTY, FUNCTIONS, LISTS, NUMBER, NUMBERS, TEXT, TEXTS, Function
from .scalars import Reader

EACH: Final = {TEXTS: TEXT, NUMBERS: NUMBER}
MANY: Final = {TEXT: TEXTS, NUMBER: NUMBERS}

MOST = 8
"""Functions in a row; more is a program."""


def compile_convert(source: str) -> Callable[[Reader], Reader]:
    """
    Compile to what wraps a type's reader. Raises `ConfigError`.

    The functions are for a text, or else, where only that makes sense, for a list
    that the document has.
    """
    conversions = _parsed(source)
    try:
        steps, wanted = _steps(source, conversions, TEXT), TEXT
    except ConfigError as error:
        try:
            steps, wanted = _steps(source, conversions, TEXTS), TEXTS
        except ConfigError:
            raise error from None
    return lambda reader: _converted(steps, wanted, reader)


def _steps(
    source: str, conversions: Sequence[Conversion], kind: str
) -> tuple[Callable[[Any], object], ...]:
    steps = []
    for conversion in conversions:
        kind, step = _bound(conversion, kind)
        steps.append(step)
    if kind in LISTS:
        raise ConfigError(f"`{source}` gives a {kind}, and a field takes one value")
    return tuple(steps)


def _parsed(source: str) -> tuple[Conversion, ...]:
    try:
        parts = parse(f"${{it | {source}}}")
    except ConfigError as error:
        raise ConfigError(f"`{source}` is no chain of functions: name('text', 3) | name") from error
    found = parts[0] if len(parts) == 1 else None
    if not isinstance(found, Expression) or found.fallback is not None:
        raise ConfigError(f"`{source}` is no chain of functions: name('text', 3) | name")
    if len(found.conversions) > MOST:
        raise ConfigError(f"more than {MOST} functions are not taken")
    return found.conversions


def _bound(conversion: Conversion, kind: str) -> tuple[str, Callable[[Any], object]]:
    function = FUNCTIONS.get(conversion.name)
    if function is None:
        raise ConfigError(f"unknown function {conversion.name}{guess(conversion.name, FUNCTIONS)}")
    step = function.bind(*_arguments(conversion, function))
    if kind in function.takes:
        return (EACH[kind] if function.gives == "each" else function.gives), step
    if EACH.get(kind) in function.takes and function.gives in MANY:
        return MANY[function.gives], lambda items: [step(item) for item in items]
    raise ConfigError(f"{conversion.name} takes a {' or '.join(function.takes)}, and gets a {kind}")


def _arguments(conversion: Conversion, function: Function) -> tuple[object, ...]:
    given, wanted = conversion.arguments, function.arguments
    if function.any_number:
        wanted = wanted * max(1, len(given))
    if len(given) != len(wanted) or not all(map(isinstance, given, wanted)):
        raise ConfigError(f"{conversion.name} is not called so: see docs/kinds.md")
    return given


def _converted(steps: tuple[Callable[[Any], object], ...], wanted: str, reader: Reader) -> Reader:
    def read(raw: object) -> object:
        try:
            value = _start(raw, wanted)
            for step in steps:
                value = step(value)
                if value is EMPTY:
                    return NULL
        except (ValueError, ArithmeticError):
            return INVALID
        return value if isinstance(value, Gap) else reader(value)

    return read


def _start(raw: object, wanted: str) -> object:
    if wanted == TEXT:
        return _text(raw)
    if not isinstance(raw, list):
        raise ValueError("no list")  # noqa: TRY004 (as all that does not fit)
    return [_text(item) for item in raw]


def _text(raw: object) -> str:
    text = None if isinstance(raw, bool) else canonical(raw)
    if text is None:
        raise ValueError("no text")
    return text
