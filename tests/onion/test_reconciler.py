"""Calls of which nobody knows are asked after until their bureau says, and never made again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from connectors.contract import Standing
from connectors.errors import LedgerDown
from connectors.kit import Ending
from connectors.words import Billed, Outcome
from gateway.background import Background
from gateway.reconciling.asking import EVERY, Inquirer, Reconciler
from gateway.store.ledger.contract import CallRow, Resolved, Source
from tests.calls import lost
from tests.virtual import START, VirtualClock

CHARGED = Ending(Outcome.LOST, Billed.YES, Decimal("0.50"), "b-1", 0.0)
LOST = lost(1, intended_at=START, ended_at=START)


@dataclass
class Books:
    """A ledger that holds what is unknown, and what was said of it."""

    calls: list[CallRow]
    down: bool = False
    resolved: list[tuple[str, Ending, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """What somebody else tells before we do."""

    async def unknown(self) -> Sequence[CallRow]:
        if self.down:
            raise LedgerDown
        return [call for call in self.calls if call.is_unknown]

    async def resolve(self, call: CallRow, ending: Ending, source: Source) -> None:
        if call.call_id in self.known:
            raise Resolved
        self.resolved.append((call.call_id, ending, source))
        self.calls = [
            replace(each, billed=ending.billed) if each.call_id == call.call_id else each
            for each in self.calls
        ]


@dataclass
class Bureau:
    """Says what became of a call once it has been asked often enough."""

    silent: int = 0
    asked: list[tuple[float, str, str]] = field(default_factory=list)

    async def __call__(self, standing: Standing, our_reference: str) -> Ending | None:
        self.asked.append((VirtualClock().now(), our_reference, standing.inquiry_id))
        return CHARGED if len(self.asked) > self.silent else None


def reconciler(books: Books, bureau: Bureau) -> Reconciler:
    inquirers = {"score": Inquirer(bureau, timedelta(seconds=90))}
    return Reconciler(books, inquirers, VirtualClock(), "v1")


async def run(one: Reconciler, seconds: float) -> None:
    asking = Background(one.run)
    asking.start()
    await asyncio.sleep(seconds)
    await asking.aclose()


async def test_a_lost_call_is_asked_after_by_its_reference_once_its_bureau_can_tell() -> None:
    books, bureau = Books([LOST]), Bureau()
    await run(reconciler(books, bureau), 600)

    assert bureau.asked == [(2 * EVERY, "ref-1", "i1")]
    assert books.resolved == [("call-1", CHARGED, "status_query")]


async def test_who_can_not_say_is_asked_again_ever_more_rarely() -> None:
    books, bureau = Books([LOST]), Bureau(silent=4)
    await run(reconciler(books, bureau), 3600)

    moments = [at for at, _, _ in bureau.asked]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert len(books.resolved) == 1
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 4 * pauses[0]


async def test_a_ledger_that_is_down_is_looked_at_again() -> None:
    books, bureau = Books([LOST], down=True), Bureau()
    asking = Background(reconciler(books, bureau).run)
    asking.start()
    await asyncio.sleep(300)
    books.down = False
    await asyncio.sleep(300)
    await asking.aclose()

    assert len(books.resolved) == 1


async def test_what_nobody_can_be_asked_about_stays_unknown() -> None:
    books, bureau = Books([lost(1, connector="another", intended_at=START)]), Bureau()
    await run(reconciler(books, bureau), 3600)

    assert bureau.asked == []
    assert books.resolved == []


async def test_a_call_in_flight_is_not_asked_after() -> None:
    flying = lost(1, intended_at=START, ended_at=None, outcome=None, billed=None)
    books, bureau = Books([flying]), Bureau()
    await run(reconciler(books, bureau), 3600)

    assert bureau.asked == []


async def test_what_became_known_while_its_bureau_was_asked_stays_as_it_is() -> None:
    books, bureau = Books([LOST, lost(2, intended_at=START, ended_at=START)]), Bureau()
    books.known = {"call-1"}
    await run(reconciler(books, bureau), 600)

    assert [call_id for call_id, _, _ in books.resolved] == ["call-2"]
