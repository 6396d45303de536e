"""A batch: each item by itself, so many at once, and none for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from google.rpc import code_pb2

from gateway.errors import LedgerUnavailable, Malformed, NotAllowed, Unauthenticated
from tests.inquiries import CONTEXT
from tests.virtual import VirtualClock

from .lines import Desk, Line, batch, item, items, run, stranger

NOT_ALLOWED = NotAllowed("PRODUCT_NOT_ALLOWED")


async def test_items_are_answered_in_the_order_in_which_they_end() -> None:
    line = Line(*items("abc"))
    await run(Desk(a=3.0, b=1.0, c=2.0), line)

    assert [each.inquiry_id for each in line.answers] == ["b", "c", "a"]
    assert [each.report.inquiry_id for each in line.answers] == ["b", "c", "a"]
    assert VirtualClock().now() == 3


async def test_what_becomes_of_one_item_touches_no_other() -> None:
    line = Line(*items("abcdef"))
    incidents = await run(
        Desk(
            a=NOT_ALLOWED,
            b=ValueError("its words stay here"),
            c=LedgerUnavailable(),
            d=asyncio.CancelledError(),
        ),
        line,
    )

    assert line.ends == {
        "a": "PRODUCT_NOT_ALLOWED",
        "b": "INTERNAL",
        "c": "LEDGER_UNAVAILABLE",
        "d": "INTERNAL",
        "e": "report",
        "f": "report",
    }
    assert [type(each) for each in incidents] == [ValueError, asyncio.CancelledError]
    assert not any(b"its words" in each for each in line.sent)


async def test_no_more_are_under_way_than_may_be_and_no_further_one_is_taken() -> None:
    desk = Desk(**dict.fromkeys("abcdefg", 1.0))
    line = Line(*items("abcdefg"))
    making = asyncio.create_task(run(desk, line))
    await asyncio.sleep(0.5)
    assert line.taken == desk.at_once == 3
    await making

    assert desk.most_at_once == 3
    assert VirtualClock().now() == 3
    assert set(line.ends) == set("abcdefg")


async def test_an_item_is_under_way_until_its_answer_has_left() -> None:
    """Else a caller who reads nothing would have us hold all of its reports."""
    desk, line = Desk(), Line(*items("abcdefghij"))
    line.reads.clear()
    making = asyncio.create_task(run(desk, line))
    await asyncio.sleep(3600)
    assert (line.taken, line.sent) == (3, [])
    line.reads.set()
    await making

    assert set(line.ends) == set("abcdefghij")


async def test_a_stranger_is_turned_away_before_anything_is_read() -> None:
    line = Line(*items("ab"))
    making = batch(Desk(), [], identify=stranger(Unauthenticated()))
    with pytest.raises(Unauthenticated):
        await making(line.receive, CONTEXT, line.send)

    assert (line.taken, line.sent) == (0, [])


async def test_what_can_not_be_read_ends_the_stream_when_the_rest_is_answered() -> None:
    """It has no id under which it could be answered."""
    line = Line(item("a"), b"\xff\xff", item("b"))
    with pytest.raises(Malformed):
        await run(Desk(a=5.0), line)

    assert line.ends == {"a": "report"}
    assert line.taken == 2


async def test_an_item_is_given_the_time_that_it_asks_for_from_when_it_is_begun() -> None:
    desk = Desk(a=10.0, b=10.0, c=10.0)
    await run(desk, Line(*items("abc"), item("late", timeout=2.0), item("as", timeout=0.0)))

    assert desk.contexts["a"].deadline is None
    assert desk.contexts["late"].deadline == 12.0
    assert desk.contexts["as"].deadline == 10.0


async def test_no_item_has_longer_than_the_stream() -> None:
    desk = Desk()
    await run(desk, Line(item("a"), item("b", timeout=60.0)), replace(CONTEXT, deadline=5.0))

    assert [each.deadline for each in desk.contexts.values()] == [5.0, 5.0]


async def test_the_wait_for_an_item_ends_at_its_time_and_nobody_knows_what_it_bought() -> None:
    """As the deadline of a call of its own would end it."""
    desk, line = Desk(slow=60.0, other=3.0), Line(item("slow", timeout=2.0), item("other"))
    await run(desk, line)

    assert line.ends == {"slow": "UPSTREAM_OUTCOME_UNKNOWN", "other": "report"}
    assert line.answers[0].status.code == code_pb2.DEADLINE_EXCEEDED
    assert desk.cancelled == ["slow"]


async def test_a_timeout_that_is_not_ours_is_a_fault() -> None:
    line = Line(item("a", timeout=2.0))
    incidents = await run(Desk(a=TimeoutError("its words stay here")), line)

    assert line.ends == {"a": "INTERNAL"}
    assert [type(each) for each in incidents] == [TimeoutError]


async def test_a_time_that_is_none_is_refused() -> None:
    desk, line = Desk(), Line(item("a", timeout=-1.0))
    await run(desk, line)

    assert line.ends == {"a": "INVALID_FIELDS"}
    assert desk.asked == []


async def test_a_caller_who_goes_takes_the_waits_of_all_its_items_along() -> None:
    desk, line = Desk(a=60.0, b=60.0), Line(*items("abz"), ends=False)
    making = asyncio.create_task(run(desk, line))
    await asyncio.sleep(1)
    making.cancel()
    await asyncio.wait((making,))

    assert making.cancelled()
    assert sorted(desk.cancelled) == ["a", "b"]
    assert line.ends == {"z": "report"}
    assert asyncio.all_tasks() == {asyncio.current_task()}
