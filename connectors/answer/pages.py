"""
Answers of several pages: all of them, or none.

The items of all pages become one list, where those of the first stood. A page
that fails, disagrees with the first or is missing fails the whole: a list that
is cut short must never read as a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from pydantic import Field, model_validator

from ..codec import Xml
from ..contract import UNREADABLE, Codec, Document
from ..errors import Unreadable
from ..faults import ConfigError, Findings
from ..kit import Strict
from ..select.holders import Holders, compile_holders
from ..select.path import Element, Select, scalar_text
from ..units import Bytes
from .decoding import Opened

_COUNT: Final = re.compile(r"[0-9]{1,9}")

LARGEST: Final = 8 * 2**20
"""Bytes of all pages together, where nothing else is said."""


class Offset(Strict):
    """The number of items before the page, as a query parameter."""

    param: str = Field(min_length=1)
    step: int = Field(ge=1)
    """Items of a full page."""


class Cursor(Strict):
    """A word of the bureau's from the page before, as a query parameter."""

    param: str = Field(min_length=1)
    path: str
    """Where the next page's stands; on the last page there is none."""


class Numbered(Strict):
    """The page's number, as a query parameter."""

    param: str = Field(min_length=1)
    first: int = 1
    """What the page that the request asks for as it stands is called."""


class Paginate(Strict):
    """
    How the pages after the first are asked for, within the same attempt.

    The first one is the request as it stands. Without a `total` there are pages
    until one is empty, or, by cursor, until one names no other.
    """

    items: str
    """The list that grows page by page."""
    offset: Offset | None = None
    cursor: Cursor | None = None
    page: Numbered | None = None
    total: str | None = None
    """Where it stands how many items there are."""
    max_pages: int = Field(default=10, ge=1, le=1000)
    """More of them are no answer."""
    max_size: Bytes = LARGEST
    """Of the bodies of all pages."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if [self.offset, self.cursor, self.page].count(None) != 2:  # noqa: PLR2004 (of three)
            raise ValueError("needs one of `offset`, `cursor` and `page`")
        return self

    @property
    def param(self) -> str:
        way = self.offset or self.cursor or self.page
        return way.param if way else ""

    def build(self, connector: str, codec: Codec) -> Pages:
        """Compile. Raises `ConfigError` with all that is wrong."""
        findings = Findings()
        items = holders = None
        total: Select = _nothing
        cursor: Select = _nothing
        with findings.at("items"):
            items = _selector(codec, self.items)
        if not isinstance(codec, Xml):
            try:
                holders = compile_holders(self.items, codec)
            except ValueError as error:
                findings.add(str(error), "items")
        with findings.at("total"):
            total = _selector(codec, self.total)
        with findings.at("cursor", "path"):
            cursor = _selector(codec, self.cursor.path if self.cursor else None)
        return Pages(connector, self, findings.settle(items), total, cursor, holders)


def _selector(codec: Codec, path: str | None) -> Select:
    if path is None:
        return _nothing
    try:
        return codec.selector(path)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _nothing(_: Document) -> object:
    return None


Fetch = Callable[[str, str], Awaitable[Opened]]
"""Asks for the page of that parameter. Raises what it fails with."""


@dataclass(slots=True)
class Progress:
    """How far a reader of pages has come."""

    total: int | None
    items: list[object] = field(repr=False)
    size: int
    number: int = 1
    last: int = 0
    """Items of the page read last."""
    is_short: bool = False
    """Whether a page was not full, so that it can only be the last."""
    cursors: set[str] = field(default_factory=set, repr=False)


@dataclass(frozen=True, slots=True)
class Pages:
    """Reads all pages. Raises `Unreadable` where one of them would be missing."""

    connector: str
    rule: Paginate
    items: Select
    total: Select
    cursor: Select
    holders: tuple[Holders, str] | None

    async def all(self, first: Opened, fetch: Fetch) -> Opened:
        """Give the first page, with the items of all of them in it."""
        items = self._items(first.document)
        so_far = Progress(self._total(first.document), list(items), len(first.reply.body))
        if self.rule.total is not None and so_far.total is None:
            raise self._unreadable("no total")
        self._bounded(so_far)
        self._count(so_far, items)
        page = first
        while (value := self._next(page.document, so_far)) is not None:
            if so_far.number == self.rule.max_pages:
                raise self._unreadable("more pages than max_pages")
            page = await fetch(self.rule.param, value)
            self._add(page, so_far)
        if so_far.number > 1:
            self._join(first.document, len(items), so_far.items)
        return first

    def _add(self, page: Opened, so_far: Progress) -> None:
        so_far.size += len(page.reply.body)
        self._bounded(so_far)
        if self._total(page.document) not in (None, so_far.total):
            raise self._unreadable("pages of different totals")
        items = self._items(page.document)
        if items and so_far.is_short:
            raise self._unreadable("a page that is not full, and is not the last")
        so_far.number += 1
        so_far.items.extend(items)
        self._count(so_far, items)

    def _bounded(self, so_far: Progress) -> None:
        if so_far.size > self.rule.max_size:
            raise self._unreadable("pages larger than max_size")

    def _count(self, so_far: Progress, items: Sequence[object]) -> None:
        so_far.last = len(items)
        if self.rule.offset is not None and len(items) < self.rule.offset.step:
            so_far.is_short = True

    def _next(self, document: Document | None, so_far: Progress) -> str | None:
        """Give the next page's parameter; None where the items are complete."""
        known = len(so_far.items)
        if so_far.total is not None:
            if known > so_far.total:
                raise self._unreadable("more items than their total")
            if known == so_far.total:
                return None
            if so_far.last == 0:
                raise self._unreadable("a page without items before their total")
        elif so_far.last == 0 and self.rule.cursor is None:
            return None
        if self.rule.offset is not None:
            return str(so_far.number * self.rule.offset.step)
        if self.rule.page is not None:
            return str(self.rule.page.first + so_far.number)
        return self._cursor(document, so_far)

    def _cursor(self, document: Document | None, so_far: Progress) -> str | None:
        found = self.cursor(document)
        word = scalar_text(found)
        if word is None and found is not None:
            raise self._unreadable("a cursor that is no word")
        if not word:
            if so_far.total is not None:
                raise self._unreadable("fewer items than their total")
            return None
        if word in so_far.cursors:
            raise self._unreadable("the same cursor twice")
        so_far.cursors.add(word)
        return word

    def _items(self, document: Document | None) -> Sequence[object]:
        found = self.items(document)
        if found is UNREADABLE or isinstance(found, str):
            raise self._unreadable("items that are no list")
        if found is None:
            return ()
        # One of a thing is often no list of one.
        return found if isinstance(found, list) else (found,)

    def _total(self, document: Document | None) -> int | None:
        text = scalar_text(self.total(document)) or ""
        return int(text) if _COUNT.fullmatch(text) else None

    def _join(self, document: Document | None, count: int, items: list[object]) -> None:
        if self.holders is not None:
            holders, name = self.holders
            place = next(iter(holders(document)), None)
            if place is not None:
                place[name] = items
                return
        elif count:
            last = items[count - 1]
            parent = last.getparent() if isinstance(last, Element) else None
            for item in items[count:]:
                if parent is not None and isinstance(item, Element):
                    parent.append(item)
            return
        if items:
            raise self._unreadable("items, and no place for them on the first page")

    def _unreadable(self, note: str) -> Unreadable:
        return Unreadable(self.connector, note)
