"""The way of an inquiry through the house, and who hears of its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, cast

import pytest

from connectors.contract import Values
from connectors.errors import LedgerDown
from gateway.errors import (
    ConnectorsUnavailable,
    ConsentFails,
    GatewayError,
    InputIncomplete,
    InvalidFields,
    LedgerUnavailable,
    LimitReached,
    NotAllowed,
    OutcomeUnknown,
    Unauthenticated,
)
from gateway.model import Answer, Credentials, Inquiry, Verified
from gateway.pipeline import Pipeline
from gateway.store.ledger.contract import Ledger, RefusalRow
from gateway.store.ledger.records import Records
from tests.rooms import caller, given, inquiry, reply

STAGES = ("admit", "validate", "fill", "authorize", "fan_out", "structure", "verify")
BEFORE, AFTER = STAGES[:4], STAGES[4:]


class Passed(str):
    """A stage's name, which stands for what comes out of it."""

    __slots__ = ()

    @property
    def subject(self) -> Values:
        return {"of": str(self)}


@dataclass
class House:
    """Stages that only say that they were passed, one of which may fail."""

    failing: str = ""
    error: BaseException | None = None
    passed: list[str] = field(default_factory=list)
    refused: list[GatewayError] = field(default_factory=list)
    ended: list[Verified | GatewayError] = field(default_factory=list)
    subjects: list[Values] = field(default_factory=list)
    ledger_down: bool = False

    def _plain(self, name: str) -> Callable[..., Any]:
        def stage(*_: object) -> Passed:
            self.passed.append(name)
            if self.error is not None and name == self.failing:
                raise self.error
            return Passed(name)

        return stage

    def awaited(self, name: str) -> Callable[..., Any]:
        async def stage(*of: object) -> Passed:
            await asyncio.sleep(0)
            if name == "fan_out":
                cast("Callable[[Answer], None]", of[1])(given(reply("a")))
            result: Passed = self._plain(name)()
            return result

        return stage

    async def _refuse(self, _: Inquiry, subject: Values, error: GatewayError) -> None:
        self.refused.append(error)
        self.subjects.append(subject)
        if self.ledger_down:
            raise LedgerUnavailable

    def pipeline(self) -> Pipeline:
        awaited = ("fill", "authorize", "fan_out")
        stages: dict[str, Any] = {
            name: (self.awaited if name in awaited else self._plain)(name) for name in STAGES
        }
        return Pipeline(**stages, refuse=self._refuse, ended=lambda _, how: self.ended.append(how))


async def test_the_stages_are_passed_in_their_order() -> None:
    house, told = House(), list[Answer]()
    found = await house.pipeline()(inquiry(), lambda _: told.append)

    assert tuple(house.passed) == STAGES
    assert cast("object", found) == "verify"
    assert house.ended == [found]
    assert house.refused == []
    assert [answer.connector for answer in told] == ["a"]


async def test_who_finds_no_room_is_turned_away_and_leaves_no_trace() -> None:
    """A caller who asks too often could fill the ledger with refusals."""
    house = House()
    full = LimitReached("RATE_LIMIT", "scoring", 0.5)

    def room(_: Inquiry) -> NoReturn:
        raise full

    with pytest.raises(LimitReached):
        await replace(house.pipeline(), room=room)(inquiry())

    assert (house.passed, house.refused, house.ended) == ([], [], [full])


async def test_an_inquiry_is_decided_as_far_as_its_grant_and_no_further() -> None:
    house = House()
    line = replace(house.pipeline(), would_grant=house.awaited("authorize"))
    await line.decide(inquiry())

    assert house.passed == ["admit", "validate", "fill", "authorize"]
    assert (house.refused, house.ended) == ([], [])


@pytest.mark.parametrize("stage", BEFORE)
async def test_a_refusal_is_written_down_once_and_nothing_is_asked(stage: str) -> None:
    house = House(stage, ConsentFails("CONSENT_MISSING"))
    with pytest.raises(ConsentFails):
        await house.pipeline()(inquiry())

    assert house.refused == house.ended == [house.error]
    assert house.passed[-1] == stage


@pytest.mark.parametrize(
    "stage, known",
    [("admit", {}), ("validate", {}), ("fill", {"of": "validate"}), ("authorize", {"of": "fill"})],
)
async def test_a_refusal_is_about_the_subject_as_far_as_it_was_valid(
    stage: str, known: Values
) -> None:
    """Of whom compliance is asked; and nobody was looked at before admission."""
    house = House(stage, ConsentFails("CONSENT_MISSING"))
    with pytest.raises(ConsentFails):
        await house.pipeline()(inquiry())

    assert house.subjects == [known]


@pytest.mark.parametrize("stage", AFTER)
async def test_what_fails_after_the_grant_is_no_refusal(stage: str) -> None:
    """The ledger has the grant, the intents and the outcomes; it was not refused."""
    house = House(stage, ConnectorsUnavailable())
    with pytest.raises(ConnectorsUnavailable):
        await house.pipeline()(inquiry())

    assert house.refused == []
    assert house.ended == [house.error]


async def test_a_refusal_that_can_not_be_written_down_is_refused_for_that() -> None:
    house = House("admit", NotAllowed("PRODUCT_NOT_ALLOWED"), ledger_down=True)
    with pytest.raises(LedgerUnavailable):
        await house.pipeline()(inquiry())

    assert [type(end) for end in house.ended] == [LedgerUnavailable]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("error", [ZeroDivisionError(), asyncio.CancelledError()])
async def test_a_bug_or_a_cancel_goes_up_as_it_is(stage: str, error: BaseException) -> None:
    house = House(stage, error)
    with pytest.raises(type(error)):
        await house.pipeline()(inquiry())

    assert house.refused == []


@dataclass
class Rows:
    """A ledger that keeps refusals in a list."""

    rows: list[RefusalRow] = field(default_factory=list)
    down: bool = False

    async def refusal(self, row: RefusalRow) -> None:
        if self.down:
            raise LedgerDown
        self.rows.append(row)


def records(rows: Rows) -> Records:
    def identify(credentials: Credentials) -> Any:
        if credentials.api_key != "key":
            raise Unauthenticated
        return caller()

    def token(tenant: str, subject: Values) -> str:
        return f"{tenant}:{len(subject)}"

    return Records(cast("Ledger", rows), identify, token, {"credit"}, "v7")


@pytest.mark.parametrize(
    "error",
    [
        NotAllowed("PRODUCT_NOT_ALLOWED"),
        InvalidFields(()),
        InputIncomplete(()),
        ConsentFails("CONSENT_EXPIRED"),
    ],
)
async def test_a_refusal_tells_who_asked_for_what_and_why_not(error: GatewayError) -> None:
    rows = Rows()
    await records(rows).refused(inquiry(), {"name": "x"}, error)
    (row,) = rows.rows

    assert (row.tenant, row.caller, row.product) == ("lender", "scoring", "credit")
    assert (row.reason, row.consent_id, row.config_version) == (error.reason, "c-1", "v7")
    assert row.subject_token == "lender:1"


@pytest.mark.parametrize("error", [Unauthenticated(), LedgerUnavailable()])
async def test_a_stranger_and_a_ledger_that_is_down_leave_no_row(error: GatewayError) -> None:
    rows = Rows()
    stranger = replace(inquiry(), credentials=Credentials())
    await records(rows).refused(stranger, {}, error)

    assert rows.rows == []


async def test_what_nobody_recognised_is_not_kept() -> None:
    rows = Rows()
    strange = inquiry(product="110101199003077432", id="x" * 1000)
    await records(rows).refused(strange, {}, NotAllowed("PRODUCT_NOT_ALLOWED"))

    assert (rows.rows[0].product, rows.rows[0].subject_token) == ("", "")
    assert len(rows.rows[0].inquiry_id) == 255


async def test_a_refusal_that_leaves_no_row_is_the_ledgers_fault() -> None:
    with pytest.raises(LedgerUnavailable):
        await records(Rows(down=True)).refused(inquiry(), {}, ConsentFails("CONSENT_MISSING"))


def test_errors_carry_constants() -> None:
    assert OutcomeUnknown(("c",), timed_out=True).reason == "UPSTREAM_OUTCOME_UNKNOWN"
    assert Unauthenticated().args == ("UNAUTHENTICATED",)
