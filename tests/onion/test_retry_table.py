"""
What each failure leads to, by what asking costs: the table of `reliability.md`, c1, as data.

Of each: how many calls are made, what the ledger says of them, what the breaker
counts, and what it costs in tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from connectors.contract import Reply
from connectors.errors import Lost, NotSent
from connectors.words import Billed, Outcome

from .whole import PRICE, Says, Whole

KEY = {"kind": "idempotency_key", "header": "Idempotency-Key"}
KINDS: dict[str, dict[str, Any]] = {
    "free": {"effect": "free"},
    "keyed": {"effect": "chargeable", "dedupe": KEY},
    "paid": {"effect": "chargeable"},
    "paid, refuses duplicates": {
        "effect": "chargeable",
        "dedupe": {"kind": "refused_duplicate"},
        "request": {
            "path": "/score",
            "json": {"id": "${subject.id_number}", "ref": "${call.reference}"},
        },
    },
    "hard": {"effect": "hard_inquiry"},
    "hard, keyed": {"effect": "hard_inquiry", "dedupe": KEY},
    "unbilled": {"billing": {**PRICE, "unbilled": ["BUREAU_ERROR", "BAD_RESPONSE"]}},
}
FREE, KEYED, ALL = frozenset({"free"}), frozenset({"keyed", "hard, keyed"}), frozenset(KINDS)
UNBILLED, NONE = frozenset({"unbilled"}), frozenset[str]()


@dataclass(frozen=True)
class Case:
    """One way in which a call ends, each time that it is made."""

    says: Says
    outcome: Outcome
    """In the ledger, of each call."""
    again: frozenset[str] = NONE
    """The kinds that ask three times; the others ask once."""
    counted: tuple[int, int] = (1, 3)
    """Calls that the breaker counts as failures: of one, and of three."""
    succeeded: bool = False
    price: float = 5.0
    """Of a retry, in tokens."""
    earned: float = 0.0


QUIET = (0, 0)
"""No sign that the bureau fails."""

TABLE: dict[str, Case] = {
    "never sent": Case(Says(fails=NotSent), Outcome.UNREACHABLE, ALL),
    "does not connect in time": Case(Says(status=0, after=1e6), Outcome.UNREACHABLE, ALL),
    "no answer in time": Case(Says(after=1e6), Outcome.LOST, FREE | KEYED, price=10.0),
    "reset": Case(Says(fails=Lost), Outcome.LOST, FREE | KEYED),
    "500": Case(Says(b"", 500), Outcome.BUREAU_ERROR, FREE | KEYED | UNBILLED),
    "503": Case(Says(b"", 503), Outcome.BUREAU_ERROR, FREE | KEYED | UNBILLED),
    "429": Case(Says(b"", 429), Outcome.RATE_LIMITED, ALL, counted=QUIET),
    "429, and says when": Case(
        Says(b"", 429, headers={"retry-after": "1"}), Outcome.RATE_LIMITED, ALL, counted=QUIET
    ),
    "401": Case(Says(b"", 401), Outcome.REFUSED, counted=QUIET),
    "400": Case(Says(b"", 400), Outcome.INVALID_INPUT, counted=QUIET),
    "302": Case(Says(b"", 302), Outcome.BAD_RESPONSE, FREE | UNBILLED, counted=(0, 1)),
    "a page": Case(Says(b"<html/>"), Outcome.BAD_RESPONSE, FREE | UNBILLED, counted=(0, 1)),
    "about another": Case(
        Says(b'{"code": "0", "who": "X2"}'), Outcome.SUBJECT_MISMATCH, counted=QUIET
    ),
    "seen before": Case(Says(b'{"code": "3"}'), Outcome.DUPLICATE, counted=QUIET),
    "bought enough": Case(Says(b'{"code": "4"}'), Outcome.QUOTA_EXCEEDED, counted=QUIET),
    "a hit": Case(Says(), Outcome.HIT, counted=QUIET, succeeded=True, earned=2.0),
    "nobody": Case(
        Says(b'{"code": "1"}'), Outcome.NO_HIT, counted=QUIET, succeeded=True, earned=2.0
    ),
    "wants more": Case(Says(b'{"code": "2"}'), Outcome.NEED_MORE, counted=QUIET, succeeded=True),
}

CHECK = {"subject_check": [{"path": "who", "equals": "${subject.id_number}"}]}
LEVEL = 30.0
"""Tokens to begin with: neither empty nor full."""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLE)
async def test_each_failure_has_its_calls_its_rows_its_sign_and_its_price(
    name: str, kind: str
) -> None:
    case = TABLE[name]
    whole = Whole(case.says, {**KINDS[kind], "response": CHECK})
    whole.shared.tokens.level = LEVEL
    end = await whole.ask(within=15)
    window = whole.bureau.guard.circuit.window
    counted = (window.calls, window.marked)
    await whole.owned.settled()

    calls = 3 if kind in case.again else 1
    marked = case.counted[calls == 3]
    assert whole.transport.tried == calls
    assert whole.ledger.intents() == list(range(1, calls + 1))
    assert whole.ledger.outcomes() == [case.outcome] * calls
    assert counted == (1 if case.succeeded else marked, marked)
    assert whole.shared.tokens.level == LEVEL - case.price * (calls - 1) + case.earned
    assert isinstance(end, Reply) is case.succeeded
    assert len(set(whole.transport.keys)) <= 1, "one key on every attempt"


@pytest.mark.parametrize("kind", ["paid", "paid, refuses duplicates", "hard"])
@pytest.mark.parametrize("name", ["no answer in time", "reset", "500", "503"])
async def test_what_is_unknown_is_said_to_be_unknown(name: str, kind: str) -> None:
    whole = Whole(TABLE[name].says, KINDS[kind])
    end = await whole.ask(within=15)
    await whole.owned.settled()

    assert isinstance(end, Lost) and end.billed is Billed.UNKNOWN
    assert [ending.billed for ending in whole.ledger.endings] == [Billed.UNKNOWN]


async def test_a_retry_that_succeeds_is_given_its_price_back() -> None:
    whole = Whole(lambda number: Says(fails=NotSent) if number < 2 else Says())
    whole.shared.tokens.level = LEVEL

    assert isinstance(await whole.ask(), Reply)
    # Two were made, and the last one worked.
    assert whole.shared.tokens.level == LEVEL - 5


async def test_without_tokens_the_failure_is_given_at_once() -> None:
    whole = Whole(Says(fails=NotSent, after=0.0))
    whole.shared.tokens.level = 0.0
    ends = [await whole.ask() for _ in range(3)]

    assert all(isinstance(end, NotSent) for end in ends)
    # One in ten seconds is made all the same.
    assert whole.transport.tried == 4


async def test_a_key_is_relied_on_no_longer_than_its_bureau_remembers_it() -> None:
    forgetful = {**KINDS["keyed"], "dedupe": {**KEY, "window": "900ms"}}
    whole = Whole(Says(fails=Lost, after=0.8), forgetful)
    await whole.ask()
    assert whole.transport.tried <= 2

    lasting = Whole(Says(fails=Lost, after=0.8), KINDS["keyed"])
    await lasting.ask()
    assert lasting.transport.tried == 3
