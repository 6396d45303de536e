import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from threading import Event

import pytest

from connectors.words import Outcome, ServedFrom
from gateway.telemetry.foreign import routed
from gateway.telemetry.line_writer import LineWriter
from gateway.telemetry.log import InquiryLine, JsonLog
from gateway.telemetry.observer import QueryCounters

from ..ledger_rows import CANARY, question
from ..standins import HandClock

LINE = InquiryLine(
    inquiry_id="i-1",
    tenant="lender",
    caller="loans",
    product="first_look",
    verdict="COMPLETE",
    connectors={"acme_score": Outcome.HIT, "police_id": Outcome.TIMEOUT},
    cost=Decimal("1.50"),
    latency_ms=12.5,
    subject_token="token",
)


class Pages:
    """Where the two logs of a test are written."""

    def __init__(self) -> None:
        self.out, self.protected = io.StringIO(), io.StringIO()
        self.log = JsonLog(HandClock(), self.out, self.protected)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[JsonLog]:
        self.log.start()
        try:
            yield self.log
        finally:
            await self.log.aclose()

    @property
    def open_line(self) -> dict[str, object]:
        (line,) = map(json.loads, self.out.getvalue().splitlines())
        return dict(line)

    @property
    def protected_line(self) -> dict[str, object]:
        (line,) = map(json.loads, self.protected.getvalue().splitlines())
        return dict(line)


async def test_one_inquiry_is_one_line() -> None:
    pages = Pages()
    async with pages.writing() as log:
        log.inquiry(LINE)

    assert pages.open_line == {
        "at": "2025-10-09T09:10:00.000+00:00",
        "level": "info",
        "event": "inquiry",
        "inquiry_id": "i-1",
        "tenant": "lender",
        "caller": "loans",
        "product": "first_look",
        "verdict": "COMPLETE",
        "connectors": {"acme_score": "HIT", "police_id": "TIMEOUT"},
        "cost": "1.50",
        "latency_ms": 12.5,
        "subject_token": "token",
    }


async def test_a_key_that_is_not_allowed_is_dropped_and_counted() -> None:
    pages = Pages()
    async with pages.writing() as log:
        log.event("started", address="127.0.0.1:1", body=CANARY, subject={"name": CANARY})

    assert pages.open_line.keys() == {"at", "level", "event", "address"}
    assert log.refused == {"body": 1, "subject": 1}


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u200b"])
async def test_no_sign_can_forge_a_line_or_move_a_cursor(sign: str) -> None:
    pages = Pages()
    async with pages.writing() as log:
        log.event("started", reason=f"a{sign}b")

    assert sign not in pages.out.getvalue().removesuffix("\n")
    assert pages.open_line["reason"] == f"a{sign}b"


def fail() -> None:
    person = CANARY
    raise ValueError(f"bad thing, {len(person)}")


async def test_a_fault_s_words_are_in_the_protected_log_alone() -> None:
    """And the values in its frames are in neither."""
    pages = Pages()
    async with pages.writing() as log:
        try:
            fail()
        except ValueError as error:
            log.incident("inc-1", "fill", error)

    assert pages.open_line["incident"] == "inc-1"
    assert pages.open_line["error"] == "ValueError"
    assert "bad thing" not in pages.out.getvalue()
    assert "bad thing" in str(pages.protected_line["traceback"])
    assert "in fail" in str(pages.protected_line["traceback"])
    assert CANARY not in pages.protected.getvalue()


@pytest.mark.parametrize("name", ["asyncio", "grpc", "grpc.aio._server", "some.library"])
async def test_what_a_library_quotes_stays_out_of_the_open_log(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = Pages()
    async with pages.writing() as log:
        with routed(log):
            try:
                int(CANARY)
            except ValueError as error:
                logging.getLogger(name).exception("Unexpected %s", error)  # noqa: TRY401 - grpc does
            logging.getLogger(name).info("chatter")

    assert pages.open_line["logger"] == name
    assert pages.open_line["error"] == "ValueError"
    assert CANARY not in pages.out.getvalue() + "".join(capsys.readouterr())
    assert CANARY in str(pages.protected_line["message"])


async def test_asyncio_s_own_complaint_is_routed() -> None:
    pages = Pages()
    async with pages.writing() as log:
        with routed(log):
            asyncio.get_running_loop().call_exception_handler(
                {"message": "Task exception was never retrieved", "exception": ValueError(CANARY)}
            )

    assert pages.open_line["logger"] == "asyncio"
    assert CANARY not in pages.out.getvalue()


async def test_routing_ends() -> None:
    before = logging.getLogger().handlers, logging.getLogger("grpc").propagate
    pages = Pages()
    async with pages.writing() as log:
        with routed(log):
            assert logging.getLogger().handlers != before[0]

    assert (logging.getLogger().handlers, logging.getLogger("grpc").propagate) == before


async def test_a_line_that_can_not_be_written_costs_no_other() -> None:
    pages = Pages()
    async with pages.writing() as log:
        log.event("started", reason="\ud800")
        log.event("started", reason="plain")

    assert pages.open_line["reason"] == "plain"
    assert log.dropped == 1


def test_what_does_not_fit_the_queue_is_dropped_and_counted() -> None:
    done: list[int] = []
    held, taken = Event(), Event()
    writer = LineWriter(lambda: None, longest=2)

    def hold() -> None:
        taken.set()
        held.wait()

    writer.start()
    writer.put(hold)
    taken.wait()
    for number in range(5):
        writer.put(lambda number=number: done.append(number))  # type: ignore[misc]
    held.set()
    writer.close()

    assert done == [0, 1]
    assert writer.dropped == 3


def test_queries_are_counted_by_connector_and_outcome() -> None:
    counters = QueryCounters()
    for seconds in (0.25, 0.5):
        counters.asked(question("call-1"), Outcome.HIT, ServedFrom.LIVE, seconds)
    counters.asked(question("call-2"), Outcome.HIT, ServedFrom.CACHE, 0.25)

    assert counters.asked_total == {
        ("acme_score", Outcome.HIT, ServedFrom.LIVE): 2,
        ("acme_score", Outcome.HIT, ServedFrom.CACHE): 1,
    }
    assert counters.seconds_total == {"acme_score": 1.0}
