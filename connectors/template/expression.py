"""What one ``${...}`` means where it stands: where it reads, and through which converters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from ..faults import ConfigError
from .converters import Converter, converters, takes
from .errors import AbsentValue, RenderError, Unwritable
from .language import Language, Scope, guess
from .parse import Conversion, Expression, Name

Convert = Callable[[object], object]

_ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Compiled:
    """One expression, ready to render; its type is `object` where only rendering tells."""

    render: Callable[[Scope], object]
    type: type
    references: frozenset[str]


def compile_expression(source: Expression, language: Language) -> Compiled:
    """Compile; raises `ConfigError` with the expression and its column."""
    try:
        return _compile(source, language)
    except ConfigError as error:
        raise source.fault(str(error)) from error


def _compile(source: Expression, language: Language) -> Compiled:
    constant = _constant(source, language)
    kind = str if constant is not None else language.type_of(source.reference)
    steps: list[Convert] = []
    for conversion in source.conversions:
        kind, convert = _bind(conversion, kind, language)
        steps.append(convert)
    if constant is not None:
        return _folded(constant, kind, steps)
    if source.fallback is not None and type(source.fallback.value) not in {kind, type(None)}:
        kind = object
    return Compiled(_reader(source, tuple(steps)), kind, frozenset({source.reference}))


def _constant(source: Expression, language: Language) -> str | None:
    """Read what is known at load; None for what only a query knows."""
    root, _, name = source.reference.partition(".")
    if root == "secrets":
        return language.secrets(name)
    return language.variable(name, source.env_default) if root == "env" else None


def _folded(constant: object, kind: type, steps: list[Convert]) -> Compiled:
    try:
        for convert in steps:
            constant = convert(constant)
    except RenderError as error:
        raise ConfigError(f"its value does not fit {error}") from None
    return Compiled(lambda _: constant, kind, frozenset())


def _reader(source: Expression, steps: tuple[Convert, ...]) -> Callable[[Scope], object]:
    reference = source.reference
    root, _, path = reference.partition(".")
    fallback = source.fallback

    def render(scope: Scope) -> object:
        values = scope.get(root)
        found = None if values is None else values.get(path)
        if found is None:
            if fallback is None:
                raise AbsentValue(reference)
            return fallback.value
        for convert in steps:
            found = convert(found)
        return found

    return render


def _bind(conversion: Conversion, kind: type, language: Language) -> tuple[type, Convert]:
    name = conversion.name
    table = converters(language.timezone, language.charset)
    if (converter := table.get(name)) is None:
        raise ConfigError(f"unknown converter {name}{guess(name, table)}")
    if kind is not object and not takes(converter.accepts, kind):
        raise ConfigError(f"{name} does not take a {kind.__name__}")
    arguments = [_argument(each, language) for each in conversion.arguments]
    if not _fit(arguments, converter.takes):
        wanted = ", ".join(_SPELLING[each] for each in converter.takes)
        raise ConfigError(f"it is {name}({wanted})" if wanted else f"{name} has no arguments")
    try:
        convert = _checked(name, converter, converter.bind(*arguments))
    except ValueError as error:
        raise ConfigError(str(error)) from error
    if kind is date:
        _try_on_a_day(name, convert)
    return converter.returns, convert


def _try_on_a_day(name: str, convert: Convert) -> None:
    """Find at load that a pattern asks a day for its hour."""
    try:
        convert(_ANY_DAY)
    except Unwritable as error:
        raise ConfigError(f"{name} asks a day for its time") from error


def _fit(arguments: list[object], wanted: tuple[type, ...]) -> bool:
    return len(arguments) == len(wanted) and all(map(isinstance, arguments, wanted))


_SPELLING = {str: "'text'", int: "number", Mapping: "tables.NAME"}


def _argument(argument: str | int | Name, language: Language) -> object:
    if not isinstance(argument, Name):
        return argument
    root, _, name = argument.text.partition(".")
    if root == "secrets":
        return language.secrets(name)
    if root == "tables":
        return language.table(name)
    raise ConfigError(f"{argument.text} is no argument: quote it, or name secrets.X or tables.X")


def _checked(rule: str, converter: Converter, function: Convert) -> Convert:
    """
    Keep what goes wrong in a converter from carrying the value.

    `Unwritable` is raised outside the handler, so that the original error,
    which may quote the value, is not chained to it.
    """
    accepts = converter.accepts

    def convert(value: object) -> object:
        if takes(accepts, type(value)):
            try:
                return function(value)
            except (ValueError, ArithmeticError):
                pass
        raise Unwritable(rule)

    return convert
