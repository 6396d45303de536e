"""What is told at a deadline of a job stays true: what is called unsent is never sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Reply
from connectors.errors import ConnectorError, NotSent, TimedOut
from connectors.words import Billed, Outcome
from tests.virtual import VirtualLoop

from .fakes import standing
from .job_house import ACCEPTED, DONE, Process, Says, Script, Store, connector, job

CONNECTS = replace(ACCEPTED, before=0.4)
"""Taken, once there is a connection."""


def house(*submit: Says, spec: Any = None, **changes: Any) -> Process:
    script = Script({"/jobs": list(submit), "/jobs/": [DONE], "/first": [Says({"ticket": "t1"})]})
    return Process(spec or connector(job=job(on_deadline="fail"), **changes), script, Store())


async def ask(process: Process, inquiry: str, within: float) -> Reply | ConnectorError:
    try:
        return await process.ask(within, standing=replace(standing(), inquiry_id=inquiry))
    except ConnectorError as error:
        return error


def sent_for(process: Process, inquiry: str) -> int:
    """Count what was sent on somebody's inquiry, as the ledger has it."""
    calls = {row.call_id for row in process.ledger.rows if row.inquiry == inquiry}
    return len(calls & set(process.script.calls))


async def test_what_is_told_to_be_unsent_at_the_deadline_is_not_sent_afterwards() -> None:
    process = house(CONNECTS)
    told = await ask(process, "i1", within=0.3)
    assert isinstance(told, NotSent) and told.billed is Billed.NO
    await asyncio.sleep(10)

    assert process.script.sent == []
    assert process.store.jobs == {} and process.ledger.outcomes() == ["UNREACHABLE"]
    await process.aclose()


async def test_a_caller_who_hangs_up_before_anything_is_sent_buys_nothing() -> None:
    process = house(CONNECTS)
    asking = asyncio.create_task(process.ask())
    await asyncio.sleep(0.3)
    asking.cancel()
    await asyncio.sleep(10)

    assert process.script.sent == [] and process.store.jobs == {}
    await process.aclose()


async def test_what_has_left_by_the_deadline_is_a_timeout_and_goes_on() -> None:
    process = house(replace(CONNECTS, after=1.0))
    told = await ask(process, "i1", within=0.5)
    assert isinstance(told, TimedOut)
    assert (told.billed, told.cost) == (Billed.UNKNOWN, Decimal("0.50"))
    await asyncio.sleep(10)

    assert process.store.jobs == {} and process.ledger.outcomes()[-1] == "HIT"
    await process.aclose()


async def test_a_deadline_while_the_disk_stands_still_buys_nothing() -> None:
    process = house(ACCEPTED)
    process.store.commit = 1.0
    assert isinstance(await ask(process, "i1", within=0.5), NotSent)
    await asyncio.sleep(10)

    assert process.script.sent == [] and process.store.jobs == {}
    await process.aclose()


async def test_who_waits_longer_than_the_one_who_buys_buys_then() -> None:
    process = house(CONNECTS)
    first = asyncio.create_task(ask(process, "i1", within=0.3))
    await asyncio.sleep(0.1)
    second = await ask(process, "i2", within=5)

    assert isinstance(await first, NotSent)
    assert isinstance(second, Reply)
    assert (second.outcome, second.cost) == (Outcome.HIT, Decimal("0.50"))
    assert (sent_for(process, "i1"), process.script.paths("/jobs")) == (0, 1)
    await process.aclose()


async def test_who_only_joined_leaves_the_purchase_to_the_one_who_buys() -> None:
    process = house(CONNECTS)
    first = asyncio.create_task(ask(process, "i1", within=5))
    await asyncio.sleep(0.1)
    second = await ask(process, "i2", within=0.1)
    bought = await first

    assert isinstance(second, NotSent) and sent_for(process, "i2") == 0
    assert isinstance(bought, Reply) and bought.outcome is Outcome.HIT
    await process.aclose()


async def test_after_a_step_that_was_paid_nothing_is_called_unsent() -> None:
    """What is paid for is not thrown away, so that the rest of it may yet be sent."""
    first = {
        "name": "first",
        "effect": "chargeable",
        "request": {"path": "/first"},
        "outcomes": [{"outcome": "HIT", "status": 200, "body": {"ticket": {"present": True}}}],
    }
    billing = {"price": {"amount": "0.50", "currency": "EUR"}, "billable": ["HIT"]}
    process = house(CONNECTS, steps=[first], billing=billing)
    told = await ask(process, "i1", within=0.3)

    assert isinstance(told, TimedOut)
    assert (told.billed, told.cost) == (Billed.YES, Decimal("0.50"))
    await process.aclose()


@dataclass(frozen=True, slots=True)
class Asker:
    at: float
    within: float


@pytest.mark.parametrize("rule", ["fail", "hand_off"])
def test_it_holds_whoever_leaves_when(rule: str) -> None:
    @given(
        st.lists(st.builds(Asker, _seconds(400), _seconds(900)), min_size=1, max_size=4),
        _seconds(500),
        _seconds(20),
    )
    @settings(max_examples=150, deadline=None)
    def law(askers: list[Asker], connects: float, commit: float) -> None:
        live(lambda: _asked(rule, askers, connects, commit))

    law()


async def _asked(rule: str, askers: list[Asker], connects: float, commit: float) -> None:
    spec = connector(job=job(on_deadline=rule), cache={"ttl": "1h"})
    process = house(replace(ACCEPTED, before=connects), spec=spec)
    process.store.commit = process.ledger.commit = commit
    # The last has time for all.
    askers = [*askers, Asker(askers[0].at, 30.0)]
    told = await asyncio.gather(
        *(_asker(process, f"i{index}", asker) for index, asker in enumerate(askers))
    )
    await asyncio.sleep(30)

    for index, end in enumerate(told):
        if isinstance(end, ConnectorError) and end.billed is Billed.NO:
            assert not isinstance(end, TimedOut)
            assert sent_for(process, f"i{index}") == 0
    assert isinstance(told[-1], Reply) and told[-1].outcome is Outcome.HIT
    assert process.store.jobs == {}
    # The answer is given to all who come after it.
    assert process.script.paths("/jobs") == 1
    await process.aclose()


async def _asker(process: Process, inquiry: str, asker: Asker) -> Reply | ConnectorError:
    await asyncio.sleep(asker.at)
    return await ask(process, inquiry, asker.within)


def _seconds(most: int) -> st.SearchStrategy[float]:
    return st.integers(0, most).map(lambda thousandths: thousandths / 1000)


def live(life: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(life())
