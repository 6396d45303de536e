"""From a template's source to the closures that render it."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..faults import ConfigError, Findings
from .converters import takes
from .errors import RenderError, Unwritable
from .expression import Compiled, compile_expression
from .language import Language, Scope
from .parse import Expression, parse
from .scalar import canonical

Escape = Callable[[str], str]
"""Keeps a value's text from becoming syntax; raises `Unwritable` where it can not."""


@dataclass(frozen=True, slots=True)
class Template:
    """A tree of values, compiled."""

    render: Callable[[Scope], object] = field(repr=False)
    """Raises `RenderError`."""
    references: frozenset[str]
    """What it reads, secrets and environment aside."""
    type: builtins.type | None
    """None where only rendering tells. Below ``?? null`` the value may still be None."""

    @property
    def constant(self) -> bool:
        return not self.references


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A text with holes, compiled."""

    render: Callable[[Scope], str] = field(repr=False)
    """Raises `RenderError`."""
    references: frozenset[str]

    @property
    def constant(self) -> bool:
        return not self.references


def compile_value(source: object, language: Language, *, omit_null: bool = False) -> Template:
    """
    Compile a YAML tree; every rendering gives a tree of its own.

    A scalar that is one ``${...}`` keeps its type, and nothing that was
    rendered is ever read again as YAML. With `omit_null`, what renders to null
    is left out wherever it stands, and what only held it goes with it: a list
    that is left empty, and a mapping of whose references none has a value,
    though constants stand beside them. The root stays.
    """
    return _value(source, language, _Rule(omit_null, root=True))


@dataclass(frozen=True, slots=True)
class _Rule:
    """What of a tree may be left out."""

    omit_null: bool
    root: bool = False


def compile_text(source: str, language: Language, escape: Escape = str) -> TextTemplate:
    """Compile a text; values pass `escape` before they enter it, its own letters do not."""
    pieces: list[Callable[[Scope], str]] = []
    references: frozenset[str] = frozenset()
    for part in parse(source):
        if isinstance(part, str):
            pieces.append(_constant(part))
            continue
        value = compile_expression(part, language)
        references |= value.references
        pieces.append(_piece(part, value, escape))
    if len(pieces) == 1:
        return TextTemplate(pieces[0], references)
    return TextTemplate(_joined(tuple(pieces)), references)


def _scalar(source: str, language: Language) -> Template:
    parts = parse(source)
    if len(parts) == 1 and isinstance(parts[0], Expression):
        value = compile_expression(parts[0], language)
        return Template(
            value.render, value.references, None if value.type is object else value.type
        )
    text = compile_text(source, language)
    return Template(text.render, text.references, str)


def _value(source: object, language: Language, rule: _Rule) -> Template:
    if isinstance(source, str):
        return _scalar(source, language)
    if isinstance(source, Mapping):
        return _mapping(source, language, rule)
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return _sequence(source, language, rule)
    value = _plain(source)
    return Template(lambda _: value, frozenset(), None if value is None else type(value))


def _mapping(source: Mapping[object, object], language: Language, rule: _Rule) -> Template:
    findings = Findings()
    entries: dict[str, Template] = {}
    for name, node in source.items():
        if not isinstance(name, str) or "${" in name:
            findings.add("a name is a constant text: quote it", str(name))
            continue
        with findings.at(name):
            entries[name] = _value(node, language, _Rule(rule.omit_null))
    findings.close()
    renders = tuple((str(name), entry.render) for name, entry in entries.items())
    references = _read_by(entries.values())
    if not rule.omit_null:
        return Template(lambda scope: {name: get(scope) for name, get in renders}, references, dict)
    holes = frozenset(name for name, entry in entries.items() if entry.references)
    vanishes = bool(holes) and not rule.root

    def render(scope: Scope) -> dict[str, object] | None:
        kept = {name: value for name, get in renders if (value := get(scope)) is not None}
        return None if vanishes and holes.isdisjoint(kept) else kept

    return Template(render, references, dict)


def _sequence(source: Sequence[object], language: Language, rule: _Rule) -> Template:
    findings = Findings()
    items: list[Template] = []
    for index, node in enumerate(source):
        with findings.at(index):
            items.append(_value(node, language, _Rule(rule.omit_null)))
    findings.close()
    renders = tuple(item.render for item in items)
    if not rule.omit_null:
        return Template(lambda scope: [get(scope) for get in renders], _read_by(items), list)
    vanishes = bool(items) and not rule.root

    def render(scope: Scope) -> list[object] | None:
        kept = [value for get in renders if (value := get(scope)) is not None]
        return None if vanishes and not kept else kept

    return Template(render, _read_by(items), list)


def _read_by(templates: Iterable[Template]) -> frozenset[str]:
    return frozenset().union(*(template.references for template in templates))


def _plain(source: object) -> object:
    """YAML knows floats; we do not: what it wrote as 1.5 is exactly 1.5."""
    if isinstance(source, float):
        if not math.isfinite(source):
            raise ConfigError("a number is finite")
        return Decimal(repr(float(source)))
    if source is None or isinstance(source, bool | int | Decimal | date):
        return source
    raise ConfigError(f"a {type(source).__name__} can not stand here")


def _constant(text: str) -> Callable[[Scope], str]:
    return lambda _: text


def _joined(pieces: tuple[Callable[[Scope], str], ...]) -> Callable[[Scope], str]:
    return lambda scope: "".join([piece(scope) for piece in pieces])


_IN_TEXT = (str, int, Decimal, date)


def _piece(source: Expression, value: Compiled, escape: Escape) -> Callable[[Scope], str]:
    """Compile one hole of a text."""
    if source.fallback is not None and source.fallback.value is None:
        raise source.fault("null can not stand in a text")
    if value.type is not object and not takes(_IN_TEXT, value.type):
        raise source.fault(f"a {value.type.__name__} can not stand in a text")
    render = value.render

    def piece(scope: Scope) -> str:
        found = render(scope)
        text = None if isinstance(found, bool) else canonical(found)
        if text is None:
            raise Unwritable("text")
        return escape(text)

    if value.references:
        return piece
    try:
        return _constant(piece({}))
    except RenderError as error:
        raise source.fault(f"its value can not be written here ({error})") from None
