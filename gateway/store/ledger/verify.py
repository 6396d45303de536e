# ruff: noqa: S608 - statements are put together from words of our own
"""Walks all chains, and says where one first breaks; of a row it tells only the place."""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .chain.heads import Head, Heads, HeadState
from .chain.links import Tip, genesis, link
from .reading.port import Reading
from .tables import CHAINED, written

_PAGE = 1000
_INSTANCES = " UNION ".join(f"SELECT DISTINCT instance FROM {table}" for table in CHAINED)


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain is not what it was when it was written."""

    instance: str
    chain_seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was walked, and what is wrong with it."""

    rows: int
    instances: int
    breaks: tuple[Break, ...]


async def verify(reading: Reading, heads: Heads, key: bytes) -> Report:
    """
    Check each row against the one before it, and each chain against its heads.

    Finds any edit, deletion, insertion, change of order, and truncation down to
    what the last head of an instance says; of one that was closed, any.
    """
    known = await heads.all()
    breaks = list(_unsigned(known, key))
    found = {str(name) for (name,) in await reading.fetch(_INSTANCES)}
    by_instance = {head.instance: _of(head.instance, known) for head in known}
    rows = 0
    for instance in sorted(found | by_instance.keys()):
        count, broken = await _walk(reading, instance, by_instance.get(instance, ()), key)
        rows += count
        if broken is not None:
            breaks.append(broken)
    return Report(rows, len(found | by_instance.keys()), tuple(breaks))


def _of(instance: str, heads: Sequence[Head]) -> tuple[Head, ...]:
    return tuple(head for head in heads if head.instance == instance)


def _unsigned(heads: Sequence[Head], key: bytes) -> list[Break]:
    before = ""
    for number, head in enumerate(heads, start=1):
        if head.number != number or head.mac != head.signed(key, before):
            return [Break(head.instance, head.tip.count, "a head is not as it was signed")]
        before = head.mac
    return []


async def _walk(
    reading: Reading, instance: str, heads: Sequence[Head], key: bytes
) -> tuple[int, Break | None]:
    """Follow one chain; give its length, and where it breaks."""
    begun = tip = genesis(key, instance)
    marks: Mapping[int, str] = {head.tip.count: head.tip.hash for head in heads}
    if not heads:
        return 0, Break(instance, 0, "the instance is in no head")
    if marks.get(0, begun.hash) != begun.hash:
        return 0, Break(instance, 0, "the chain does not begin as its head says")
    async for table, row in _rows(reading, instance):
        following, wrong = _follow(key, tip, table, row)
        if not wrong and marks.get(following.count, following.hash) != following.hash:
            wrong = "a row is not as its head says"
        if wrong:
            return tip.count, Break(instance, tip.count + 1, wrong)
        tip = following
    return tip.count, _end(instance, heads, tip)


def _follow(key: bytes, tip: Tip, table: str, row: Sequence[Any]) -> tuple[Tip, str]:
    """Add a row to what was walked, and say what is wrong with it."""
    if row[-2] != tip.count + 1:
        return tip, "a row is missing, or not in its place"
    try:
        following = link(key, tip, table, row[:-1])
    except TypeError:
        return tip, "a row holds what no row can"
    return following, "" if row[-1] == following.hash else "a row is not as it was written"


def _end(instance: str, heads: Sequence[Head], tip: Tip) -> Break | None:
    last = max(head.tip.count for head in heads)
    if tip.count < last:
        return Break(instance, tip.count + 1, "rows are missing at the end")
    if tip.count > last and any(head.state is HeadState.CLOSED for head in heads):
        return Break(instance, last + 1, "there are rows behind the end")
    return None


async def _rows(reading: Reading, instance: str) -> AsyncIterator[tuple[str, Sequence[Any]]]:
    """Give the rows of all tables in the order of their chain, a page of each at a time."""
    pages = {table: _pages(reading, table, instance) for table in CHAINED}
    waiting: list[tuple[int, str, Sequence[Any]]] = []
    for table, page in pages.items():
        async for row in page:
            heapq.heappush(waiting, (_place(row), table, row))
            break
    while waiting:
        _, table, row = waiting[0]
        yield table, row
        async for following in pages[table]:
            heapq.heapreplace(waiting, (_place(following), table, following))
            break
        else:
            heapq.heappop(waiting)


def _place(row: Sequence[Any]) -> int:
    """Read a row's place; SQLite keeps a text where a number should be, and it is the last."""
    return row[-2] if isinstance(row[-2], int) else 2**62


async def _pages(reading: Reading, table: str, instance: str) -> AsyncIterator[Sequence[Any]]:
    columns = written(table)
    page = (
        f"SELECT {', '.join(columns)} FROM {table} "
        f"WHERE instance = ?1 AND (chain_seq, seq) > (?2, ?3) ORDER BY chain_seq, seq LIMIT {_PAGE}"
    )
    after: tuple[object, object] = (-(2**62), -(2**62))
    while rows := await reading.fetch(page, instance, *after):
        for row in rows:
            yield row
        after = (rows[-1][-2], rows[-1][0])
