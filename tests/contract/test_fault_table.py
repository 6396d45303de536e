"""Whatever comes back, it is never taken for an answer that it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from connectors.assembly import assemble
from connectors.contract import Reply, Wire, WireReply
from connectors.errors import ConnectorError, Lost, NotSent, TimedOut
from connectors.words import ANSWERS as OUTCOMES_OF_ANSWERS
from connectors.words import NOT_ASKED, Billed, Outcome
from gateway.fields.schema import schema
from tests.contract.fault_table import ANSWERS, CONNECTOR, KEY, SIGNED, TABLE, Fault
from tests.one_connector import bureau, connector, question
from tests.standins import make_kit

KIT = replace(make_kit(secrets={"fault_table": KEY}), schema=schema())

NEVER_TOLD = NOT_ASKED - {Outcome.UNREACHABLE} | {Outcome.PENDING}
"""We chose not to ask; and of PENDING, see below."""


@dataclass
class Faulty:
    """A transport that does one thing."""

    fault: Fault

    async def send(self, wire: Wire) -> WireReply:
        kinds = {"not_sent": NotSent, "timed_out": TimedOut, "lost": Lost}
        if (kind := kinds.get(self.fault.fails)) is not None:
            wire.attempt.sent = kind is not NotSent
            raise kind("score")
        return WireReply(self.fault.status, self.fault.headers, self.fault.body)

    async def aclose(self) -> None:
        """Nothing is open."""


async def ended(fault: Fault) -> Reply | ConnectorError:
    source: dict[str, Any] = dict(CONNECTOR)
    if fault.signed:
        source["response"] = {**source["response"], "open": [SIGNED]}
    main = assemble(connector(**source), KIT, bureau().build(KIT, Faulty(fault))).main
    assert main is not None
    try:
        return await main.connector(question())
    except ConnectorError as error:
        return error


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
async def test_what_comes_back_is_taken_for_what_it_is(fault: Fault) -> None:
    end = await ended(fault)

    assert (end.outcome, end.billed) == (fault.expected, fault.billed)
    if fault.note is not None:
        assert isinstance(end, ConnectorError)
        assert end.note == fault.note


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
async def test_data_comes_of_answers_alone(fault: Fault) -> None:
    end = await ended(fault)
    data = end.user_info if isinstance(end, Reply) else b""

    assert bool(data) is (fault.expected is Outcome.HIT)
    assert (end.outcome in OUTCOMES_OF_ANSWERS | {Outcome.NEED_MORE}) is (fault in ANSWERS)


async def test_what_is_wanted_of_the_person_is_named_by_the_bureaus_reference() -> None:
    """And by nothing else: there are no data yet."""
    more = next(fault for fault in TABLE if fault.expected is Outcome.NEED_MORE)
    end = await ended(more)

    assert isinstance(end, Reply)
    assert (end.bureau_reference, end.user_info, end.meta) == ("R1", b"", {})
    assert end.billed is Billed.NO


def test_every_outcome_that_an_answer_can_have_is_in_the_table() -> None:
    assert {fault.expected for fault in TABLE} == set(Outcome) - NEVER_TOLD
