"""Matchers compiled to tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from ..contract import UNREADABLE, Document
from ..faults import Findings
from ..template.scalar import is_plain
from .matcher import Matcher, Number, Scalar
from .path import Element, Select, as_list, scalar_text

Test = Callable[[object], bool]
"""Tells whether a value, or None for an absent one, is as asked."""

LONGEST_MATCHED = 256
"""Longer text matches no pattern: what a pattern costs is bounded by what it reads."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,100}(?:\.[0-9]{1,100})?")


def compile_matcher(matcher: Matcher) -> Test:
    """Compile to one test. What is absent (None) passes ``present: false`` alone."""
    if matcher.present is False:
        return lambda node: node is None
    if isinstance(matcher.equals, str) and len(matcher.model_fields_set) == 1:
        return _equals(matcher.equals)
    tests = tuple(_operations(matcher))
    if not tests:
        return lambda node: node is not None
    if len(tests) == 1:
        test = tests[0]
        return lambda node: node is not None and test(node)
    return lambda node: node is not None and all(test(node) for test in tests)


def compile_conditions(
    conditions: Mapping[str, Matcher], selector: Callable[[str], Select]
) -> Callable[[Document], bool]:
    """Compile matchers by path; all must hold, and none does of what is unreadable."""
    findings = Findings()
    parts: list[tuple[Select, Test]] = []
    for path, matcher in conditions.items():
        try:
            parts.append((selector(path), compile_matcher(matcher)))
        except ValueError as error:
            findings.add(str(error), path)
    findings.close()
    tests = tuple(parts)
    if len(tests) == 1:
        return _one(*tests[0])

    def hold(document: Document) -> bool:
        # A loop: a generator would cost more than the tests.
        for select, test in tests:
            node = select(document)
            if node is UNREADABLE or not test(node):
                return False
        return True

    return hold


def _one(select: Select, test: Test) -> Callable[[Document], bool]:
    def holds(document: Document) -> bool:
        node = select(document)
        return node is not UNREADABLE and test(node)

    return holds


def _operations(matcher: Matcher) -> list[Test]:
    tests = _bounds(matcher)
    if matcher.equals is not None:
        tests.append(_equals(matcher.equals))
    if matcher.one_of is not None:
        tests.append(_one_of(matcher.one_of))
    if matcher.differs is not None:
        tests.append(_not(compile_matcher(matcher.differs)))
    if matcher.empty is not None:
        tests.append(_empty if matcher.empty else _not(_empty))
    if matcher.any_item is not None:
        tests.append(_any(compile_matcher(matcher.any_item)))
    if matcher.matches is not None:
        tests.append(_matches(matcher.matches))
    return tests


def _bounds(matcher: Matcher) -> list[Test]:
    tests: list[Test] = []
    if (above := matcher.gt) is not None:
        tests.append(_compared(above, lambda number, bound: number > bound))
    if (least := matcher.gte) is not None:
        tests.append(_compared(least, lambda number, bound: number >= bound))
    if (below := matcher.lt) is not None:
        tests.append(_compared(below, lambda number, bound: number < bound))
    if (most := matcher.lte) is not None:
        tests.append(_compared(most, lambda number, bound: number <= bound))
    return tests


def _equals(literal: Scalar) -> Test:
    if isinstance(literal, str):
        return lambda node: (
            node == literal if node.__class__ is str else scalar_text(node) == literal
        )
    if isinstance(literal, bool):
        word = "true" if literal else "false"
        return lambda node: (
            node is literal or (isinstance(node, Element) and scalar_text(node) == word)
        )
    return lambda node: (
        node == literal
        if node.__class__ is int
        else _number(node, text=isinstance(node, Element)) == literal
    )


def _one_of(literals: Sequence[Scalar]) -> Test:
    texts = frozenset(literal for literal in literals if isinstance(literal, str))
    others = tuple(_equals(literal) for literal in literals if not isinstance(literal, str))
    if not others:
        return lambda node: scalar_text(node) in texts
    return lambda node: scalar_text(node) in texts or any(test(node) for test in others)


def _not(test: Test) -> Test:
    return lambda node: not test(node)


def _empty(node: object) -> bool:
    if isinstance(node, Element):
        return len(node) == 0 and not scalar_text(node)
    return isinstance(node, str | list | Mapping) and not node


def _any(test: Test) -> Test:
    def some(node: object) -> bool:
        # XPath gives one found node by itself: what is no list is an item.
        items = as_list(node)
        return any(test(item) for item in ((node,) if items is None else items))

    return some


def _matches(pattern: str) -> Test:
    match = re.compile(pattern).fullmatch

    def test(node: object) -> bool:
        text = scalar_text(node)
        return text is not None and len(text) <= LONGEST_MATCHED and match(text) is not None

    return test


def _compared(bound: Number, compare: Callable[[Number, Number], bool]) -> Test:
    """Compare as numbers, and text that is one too: many bureaus quote all they have."""

    def test(node: object) -> bool:
        number = _number(node, text=True)
        return number is not None and compare(number, bound)

    return test


def _number(node: object, *, text: bool) -> int | Decimal | None:
    if isinstance(node, bool):
        return None
    if isinstance(node, int):
        return node
    if isinstance(node, Decimal):
        return node if is_plain(node) else None
    written = scalar_text(node) if text else None
    return Decimal(written) if written is not None and _NUMBER.fullmatch(written) else None
