"""Which items of a list are there to be mapped, or to be computed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...contract import Document
from ...select.path import Element, Select, as_list
from ..gap import INVALID, Gap
from ..read import Tally
from .retention import Age
from .where import Where

Items = Callable[[Document, Tally], "Sequence[Document] | Gap"]
"""Gives the items of a list that count; or why it can not be told which do."""


def items_to_map(select: Select, where: Where | None, age: Age | None) -> Items:
    """Choose rows: an item that can not be told apart, or dated, is left out."""

    def items(document: Document, tally: Tally) -> Sequence[Document] | Gap:
        found = as_list(select(document))
        test = None if where is None else where(tally.scope)
        if found is None or isinstance(test, Gap):
            return INVALID
        kept: Sequence[Document] = found
        if test is not None:
            holds = test
            kept = [item for item in found if holds(item)]
        if age is None:
            return kept
        young = []
        for item in kept:
            old = age(item, tally.now)
            if old is None:
                tally.invalid += 1
            elif old:
                tally.suppressed += 1
            else:
                young.append(item)
        return young

    return items


def items_to_count(select: Select, where: Where | None, age: Age | None) -> Items:
    """
    Choose what is computed over: all that counts, or nothing at all.

    An item that can not be read, told apart or dated would make the number a
    smaller one than it is, so that there is none.
    """

    def items(document: Document, tally: Tally) -> Sequence[Document] | Gap:
        found = as_list(select(document))
        test = None if where is None else where(tally.scope)
        if found is None or None in found or isinstance(test, Gap):
            return INVALID
        if test is not None and test.named and not all(map(_has_names, found)):
            return INVALID
        kept = []
        for item in found:
            holds = True if test is None else test.told(item)
            old = False if age is None or not holds else age(item, tally.now)
            if holds is None or old is None:
                return INVALID
            if holds and not old:
                kept.append(item)
        return kept

    return items


def _has_names(item: Document) -> bool:
    return isinstance(item, dict | Element)
