"""Connectors on trial: granted, capped, compared, and nothing of them in a report."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import Call, Query, Reply
from connectors.errors import LedgerDown, Lost, NotSent
from connectors.policy.ledger import Owned
from connectors.words import Outcome
from gateway.fields.schema import read_user_info
from gateway.model import Answers
from gateway.stages.shadow import Comparison, DailySpend, Draw, Shadows, ShadowSeat
from gateway.telemetry.shadows import ShadowLog
from tests.rooms import admitted, answers, failed, filled, given, known, reply, seat
from tests.virtual import VirtualClock

NEW = ShadowSeat(seat("new"), share=0.05, most=Decimal(20), within=5.0)
KEY = b"k" * 32
LIVE = answers(
    given(reply("old", says=known(fraud={"gang_risk": 0.5, "associated_persons_count": 1})))
)


@dataclass
class Trial:
    """A connector on trial, and what was seen of it."""

    end: Reply | BaseException = field(default_factory=lambda: reply("new"))
    after: float = 0.0
    seat: ShadowSeat = NEW
    spend: DailySpend = field(default_factory=lambda: DailySpend(VirtualClock()))
    asked: list[Query] = field(default_factory=list)
    seen: list[Comparison] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    owned: Owned = field(default_factory=Owned)

    async def call(self, query: Query) -> Reply:
        self.asked.append(query)
        await asyncio.sleep(self.after)
        if isinstance(self.end, BaseException):
            raise self.end
        return self.end

    def shadow(self, comparison: Comparison) -> None:
        self.seen.append(comparison)

    def shadow_failed(self, error: Exception) -> None:
        self.faults.append(error)

    def begin(self, of: Answers = LIVE, *granted: str) -> None:
        calls: dict[str, Call] = {"new": self.call}
        seats = {"credit": (self.seat,)}
        Shadows(seats, calls, read_user_info, VirtualClock(), self.owned, self.spend, self).begin(
            of, granted or ("old", "new")
        )

    async def run(self, of: Answers = LIVE) -> Comparison:
        self.begin(of)
        await self.owned.settled()
        return self.seen[-1]


def drawn(share: float, inquiry_id: str, **changes: Any) -> bool:
    draw = Draw({"credit": (replace(NEW, share=share),)}, KEY)
    return bool(draw(filled(admitted(id=inquiry_id, **changes))))


async def test_a_share_of_the_inquiries_is_drawn_and_the_same_ones_again() -> None:
    names = [f"inquiry-{number}" for number in range(2000)]
    first = [name for name in names if drawn(0.05, name)]

    assert 60 <= len(first) <= 140
    assert first == [name for name in names if drawn(0.05, name)]
    assert all(drawn(1.0, name) for name in names[:50])
    # Who is in a small share is in a larger one.
    assert all(drawn(0.5, name) for name in first)


async def test_nobody_is_drawn_for_what_nobody_wanted_or_whose_condition_does_not_hold() -> None:
    conditional = replace(
        NEW, share=1.0, seat=seat("new", when=lambda known: known("application.x") == 1)
    )

    assert not Draw({"credit": (replace(NEW, share=1.0),)}, KEY)(filled(admitted("fraud")))
    assert not Draw({"credit": (conditional,)}, KEY)(filled())
    assert Draw({"credit": (conditional,)}, KEY)(filled(admitted(application={"x": 1})))
    assert not Draw({"other": (NEW,)}, KEY)(filled())


async def test_the_answer_does_not_wait_for_it_and_draining_does() -> None:
    trial = Trial(after=3.0)
    begun = VirtualClock().now()
    trial.begin()

    assert VirtualClock().now() == begun and trial.asked == []
    assert len(trial.owned.tasks) == 1
    await trial.owned.settled()
    assert VirtualClock().now() == begun + 3
    assert trial.seen[0].answer.latency == 3


async def test_it_is_asked_on_the_same_grant_as_the_others_for_its_own_time() -> None:
    trial = Trial()
    await trial.run()

    (query,) = trial.asked
    assert query.standing is LIVE.granted.standing
    assert query.deadline() == VirtualClock().now() + 5


async def test_what_was_not_granted_is_not_asked() -> None:
    trial = Trial()
    trial.begin(LIVE, "old")

    assert trial.owned.tasks == set()


async def test_it_changes_nothing_of_the_answers() -> None:
    before = dict(LIVE.by_connector)
    await Trial(reply("new", says=known(fraud={"gang_risk": 0.9}))).run()

    assert dict(LIVE.by_connector) == before


async def test_it_is_compared_by_field_and_no_value_is_kept() -> None:
    says = known(
        fraud={"gang_risk": 0.5, "associated_persons_count": 2},
        identity_verification={"nationality": "CN"},
    )
    found = await Trial(reply("new", says=says)).run()

    assert (found.same, found.different, found.alone) == (1, 1, 1)
    assert found.cost == Decimal("0.50")
    assert found.answer.outcome is Outcome.HIT


@pytest.mark.parametrize(
    ("end", "outcome", "cost"),
    [
        (NotSent("new"), Outcome.UNREACHABLE, Decimal(0)),
        (Lost("new"), Outcome.LOST, Decimal(1)),
        (LedgerDown(), Outcome.UNREACHABLE, Decimal(0)),
    ],
)
async def test_a_failure_is_seen_and_goes_nowhere(
    end: Exception, outcome: Outcome, cost: Decimal
) -> None:
    if isinstance(end, Lost):
        end.cost = Decimal(1)
    found = await Trial(end).run()

    assert (found.answer.outcome, found.cost) == (outcome, cost)


async def test_a_fault_of_ours_is_told_of() -> None:
    trial = Trial(ZeroDivisionError())
    trial.begin()
    await trial.owned.settled()

    assert [type(error) for error in trial.faults] == [ZeroDivisionError]
    assert trial.seen == []


async def test_who_needs_another_is_given_its_answer_or_not_asked() -> None:
    needy = replace(NEW, seat=seat("new", needs=("old",)))
    trial = Trial(seat=needy)
    await trial.run()
    assert trial.asked[0].user_info["fraud.gang_risk"] == Decimal("0.5")

    without = await trial.run(answers(failed(NotSent("old"))))
    assert without.answer.outcome is Outcome.NEED_INPUT
    assert len(trial.asked) == 1


async def test_a_day_has_a_cap_and_the_next_day_another() -> None:
    trial = Trial(seat=replace(NEW, most=Decimal("1.50")))
    for _ in range(3):  # 0.50 each, and 1 set aside for the next
        last = await trial.run()

    assert last.answer.outcome is Outcome.SKIPPED_COST and last.cost == 0
    assert len(trial.asked) == 2
    await asyncio.sleep(86_400)
    assert (await trial.run()).answer.outcome is Outcome.HIT


async def test_an_answer_that_is_to_come_counts_as_bought() -> None:
    """Its job goes on, and nobody comes back to say what it cost."""
    trial = Trial(
        reply("new", outcome=Outcome.PENDING, cost=Decimal(0)),
        seat=replace(NEW, most=Decimal("1.50")),
    )
    for _ in range(3):
        last = await trial.run()

    assert len(trial.asked) == 1 and last.answer.outcome is Outcome.SKIPPED_COST


async def test_calls_at_the_same_time_do_not_pass_the_cap_together() -> None:
    trial = Trial(after=1.0, seat=replace(NEW, most=Decimal(2)))
    for _ in range(5):
        trial.begin()
    await trial.owned.settled()

    assert len(trial.asked) == 2


async def test_what_was_spent_before_a_restart_counts() -> None:
    asked: list[tuple[tuple[str, str], date]] = []

    async def ledger(place: tuple[str, str], day: date) -> Decimal:
        asked.append((place, day))
        return Decimal("19.50")

    trial = Trial(spend=DailySpend(VirtualClock(), ledger))
    for _ in range(2):
        assert (await trial.run()).answer.outcome is Outcome.SKIPPED_COST
    assert asked == [(("credit", "new"), VirtualClock().utc().date())]


@dataclass
class Lines:
    """A log."""

    lines: list[dict[str, object]] = field(default_factory=list)

    def inquiry(self, line: object) -> None: ...

    def event(self, event: str, **fields: object) -> None:
        self.lines.append({"event": event, **fields})

    def incident(self, incident: str, stage: str, error: BaseException) -> None:
        self.lines.append({"event": incident, "stage": stage, "error": type(error).__name__})


async def test_a_line_says_how_it_did_beside_the_others_and_tallies_add_up() -> None:
    lines = Lines()
    log = ShadowLog(lines)
    for _ in range(2):
        log.shadow(await Trial(reply("new", says=known(fraud={"gang_risk": 0.5}))).run())

    assert lines.lines[0]["connectors"] == {"old": Outcome.HIT, "new": Outcome.HIT}
    assert (lines.lines[0]["shadow"], lines.lines[0]["same"]) == ("new", 1)
    assert "0.5" not in str({**lines.lines[0], "cost": ""})
    tally = log.tallies["credit", "new"]
    assert (tally.outcomes[Outcome.HIT], tally.cost, tally.same) == (2, Decimal("1.00"), 2)
