"""A second attempt at what is late, where asking costs nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Reply
from connectors.errors import NotSent, TimedOut
from connectors.policy.breaker.circuit import State
from connectors.policy.hedge.latency import Latency

from .whole import HANGS, UNSENT, Says, Whole, connector

FREE: dict[str, Any] = {"effect": "free", "hedge": {}, "timeout": {"attempt": "5s"}}
FAST, LATE = Says(after=0.01), Says(after=2.0)
WARM = 40
"""Calls after which it is known what is late, and one hedge is one in twenty."""


async def warm(act: Says, *later: Says, **changes: Any) -> Whole:
    """Ask until hedging may begin; then the bureau does `later`, and the last of it for ever."""
    says = [act] * WARM + list(later or [act])
    whole = Whole(lambda number: says[min(number, len(says) - 1)], {**FREE, **changes})
    await whole.asks(WARM, every=0.1)
    return whole


async def timed(whole: Whole, within: float = 10.0) -> tuple[object, float]:
    begun = asyncio.get_running_loop().time()
    end = await whole.ask(within)
    return end, asyncio.get_running_loop().time() - begun


async def test_what_is_late_is_asked_again_and_the_first_answer_counts() -> None:
    whole = await warm(FAST, LATE, FAST)
    whole.shared.tokens.level = 40
    end, seconds = await timed(whole)

    assert isinstance(end, Reply) and seconds == pytest.approx(0.06, abs=0.02)
    assert whole.transport.tried == WARM + 2
    # Two calls, two intents, and the one that lost is not waited for.
    calls = {row.call_id for row in whole.ledger.rows[-4:]}
    assert len(calls) == 2 and whole.ledger.outcomes()[-2:] == ["HIT", "LOST"]
    assert whole.transport.now == 0
    # It has the price of a retry, and is an answer at the first try.
    assert whole.shared.tokens.level == 40 - 5 + 2


async def test_nothing_is_late_before_it_is_known_what_late_is() -> None:
    whole = Whole(LATE, FREE)
    await whole.ask()
    assert whole.transport.tried == 1


async def test_one_that_fails_leaves_the_other_to_answer() -> None:
    for first, second in ((Says(after=0.2), UNSENT), (Says(after=0.2, fails=NotSent), LATE)):
        whole = await warm(FAST, first, second, FAST, retry={"max_attempts": 1})
        end, _ = await timed(whole)
        assert isinstance(end, Reply)


async def test_where_both_fail_it_is_told_how_the_first_did() -> None:
    whole = await warm(FAST, HANGS, UNSENT, retry={"max_attempts": 1})
    end, _ = await timed(whole)
    assert isinstance(end, TimedOut)


async def test_a_cancel_reaches_both() -> None:
    whole = await warm(FAST, HANGS)
    asking = asyncio.create_task(whole.ask())
    await asyncio.sleep(1)
    assert whole.transport.now == 2
    asking.cancel()
    await asyncio.wait({asking})
    await asyncio.sleep(0.1)
    assert whole.transport.now == 0


async def test_no_more_than_one_in_twenty() -> None:
    whole = await warm(FAST)
    whole.transport.act = lambda _: LATE
    tried = whole.transport.tried
    await whole.asks(30, every=0.01)

    hedged = whole.transport.tried - tried - 30
    assert hedged == (WARM + 30) // 20


async def test_nothing_is_hedged_while_tokens_are_short_or_the_breaker_is_not_closed() -> None:
    short = await warm(FAST, LATE)
    short.shared.tokens.level = 25
    await short.ask()
    assert short.transport.tried == WARM + 1

    open_ = await warm(FAST, LATE)
    asking = asyncio.create_task(open_.ask())
    await asyncio.sleep(0.01)
    guard = open_.bureau.guard
    guard.circuit.force(State.OPEN, guard.kit.clock.now())
    await asking
    assert open_.transport.tried == WARM + 1 and open_.shared.tokens.level == 50


def test_late_is_what_nineteen_of_twenty_are_not() -> None:
    latency = Latency()
    for number in range(19):
        latency.add(number / 10)
    assert latency.late is None
    latency.add(1.9)
    assert latency.late == 1.9
    for _ in range(100):
        latency.add(0.001)
    assert latency.late == 0.05


@pytest.mark.parametrize(
    "changes",
    [{"effect": "chargeable"}, {"effect": "hard_inquiry"}],
)
def test_what_costs_anything_is_never_asked_twice(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="`hedge` asks twice"):
        connector(**{**FREE, **changes})
