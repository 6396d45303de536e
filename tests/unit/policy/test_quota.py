"""A bureau's day and month, by its own calendar."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from connectors.errors import LedgerDown, QuotaSpent
from connectors.kit import Kit, Unrecorded
from connectors.policy.limit.quota import Quota
from connectors.policy.limit.ration import Ration
from tests.standins import HandClock, make_kit

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


class Calendar(HandClock):
    """Stands at a moment of our choice."""

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        self.moment = moment

    def utc(self) -> datetime:
        return self.moment


@dataclass
class Book(Unrecorded):
    """A ledger that says what it is told to, and remembers what it was asked."""

    known: int = 0
    down: bool = False
    asked: list[tuple[frozenset[str], datetime, datetime]] = field(default_factory=list)

    async def attempts(self, connectors: frozenset[str], since: datetime, until: datetime) -> int:
        self.asked.append((connectors, since, until))
        await asyncio.sleep(0)
        if self.down:
            raise LedgerDown
        return self.known


def ration(clock: Calendar, book: Book, zone: ZoneInfo = SHANGHAI, **quota: int) -> Ration:
    kit: Kit = replace(make_kit(clock=clock), history=book)
    of = Ration(Quota(**quota).allowances(zone), kit)
    of.join("score")
    of.join("report")
    return of


async def takes(of: Ration, most: int = 1000) -> int:
    """Count how many attempts it allows."""
    for count in range(most):
        try:
            await of.take("score")
        except QuotaSpent:
            return count
    return most


async def test_a_day_is_the_bureaus_own() -> None:
    clock, book = Calendar(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)), Book()
    of = ration(clock, book, day=3)
    assert await takes(of) == 3

    clock.moment += timedelta(seconds=1)  # Midnight in Shanghai.
    assert await takes(of) == 3
    assert [since for _, since, _ in book.asked] == [
        datetime(2026, 2, 28, 16, tzinfo=UTC),
        datetime(2026, 3, 1, 16, tzinfo=UTC),
    ]


async def test_what_was_used_before_counts_of_all_its_connectors_and_is_read_once() -> None:
    clock, book = Calendar(datetime(2026, 3, 1, tzinfo=UTC)), Book(known=7)
    of = ration(clock, book, day=10)
    assert await takes(of) == 3
    assert [names for names, *_ in book.asked] == [frozenset({"score", "report"})]


@pytest.mark.parametrize(
    ("moment", "since", "until"),
    [
        ((2024, 2, 29, 12), (2024, 2, 1, 5), (2024, 3, 1, 5)),
        ((2026, 12, 31, 23), (2026, 12, 1, 5), (2027, 1, 1, 5)),
        ((2026, 3, 15, 12), (2026, 3, 1, 5), (2026, 4, 1, 4)),  # Summer time begins.
    ],
)
def test_a_month_is_a_calendars(
    moment: tuple[int, ...], since: tuple[int, ...], until: tuple[int, ...]
) -> None:
    (month,) = Quota(month=1).allowances(NEW_YORK)

    assert month.bounds(datetime(*moment, tzinfo=UTC)) == (  # type: ignore[arg-type,misc] # four numbers
        datetime(*since, tzinfo=UTC),  # type: ignore[arg-type,misc] # four numbers
        datetime(*until, tzinfo=UTC),  # type: ignore[arg-type,misc] # four numbers
    )


def test_a_day_of_25_hours_is_one_day() -> None:
    (day,) = Quota(day=1).allowances(NEW_YORK)
    since, until = day.bounds(datetime(2026, 11, 1, 12, tzinfo=UTC))

    assert until - since == timedelta(hours=25)


async def test_the_tighter_of_two_holds() -> None:
    clock, book = Calendar(datetime(2026, 3, 1, tzinfo=UTC)), Book()
    of = ration(clock, book, day=3, month=5)
    taken = [await takes(of)]
    for _ in range(2):
        clock.moment += timedelta(days=1)
        taken.append(await takes(of))
    assert taken == [3, 2, 0]

    clock.moment += timedelta(days=31)
    assert await takes(of) == 3


async def test_nothing_is_asked_while_nobody_knows_what_was_used() -> None:
    book = Book(down=True)
    of = ration(Calendar(datetime(2026, 3, 1, tzinfo=UTC)), book, day=3)
    for _ in range(2):
        with pytest.raises(LedgerDown):
            await of.take("score")
    book.down = False
    assert await takes(of) == 3


async def test_who_comes_at_the_same_time_waits_for_one_reading() -> None:
    book = Book(known=1)
    of = ration(Calendar(datetime(2026, 3, 1, tzinfo=UTC)), book, day=3)
    ends = await asyncio.gather(*(of.take("score") for _ in range(5)), return_exceptions=True)

    assert [type(end) for end in ends].count(QuotaSpent) == 3
    assert len(book.asked) == 1


async def test_what_was_never_sent_is_given_back_to_its_own_period() -> None:
    clock = Calendar(datetime(2026, 3, 1, tzinfo=UTC))
    of = ration(clock, Book(), day=2)
    taken = await of.take("score")
    of.give_back(taken)
    assert await takes(of) == 2

    clock.moment += timedelta(days=1)
    await of.take("score")
    of.give_back(taken)
    assert await takes(of) == 1


async def test_the_bureaus_own_word_closes_it_until_its_day_ends() -> None:
    clock = Calendar(datetime(2026, 3, 1, tzinfo=UTC))
    of = ration(clock, Book(), day=100, month=1000)
    taken = await of.take("score")
    of.close(taken)
    of.give_back(taken)
    assert await takes(of) == 0

    clock.moment += timedelta(days=1)
    assert await takes(of) == 100


@pytest.mark.parametrize("days", [10, -10, 40])
async def test_a_clock_that_was_wrong_for_one_call_takes_nothing_from_the_days_after(
    days: int,
) -> None:
    """Nor does it lose what was counted on the day itself."""
    clock, book = Calendar(datetime(2026, 3, 1, tzinfo=UTC)), Book()
    of = ration(clock, book, day=100, month=10_000)
    assert await takes(of, 80) == 80
    clock.moment += timedelta(days=days)
    assert await takes(of, 1) == 1
    clock.moment -= timedelta(days=days)
    assert await takes(of) == 20

    for _ in range(5):
        clock.moment += timedelta(days=1)
        assert await takes(of, 80) == 80


async def test_what_was_taken_at_a_wrong_time_and_never_sent_is_given_back_to_that_time() -> None:
    clock = Calendar(datetime(2026, 3, 1, tzinfo=UTC))
    of = ration(clock, Book(), day=2)
    await of.take("score")
    clock.moment += timedelta(days=10)
    taken = await of.take("score")
    clock.moment -= timedelta(days=10)
    of.give_back(taken)

    assert await takes(of) == 1


async def test_the_bureaus_own_word_outlasts_a_clock_that_was_wrong() -> None:
    clock = Calendar(datetime(2026, 3, 1, tzinfo=UTC))
    of = ration(clock, Book(), day=100)
    of.close(await of.take("score"))
    clock.moment += timedelta(days=10)
    assert await takes(of, 1) == 1
    clock.moment -= timedelta(days=10)

    assert await takes(of) == 0


async def test_only_what_was_asked_in_a_period_is_read_of_the_ledger() -> None:
    """A row that is stamped with a later day is not counted on each until then."""
    book = Book()
    await ration(Calendar(datetime(2026, 3, 1, tzinfo=UTC)), book, day=3, month=5).take("score")

    assert [tuple(between) for _, *between in book.asked] == [
        (datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC)),
        (datetime(2026, 2, 28, 16, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)),
    ]


def test_a_quota_says_of_what_period() -> None:
    with pytest.raises(ValidationError, match="`day`"):
        Quota()
