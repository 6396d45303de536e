"""Several messages make one answer, and one price."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.assembly.built import Built
from connectors.contract import Query, Reply, Wire, WireReply
from connectors.errors import ConnectorError, LedgerDown, Lost, TimedOut
from connectors.faults import ConfigError
from connectors.policy.ledger import Owned
from connectors.spec import ConnectorSpec
from connectors.words import Billed, Effect, Outcome, ReuseMode, ServedFrom

from .fakes import FakeLedger
from .job_house import BUREAU, DOWN, LOST, UNSENT, Says, Script, kit, question

FOUND = Says({"id": "f1", "name": "ann"})
TICKET = Says({"data": [{"ticket": 7}]})
REPORT = Says({"state": "done", "risk": "0.5"})
CHARGED = {"price": {"amount": "0.50", "currency": "EUR"}, "billable": ["HIT"]}


def step(name: str, effect: str = "free", **request: Any) -> dict[str, Any]:
    return {
        "name": name,
        "effect": effect,
        "request": {"path": f"/{name}", **request},
        "outcomes": [
            {"outcome": "HIT", "status": 200, "body": {"none": {"present": False}}},
            {"outcome": "NO_HIT", "status": 200, "body": {"none": True}},
            {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
        ],
    }


SEARCH = step("search", json={"id": "${subject.id_number}"})
TAKE = step("take", "chargeable", json={"found": "${steps.search.id}", "ref": "${call.reference}"})
REQUEST = {
    "path": "/report",
    "json": {"ticket": "${steps.take.data[0].ticket}", "ref": "${call.reference}"},
}


def spec(**changes: Any) -> ConnectorSpec:
    basic: dict[str, Any] = {
        "name": "acme",
        "bureau": "acme",
        "billing": CHARGED,
        "policy": {"purposes": ["CREDIT_ORIGINATION"]},
        "steps": [SEARCH, TAKE],
        "request": REQUEST,
        "outcomes": [{"outcome": "HIT", "status": 200, "body": {"state": "done"}}],
        "mapping": {"fraud.gang_risk": {"path": "risk", "type": "ratio"}},
    }
    return ConnectorSpec.model_validate({**basic, **changes})


class Keeping(Script):
    """A script that keeps what it was sent."""

    def __init__(self, **says: list[Says]) -> None:
        super().__init__({f"/{name}": acts for name, acts in says.items()})
        self.wires: list[Wire] = []

    async def send(self, wire: Wire) -> WireReply:
        self.wires.append(wire)
        return await super().send(wire)


class Chain:
    """One connector of several steps, and what came of a question to it."""

    def __init__(self, **says: list[Says]) -> None:
        given = {"search": [FOUND], "take": [TICKET], "report": [REPORT], **says}
        self.script, self.ledger, self.owned = Keeping(**given), FakeLedger(), Owned()

    def built(self, **changes: Any) -> Built:
        tools = kit(ledger=self.ledger)
        return spec(**changes).build(tools, BUREAU.build(tools, self.script), self.owned)

    async def ask(self, query: Query | None = None, **changes: Any) -> Reply:
        return await self.built(**changes).call(query or question())

    async def fails(self, **changes: Any) -> ConnectorError:
        with pytest.raises(ConnectorError) as error:
            await self.ask(**changes)
        return error.value

    @property
    def paths(self) -> list[str]:
        return [wire.target for wire in self.script.wires]


async def test_each_step_says_what_the_ones_before_it_gave() -> None:
    chain = Chain()
    reply = await chain.ask()
    search, take, report = chain.script.wires

    assert (reply.outcome, reply.attempts, reply.captured) == (Outcome.HIT, 3, {})
    assert search.body == b'{"id":"X1"}'
    assert take.body.startswith(b'{"found":"f1"') and report.body.startswith(b'{"ticket":7')


async def test_all_messages_share_our_reference() -> None:
    chain = Chain()
    await chain.ask()

    references = {wire.body[-22:] for wire in chain.script.wires[1:]}
    assert len(references) == 1
    assert {wire.attempt.our_reference for wire in chain.script.wires} == {
        chain.script.wires[0].attempt.our_reference
    }


async def test_each_step_has_rows_and_an_effect_of_its_own() -> None:
    chain = Chain()
    await chain.ask()

    assert [row.outcome for row in chain.ledger.rows if row.what == "intent"] == [
        Effect.FREE,
        Effect.CHARGEABLE,
        Effect.CHARGEABLE,
    ]
    assert len({row.call_id for row in chain.ledger.rows}) == 3


async def test_the_price_is_for_all_steps_together() -> None:
    chain = Chain()
    reply = await chain.ask()

    assert (reply.billed, reply.cost) == (Billed.YES, Decimal("0.50"))
    assert [ending.billed for ending in chain.ledger.endings] == [
        Billed.NO,
        Billed.YES,
        Billed.NO,
    ]
    assert sum(ending.cost for ending in chain.ledger.endings) == Decimal("0.50")


@pytest.mark.parametrize(
    ("script", "outcome", "billed"),
    [
        # A free step, a paid one, and what follows a paid one.
        ({"search": [DOWN]}, Outcome.BUREAU_ERROR, Billed.NO),
        ({"take": [DOWN]}, Outcome.BUREAU_ERROR, Billed.UNKNOWN),
        ({"take": [LOST]}, Outcome.LOST, Billed.UNKNOWN),
        ({"take": [UNSENT]}, Outcome.UNREACHABLE, Billed.NO),
        ({"report": [LOST]}, Outcome.LOST, Billed.YES),
        ({"report": [UNSENT]}, Outcome.UNREACHABLE, Billed.YES),
        ({"report": [Says({"odd": 1})]}, Outcome.BAD_RESPONSE, Billed.YES),
    ],
)
async def test_what_was_billed_on_the_way_stays_billed(
    script: dict[str, Any], outcome: Outcome, billed: Billed
) -> None:
    error = await Chain(**script).fails()

    assert (error.outcome, error.billed) == (outcome, billed)
    assert error.cost == (0 if billed is Billed.NO else Decimal("0.50"))


async def test_a_ledger_that_goes_down_after_a_purchase_does_not_unsay_it() -> None:
    chain = Chain()
    chain.ledger.blinks_after = 4
    error = await chain.fails()

    assert chain.paths == ["/search", "/take"]
    assert isinstance(error, Lost) and error.note == "ledger"
    assert (error.billed, error.cost) == (Billed.YES, Decimal("0.50"))
    assert error.call_id == chain.ledger.rows[-1].call_id != ""


async def test_a_ledger_that_goes_down_after_a_free_step_says_that_nothing_was_bought() -> None:
    chain = Chain()
    chain.ledger.blinks_after = 2
    with pytest.raises(LedgerDown):
        await chain.ask()

    assert chain.paths == ["/search"]


async def test_a_negative_answer_to_a_step_is_the_connectors_own() -> None:
    chain = Chain(search=[Says({"none": True})])
    reply = await chain.ask()

    assert (reply.outcome, reply.billed, reply.user_info) == (Outcome.NO_HIT, Billed.NO, b"")
    assert chain.paths == ["/search"]


@pytest.mark.parametrize(
    ("script", "paths"),
    [
        ({"search": [LOST, FOUND]}, ["/search", "/search", "/take", "/report"]),
        ({"search": [UNSENT, FOUND]}, ["/search", "/search", "/take", "/report"]),
        ({"take": [UNSENT, TICKET]}, ["/search", "/take", "/take", "/report"]),
        ({"take": [LOST, TICKET]}, ["/search", "/take"]),
        ({"report": [LOST, REPORT]}, ["/search", "/take", "/report"]),
    ],
)
async def test_a_step_is_repeated_as_its_own_effect_allows(
    script: dict[str, list[Says]], paths: list[str]
) -> None:
    chain = Chain(**{name: list(acts) for name, acts in script.items()})
    try:
        await chain.ask()
    except ConnectorError as error:
        assert error.outcome is Outcome.LOST  # noqa: PT017 (which of the two is the parameter's)

    assert chain.paths == paths


async def test_an_idempotency_key_is_for_the_request_alone() -> None:
    chain = Chain()
    await chain.ask(dedupe={"kind": "idempotency_key", "header": "Idempotency-Key"})

    keyed = [
        any(name == "Idempotency-Key" for name, _ in wire.headers) for wire in chain.script.wires
    ]
    assert keyed == [False, False, True]


async def test_what_a_step_did_not_give_is_need_input() -> None:
    error = await Chain(search=[Says({"name": "ann"})]).fails()

    assert (error.outcome, error.note) == (Outcome.NEED_INPUT, "steps.search.id")


async def test_equal_questions_share_one_chain() -> None:
    chain = Chain()
    call = chain.built().call
    await asyncio.gather(*(call(question()) for _ in range(3)))

    assert chain.paths == ["/search", "/take", "/report"]


async def test_what_is_known_is_found_without_asking() -> None:
    chain = Chain()
    built = chain.built(cache={"ttl": "1h"}, inputs={"required": ["subject.id_number"]})
    assert await built.known(question()) is None
    await built.call(question())
    sent = list(chain.paths)
    known = await built.known(question())
    anew = replace(question().standing, reuse=ReuseMode.BYPASS)

    assert known is not None and known.served_from is ServedFrom.CACHE
    assert await built.known(replace(question(), standing=anew)) is None
    assert await built.known(replace(question(), subject={})) is None
    assert chain.paths == sent


async def test_the_late_answer_to_a_step_is_not_the_connectors() -> None:
    """It holds nothing that is mapped: it would read as a person of whom nothing is known."""
    chain = Chain(take=[replace(TICKET, after=2.0)])
    call = chain.built(cache={"ttl": "1h"}).call
    with pytest.raises(TimedOut) as late:
        await call(question(within=1))
    assert (late.value.billed, late.value.cost) == (Billed.UNKNOWN, Decimal("0.50"))
    with pytest.raises(Lost):  # what is paid for is under way
        await call(question())
    assert chain.paths == ["/search", "/take"]
    again = await call(question())

    assert again.outcome is Outcome.HIT and again.user_info != b""


async def test_a_deadline_does_not_unsay_what_an_earlier_step_cost() -> None:
    chain = Chain(report=[replace(UNSENT, after=5.0)])
    with pytest.raises(ConnectorError) as error:
        await chain.ask(question(within=1))

    assert (error.value.billed, error.value.cost) == (Billed.UNKNOWN, Decimal("0.50"))


def test_a_chain_has_five_steps_at_most_and_each_its_name() -> None:
    with pytest.raises(ValidationError, match="at most 5"):
        spec(steps=[step(f"s{index}") for index in range(6)])
    with pytest.raises(ValidationError, match="a name of its own"):
        spec(steps=[step("one"), step("one")])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"request": {"path": "/r", "json": {"t": "${steps.serch.id}"}}}, "steps.serch.id"),
        ({"request": {"path": "/r", "json": {"t": "${steps.search}"}}}, "steps.search"),
    ],
)
def test_a_step_that_is_not_there_is_found_at_load(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"unknown reference {message}"):
        Chain().built(**changes)
