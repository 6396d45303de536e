"""The conditions of a `where:`, whose texts may refer to the inquiry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ...contract import UNREADABLE, Document
from ...faults import ConfigError, Findings
from ...select.conditions import Test, compile_matcher
from ...select.matcher import Matcher
from ...select.path import Select
from ...template import Language, RenderError, Scope, TextTemplate, compile_text
from ..gap import INVALID, Gap
from ..read import Selector


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold of an item."""

    tests: tuple[tuple[Select, Test], ...]
    named: bool
    """Whether they ask for what only an object has."""

    def __call__(self, item: Document) -> bool:
        return bool(self.told(item))

    def told(self, item: Document) -> bool | None:
        """Tell whether they hold; None where one asks for what can not be read."""
        for select, test in self.tests:
            node = select(item)
            if node is UNREADABLE:
                return None
            if not test(node):
                return False
        return True


Where = Callable[[Scope], "Conditions | Gap"]
"""Gives the conditions of one inquiry; a gap where what they refer to is absent."""


def compile_where(
    conditions: Mapping[str, Matcher], selector: Selector, language: Language | None
) -> tuple[Where, frozenset[str]]:
    """Compile, and name what they refer to. Raises `ConfigError`."""
    findings = Findings()
    parts: list[tuple[Select, Matcher]] = []
    texts: dict[str, TextTemplate] = {}
    for path, matcher in conditions.items():
        with findings.at(path):
            for text in _templates(matcher):
                texts[text] = _compiled(text, language)
        try:
            parts.append((selector(path), matcher))
        except ValueError as error:
            findings.add(str(error), path)
    findings.close()
    named = any(path != "@" for path in conditions)
    if not texts:
        fixed = Conditions(tuple((get, compile_matcher(each)) for get, each in parts), named)
        return (lambda _: fixed), frozenset()

    def where(scope: Scope) -> Conditions | Gap:
        try:
            known = {text: template.render(scope) for text, template in texts.items()}
        except RenderError:
            return INVALID
        return Conditions(
            tuple((get, compile_matcher(_filled(each, known))) for get, each in parts), named
        )

    return where, frozenset().union(*(template.references for template in texts.values()))


def _templates(matcher: Matcher) -> Iterator[str]:
    for literal in (matcher.equals, *(matcher.one_of or ())):
        if isinstance(literal, str) and "${" in literal:
            yield literal
    for inner in (matcher.differs, matcher.any_item):
        if inner is not None:
            yield from _templates(inner)


def _compiled(text: str, language: Language | None) -> TextTemplate:
    if language is None:
        raise ConfigError("refers to something, and nothing can be referred to here")
    return compile_text(text, language)


def _filled(matcher: Matcher, known: Mapping[str, str]) -> Matcher:
    """Put in what was rendered; it is compared, and never compiled."""
    update: dict[str, object] = {}
    if isinstance(matcher.equals, str):
        update["equals"] = known.get(matcher.equals, matcher.equals)
    if matcher.one_of is not None:
        update["one_of"] = tuple(
            known.get(one, one) if isinstance(one, str) else one for one in matcher.one_of
        )
    if matcher.differs is not None:
        update["differs"] = _filled(matcher.differs, known)
    if matcher.any_item is not None:
        update["any_item"] = _filled(matcher.any_item, known)
    return matcher.model_copy(update=update)
