"""Whatever a bureau sends in place of its answer, no shipped connector takes it for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.contract import Reply
from connectors.errors import ConnectorError
from connectors.words import Billed, Outcome
from mock_bureaus import Step

from .town import DEMO_PERSON, JOHN, JUAN, RAVI, Subject, Town, open_town

PATIENCE = 2.0
"""Seconds of one attempt: enough for all of them at once, on a machine that others use as well."""

BUREAUS: Mapping[str, tuple[str, Subject]] = {
    "credit_enhancement": ("data_market", DEMO_PERSON),
    "credit_report": ("credit_report", DEMO_PERSON),
    "education_check": ("education", DEMO_PERSON),
    "fraud_report": ("fraud_report", DEMO_PERSON),
    "multi_lending": ("multi_lending", DEMO_PERSON),
    "police_id": ("police_id", DEMO_PERSON),
    "loan_radar": ("loanradar", DEMO_PERSON),
    "platform_loans": ("pathsign", DEMO_PERSON),
    "bank_card_check": ("cardcheck", DEMO_PERSON),
    "sealed_degree": ("sealdegree", DEMO_PERSON),
    "us_credit_report": ("uscredit", JOHN),
    "us_credit_xml": ("netaccess", JOHN),
    "india_credit_report": ("tuefline", RAVI),
    "mexico_credit_score": ("circlescore", JUAN),
}
"""By connector: what the mocks call its bureau, and somebody whom that knows."""

SPOILT = (
    "html",
    "json_error",
    "status:200",
    "status:204",
    "status:404",
    "status:502",
    "bad_json",
    "truncated",
    "huge:9000000",
    "gzip_bomb:9000000",
    "lying_length",
    "reset",
    "billed_reset",
    "reset_mid_body",
)
"""Faults after which there is no answer that anybody could read."""

SILENT = ("hang", "billed_timeout", "lying_length:9")
"""Those that go on until somebody hangs up."""

ALTERED = ("wrong_content_type", "wrong_charset", "object_for_array", "wrong_subject")
"""Faults that leave some bureaus' answers whole: those name nobody, have no list, or are ASCII."""

SHORT = {"object_for_array": frozenset({"fraud_report"})}
"""Where the one item that is left can not be told from a list of one: bureaus write it so."""

FOUND = frozenset({Outcome.HIT, Outcome.NO_HIT})


@dataclass(frozen=True, slots=True)
class End:
    """How one question ended, and what each side says that it costs."""

    outcome: Outcome
    user_info: bytes
    ours: Billed
    theirs: bool
    calls: int
    """Those that the bureau received, less those that our ledger has."""

    @property
    def agrees(self) -> bool:
        """What was charged is never booked as free, nor what was free as charged."""
        never = Billed.NO if self.theirs else Billed.YES
        return self.calls == 0 and self.ours is not never


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def ended(town: Town, connector: str, fault: str) -> End:
    bureau, person = BUREAUS[connector]
    received, written = len(town.about_persons(bureau)), len(town.book.of(connector))
    town.bureaus.script(bureau, Step(fault, keep=True))
    try:
        end: Reply | ConnectorError = await town.ask(connector, person)
    except ConnectorError as error:
        end = error
    await town.owned.settled()
    town.bureaus.script(bureau)
    calls, rows = town.about_persons(bureau)[received:], town.book.of(connector)[written:]
    return End(
        end.outcome,
        end.user_info if isinstance(end, Reply) else b"",
        rows[-1].billed,
        any(call.billed for call in calls),
        len(calls) - len(rows),
    )


@pytest.mark.parametrize("connector", BUREAUS)
async def test_no_answer_is_never_taken_for_one(town: Town, connector: str) -> None:
    honest = await ended(town, connector, "none")
    spoilt = {fault: await ended(town, connector, fault) for fault in SPOILT}

    assert honest.outcome in FOUND
    assert {fault: end for fault, end in spoilt.items() if end.outcome in FOUND} == {}
    assert {fault: end for fault, end in spoilt.items() if end.user_info} == {}
    assert {fault: end for fault, end in spoilt.items() if not end.agrees} == {}
    assert honest.agrees


@pytest.mark.parametrize("fault", SILENT)
async def test_silence_is_never_taken_for_an_answer(tmp_path: Path, fault: str) -> None:
    """All of them at once: whoever waits is not to be waited for."""
    async with open_town(tmp_path, PATIENCE) as town:
        together = await asyncio.gather(*(ended(town, connector, fault) for connector in BUREAUS))
        silent = dict(zip(BUREAUS, together, strict=True))

    assert {end.outcome for end in silent.values()} == {Outcome.TIMEOUT}
    assert {connector: end for connector, end in silent.items() if not end.agrees} == {}


@pytest.mark.parametrize("connector", BUREAUS)
async def test_what_is_not_as_it_should_be_is_told_from_what_is(town: Town, connector: str) -> None:
    """An answer that can still be read says what it said before, or fails."""
    honest = await ended(town, connector, "none")
    altered = {fault: await ended(town, connector, fault) for fault in ALTERED}
    another = {
        fault: end.outcome
        for fault, end in altered.items()
        if end.outcome in FOUND
        and (end.outcome, end.user_info) != (honest.outcome, honest.user_info)
        and connector not in SHORT.get(fault, ())
    }

    assert another == {}
    assert altered["wrong_content_type"].outcome is honest.outcome
    assert {fault: end for fault, end in altered.items() if not end.agrees} == {}


@pytest.mark.parametrize(
    "connector",
    ["credit_report", "education_check", "police_id", "india_credit_report", "mexico_credit_score"],
)
async def test_the_answer_about_another_is_released_to_nobody(town: Town, connector: str) -> None:
    """A record of lengths, and one that is signed, show it before anybody has compared names."""
    end = await ended(town, connector, "wrong_subject")
    unreadable = connector in {"india_credit_report", "mexico_credit_score"}

    assert end.outcome is (Outcome.BAD_RESPONSE if unreadable else Outcome.SUBJECT_MISMATCH)
    assert end.user_info == b""
