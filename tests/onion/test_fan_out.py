"""The fifth stage: all granted connectors at once, each as soon as it can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connectors.contract import Call, Query, Reply
from connectors.errors import (
    ConnectorError,
    LedgerDown,
    Lost,
    NotSent,
    Refused,
    TimedOut,
    WrongSubject,
)
from connectors.words import Billed, Outcome, ServedFrom
from gateway.errors import LedgerUnavailable, OutcomeUnknown
from gateway.fields.schema import read_user_info
from gateway.model import Answer, Answers, Granted
from gateway.stages.fan_out import FanOut
from gateway.stages.plan import Seat
from tests.rooms import admitted, filled, granted, known, reply, reused, seat
from tests.virtual import VirtualClock


@dataclass
class Desk:
    """Every connector of a product, each with its script."""

    acts: dict[str, Call] = field(default_factory=dict)
    asked: dict[str, tuple[float, Query]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)
    down: bool = False
    served_: list[Reply] = field(default_factory=list)

    def says(self, name: str, after: float, end: Reply | BaseException | None = None) -> None:
        """Let a connector answer, or raise, some seconds after it was asked."""

        async def call(query: Query) -> Reply:
            self.asked[name] = (VirtualClock().now(), query)
            try:
                await asyncio.sleep(after)
            except asyncio.CancelledError:
                self.cancelled.append(name)
                raise
            if isinstance(end, BaseException):
                raise end
            return end or reply(name)

        self.acts[name] = call

    def waits(self, name: str) -> None:
        """Let a connector wait to its deadline, as a real one does at most."""

        async def call(query: Query) -> Reply:
            self.asked[name] = (VirtualClock().now(), query)
            await asyncio.sleep(query.deadline() - VirtualClock().now())
            raise TimedOut(name)

        self.acts[name] = call

    async def served(self, _: Granted, replies: tuple[Reply, ...]) -> None:
        if self.down:
            raise LedgerDown
        await asyncio.sleep(0.001)
        self.served_.extend(replies)

    def tell(self, answer: Answer) -> None:
        self.told.append((answer.connector, VirtualClock().now()))

    async def ask(
        self,
        *seats: Seat,
        grant: Granted | None = None,
        tell: Callable[[Answer], None] | None = None,
    ) -> Answers:
        stage = FanOut(self.acts, {"credit": seats}, read_user_info, VirtualClock(), self)
        names = [each.connector for each in seats]
        return await stage(grant or to(*names), tell or self.tell)


def to(*names: str, within: float = 10.0, **refused: Outcome) -> Granted:
    return granted(*names, of=filled(admitted(deadline=within)), refused=refused)


@pytest.fixture
def desk() -> Desk:
    return Desk()


A, B, C = seat("a"), seat("b"), seat("c")


async def test_all_are_asked_at_once_and_told_of_as_they_end(desk: Desk) -> None:
    for name, after in (("a", 3), ("b", 1), ("c", 2)):
        desk.says(name, after)
    answers = await desk.ask(A, B, C)

    assert {name: at for name, (at, _) in desk.asked.items()} == {"a": 0, "b": 0, "c": 0}
    assert desk.told == [("b", 1), ("c", 2), ("a", 3)]
    assert list(answers.by_connector) == ["a", "b", "c"]
    assert [each.latency for each in answers.by_connector.values()] == [3, 1, 2]


async def test_who_needs_another_is_asked_after_it_with_what_it_knew(desk: Desk) -> None:
    desk.says("a", 1, reply("a", says=known(identity_verification={"nationality": "CN"})))
    desk.says("b", 2, reply("b", says=known(fraud={"gang_risk": 0.5})))
    desk.says("c", 1)
    desk.says("d", 0)
    await desk.ask(A, B, replace(C, needs=("a", "b")), seat("d"))

    at, query = desk.asked["c"]
    assert at == 2
    assert query.user_info["identity_verification.nationality"] == "CN"
    assert str(query.user_info["fraud.gang_risk"]) == "0.5"
    assert desk.asked["a"][1].user_info == desk.asked["d"][1].user_info == {}


async def test_moments_reach_who_needs_them_with_their_zone(desk: Desk) -> None:
    """A moment without one can not be written, and could not tell two questions apart."""
    says = known()
    says.lender_relationship.registered_at.seconds = 1
    desk.says("a", 1, reply("a", says=says))
    desk.says("b", 1)
    await desk.ask(A, replace(B, needs=("a",)))
    moment: Any = desk.asked["b"][1].user_info["lender_relationship.registered_at"]

    assert moment.isoformat() == "1970-01-01T00:00:01+00:00"


async def test_who_needs_one_that_failed_is_not_asked(desk: Desk) -> None:
    desk.says("a", 1, NotSent("a"))
    answers = await desk.ask(A, replace(B, needs=("a",)), replace(C, needs=("b",)))

    assert answers.by_connector["b"].outcome is Outcome.NEED_INPUT
    assert answers.by_connector["c"].outcome is Outcome.NEED_INPUT
    assert list(desk.asked) == ["a"]
    assert [name for name, _ in desk.told] == ["a", "b", "c"]


async def test_a_failure_is_an_answer_too(desk: Desk) -> None:
    refusal = Refused("a")
    desk.says("a", 1, refusal)
    desk.says("b", 2)
    answers = await desk.ask(A, B)

    missed = answers.by_connector["a"].missed
    assert missed is not None
    assert (missed.outcome, missed.error) == (Outcome.REFUSED, refusal)
    assert answers.by_connector["b"].outcome is Outcome.HIT


async def test_what_was_not_granted_is_in_its_place_and_not_asked(desk: Desk) -> None:
    desk.says("a", 1)
    desk.says("c", 1)
    grant = to("a", "c", b=Outcome.SKIPPED_POLICY)
    answers = await desk.ask(A, B, C, grant=grant)

    assert [each.outcome for each in answers.by_connector.values()] == [
        Outcome.HIT,
        Outcome.SKIPPED_POLICY,
        Outcome.HIT,
    ]
    assert answers.granted is grant


@pytest.mark.parametrize(
    "within, ends", [(0.5, 0.45), (2.0, 1.9), (10.0, 9.5), (100.0, 99.5), (-1.0, 0.0)]
)
async def test_a_part_of_the_time_is_kept_for_what_comes_after(
    desk: Desk, within: float, ends: float
) -> None:
    desk.waits("a")
    await desk.ask(replace(A, required=True, patience=1000), grant=to("a", within=within))

    assert dict(desk.told)["a"] == pytest.approx(ends)


async def test_an_optional_one_is_waited_for_no_longer_than_a_required_one_may_take(
    desk: Desk,
) -> None:
    for name in "abcd":
        desk.waits(name)
    await desk.ask(
        replace(A, required=True, patience=2),
        replace(B, required=True, needs=("a",), patience=3),
        replace(C, patience=60),
        seat("d", needs=("c",)),
    )

    # `b` may begin when `a` ends, so that both together have 5 seconds.
    assert dict(desk.told)["c"] == 5
    assert dict(desk.told)["a"] == 9.5


async def test_without_a_required_one_all_have_all_the_time(desk: Desk) -> None:
    desk.waits("a")
    await desk.ask(A)

    assert desk.told == [("a", 9.5)]


async def test_what_was_reused_is_written_down_before_it_is_given(desk: Desk) -> None:
    kept, shared = reused("a"), reused("b", served_from=ServedFrom.SHARED)
    desk.says("a", 1, kept)
    desk.says("b", 1, shared)
    desk.says("c", 1)
    await desk.ask(A, B, C)

    assert desk.served_ == [kept, shared]


async def test_what_was_reused_and_can_not_be_written_down_is_not_given(desk: Desk) -> None:
    desk.down = True
    desk.says("a", 1, reused("a"))
    with pytest.raises(LedgerUnavailable):
        await desk.ask(A)

    desk.says("b", 1)
    with pytest.raises(OutcomeUnknown) as caught:
        await desk.ask(A, B)
    assert caught.value.call_ids == ("call-b",)
    assert not caught.value.timed_out


async def test_nor_is_it_said_of_an_old_answer_to_what_may_have_been_bought(desk: Desk) -> None:
    stale = reused(
        "a", served_from=ServedFrom.STALE, billed=Billed.UNKNOWN, failed_call="call-failed"
    )
    desk.down = True
    desk.says("a", 1, stale)
    with pytest.raises(OutcomeUnknown) as caught:
        await desk.ask(A)
    assert caught.value.call_ids == ("call-failed",)

    desk.says("a", 1, replace(stale, billed=Billed.NO))
    with pytest.raises(LedgerUnavailable):
        await desk.ask(A)


async def test_without_a_ledger_and_with_nothing_bought_it_is_unavailable(desk: Desk) -> None:
    desk.says("a", 0, LedgerDown())
    desk.says("b", 0, LedgerDown())
    desk.says("c", 0, NotSent("c"))
    with pytest.raises(LedgerUnavailable):
        await desk.ask(A, B, C)


@pytest.mark.parametrize("kind", [TimedOut, Lost, WrongSubject])
async def test_unavailable_is_never_said_of_what_may_have_been_bought(
    desk: Desk, kind: type[ConnectorError]
) -> None:
    """UNAVAILABLE invites every client to ask again by itself."""
    error = kind("a")
    error.call_id = "call-a"
    desk.says("a", 0, error)
    desk.says("b", 0, LedgerDown())
    with pytest.raises(OutcomeUnknown) as caught:
        await desk.ask(A, B)

    assert caught.value.call_ids == ("call-a",)


async def test_what_was_free_may_be_asked_again(desk: Desk) -> None:
    error = TimedOut("a")
    error.billed = Billed.NO
    desk.says("a", 0, error)
    desk.says("b", 0, LedgerDown())
    with pytest.raises(LedgerUnavailable):
        await desk.ask(A, B)


@pytest.mark.parametrize("outcome", [Outcome.HIT, Outcome.NO_HIT, Outcome.PENDING])
async def test_an_answer_is_given_though_the_ledger_failed_for_another(
    desk: Desk, outcome: Outcome
) -> None:
    """It is in the ledger, and perhaps paid for: a status would throw it away."""
    desk.says("a", 1, reply("a", outcome))
    desk.says("b", 1, LedgerDown())
    answers = await desk.ask(A, B)

    assert answers.by_connector["a"].outcome is outcome
    assert answers.by_connector["b"].outcome is Outcome.UNREACHABLE


async def test_a_bug_in_one_call_ends_the_other_waits_and_goes_up(desk: Desk) -> None:
    """As a group, for which the rpc layer has no row: INTERNAL, its text in the protected log."""
    bug = ZeroDivisionError("测试甲")
    desk.says("a", 1, bug)
    desk.says("b", 5)
    with pytest.raises(ExceptionGroup) as caught:
        await desk.ask(A, B, replace(C, needs=("a",)))

    assert caught.value.exceptions == (bug,)
    assert desk.cancelled == ["b"]
    assert desk.told == []
    assert VirtualClock().now() == 1


async def test_a_caller_who_gives_up_ends_all_waits(desk: Desk) -> None:
    desk.says("a", 5)
    desk.says("b", 5)
    waiting = asyncio.create_task(desk.ask(A, B, replace(C, needs=("a",))))
    await asyncio.sleep(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert sorted(desk.cancelled) == ["a", "b"]
    assert list(desk.asked) == ["a", "b"]


async def test_nothing_granted_is_nothing_asked(desk: Desk) -> None:
    grant = to(a=Outcome.SKIPPED_COST)

    assert list((await desk.ask(A, grant=grant)).by_connector) == ["a"]
    assert desk.asked == {}
