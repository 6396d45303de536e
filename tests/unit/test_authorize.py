"""The fourth stage: nothing is asked without consent, and not before it is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.contract import Query, Reply, Values
from connectors.errors import LedgerDown
from connectors.words import Outcome, Purpose, ReuseMode
from gateway.errors import ConsentFails, LedgerUnavailable, LimitReached
from gateway.model import Consent, Granted
from gateway.policy import CallerPolicy
from gateway.product import Waterfall
from gateway.stages.authorize import Authorize, Buying, Terms
from gateway.stages.plan import Seat
from tests.rooms import CONSENT, NOW, admitted, filled, reused, seat
from tests.standins import HandClock

ANY = frozenset({Purpose.CREDIT_ORIGINATION, Purpose.COLLECTION})
POLICY = Outcome.SKIPPED_POLICY


class Noon(HandClock):
    def utc(self) -> Any:
        return NOW


@dataclass
class Rows:
    """Takes a while to write, as disks do."""

    down: bool = False
    written: list[Granted] = field(default_factory=list)

    async def granted(self, granted: Granted) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise LedgerDown
        self.written.append(granted)


def terms(bureau: str = "acme", *classes: str, consent: bool = True) -> Terms:
    return Terms(bureau, ANY, consent, frozenset(classes))


SCORE = seat("score", required=True)
DEVICE = seat("device", "fraud.device")
STAGES = {"score": terms(), "device": terms("beta")}


def token(tenant: str, subject: Values) -> str:
    return f"{tenant}/{len(subject)}"


async def run(
    *seats: Seat,
    by: Mapping[str, Terms] | None = None,
    rows: Rows | None = None,
    consent: Consent | None = CONSENT,
    stage: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Granted:
    made = Authorize(
        {"credit": seats or (SCORE, DEVICE)},
        {**STAGES, **(by or {})},
        token,
        "v7",
        Noon(),
        rows or Rows(),
        **(stage or {}),
    )
    return await made(filled(admitted(consent=consent, **changes)))


async def reason(*seats: Seat, rows: Rows | None = None, **changes: Any) -> str:
    rows = rows or Rows()
    with pytest.raises(ConsentFails) as caught:
        await run(*seats, rows=rows, **changes)
    assert rows.written == []
    return caught.value.reason


async def test_a_grant_is_written_down_before_it_is_given() -> None:
    rows = Rows()
    granted = await run(rows=rows)

    assert rows.written == [granted]
    assert granted.connectors == ("score", "device")
    assert granted.granted_at == NOW
    assert granted.refused == {}


async def test_without_a_ledger_nothing_is_granted() -> None:
    with pytest.raises(LedgerUnavailable):
        await run(rows=Rows(down=True))


async def test_a_grant_says_on_what_its_queries_stand() -> None:
    granted = await run()
    standing = granted.standing

    assert (standing.tenant, standing.caller, standing.inquiry_id) == ("lender", "scoring", "i-1")
    assert standing.subject_token == "lender/1"
    assert standing.config_version == "v7"
    assert standing.consent is not None
    assert standing.consent.expires_at == CONSENT.expires_at


async def test_queries_see_the_inquiry_and_what_only_the_caller_can_give() -> None:
    granted = await run(inputs={"otp": "123456"}, device={"ip": "10.0.0.1"})
    query = granted.query("score", lambda: 1.0, {"identity_verification.sex": "FEMALE"})

    assert query.subject == {"name": "测试甲"}
    assert query.inquiry["inputs.otp"] == "123456"
    assert query.inquiry["purpose"] == "CREDIT_ORIGINATION"
    assert query.device == {"ip": "10.0.0.1"}
    assert query.consent["id"] == "c-1"
    assert query.user_info == {"identity_verification.sex": "FEMALE"}
    for value in ("测试甲", "123456"):
        assert value not in repr(query) + repr(granted)


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"id": ""}, "CONSENT_MISSING"),
        ({"expires_at": None}, "CONSENT_EXPIRED"),
        ({"expires_at": NOW}, "CONSENT_EXPIRED"),
        ({"granted_at": NOW + timedelta(seconds=1)}, "CONSENT_NOT_YET_VALID"),
        ({"purposes": frozenset({Purpose.COLLECTION})}, "CONSENT_PURPOSE"),
        ({"purposes": frozenset()}, "CONSENT_PURPOSE"),
        ({"recipients": frozenset({"beta"})}, "CONSENT_RECIPIENT"),
        ({"recipients": frozenset()}, "CONSENT_RECIPIENT"),
    ],
)
async def test_a_consent_that_does_not_cover_it_refuses(
    change: Mapping[str, Any], expected: str
) -> None:
    assert await reason(consent=replace(CONSENT, **change)) == expected


async def test_no_consent_refuses() -> None:
    assert await reason(consent=None) == "CONSENT_MISSING"
    assert await reason(DEVICE, consent=None) == "CONSENT_MISSING"


async def test_a_consent_may_hold_from_this_very_moment() -> None:
    now = replace(CONSENT, granted_at=NOW, expires_at=NOW + timedelta(microseconds=1))

    assert (await run(consent=now)).connectors


async def test_an_optional_connector_that_the_consent_does_not_name_is_skipped() -> None:
    granted = await run(consent=replace(CONSENT, recipients=frozenset({"acme"})))

    assert granted.connectors == ("score",)
    assert granted.refused == {"device": POLICY}


async def test_sensitive_data_needs_the_separate_flag() -> None:
    by = {"device": terms("beta", "location", "other")}

    assert (await run(by=by)).refused == {"device": POLICY}
    assert (await run(by=by, consent=replace(CONSENT, sensitive=True))).refused == {}
    required = replace(DEVICE, required=True)
    assert await reason(required, by=by) == "CONSENT_SENSITIVE"


async def test_a_connector_is_asked_for_its_own_purposes_only() -> None:
    by = {"device": replace(terms("beta"), purposes=frozenset({Purpose.COLLECTION}))}

    assert (await run(by=by)).refused == {"device": POLICY}


async def test_what_needs_a_refused_one_is_refused_all_the_way_up() -> None:
    seats = (
        SCORE,
        DEVICE,
        seat("second", "fraud.gang_risk", needs=("device",)),
        seat("third", "fraud.fraud_score", needs=("second",)),
    )
    by = {"second": terms(), "third": terms()}
    granted = await run(*seats, by=by, consent=replace(CONSENT, recipients=frozenset({"acme"})))

    assert granted.connectors == ("score",)
    assert granted.refused == dict.fromkeys(("device", "second", "third"), POLICY)


async def test_what_a_required_connector_needs_is_as_required() -> None:
    """Else others would be paid for a report that can not stand."""
    top = seat("top", "credit_summary.scores", required=True, needs=("device",))
    only = replace(CONSENT, recipients=frozenset({"acme"}))

    assert await reason(SCORE, DEVICE, top, by={"top": terms()}, consent=only) == (
        "CONSENT_RECIPIENT"
    )


async def test_the_lenders_own_systems_need_no_consent() -> None:
    own = terms("house", consent=False)
    granted = await run(replace(SCORE, bureau="house"), by={"score": own}, consent=None)

    assert granted.connectors == ("score",)
    assert granted.standing.consent is None


async def test_a_consent_that_nobody_asked_needs_is_not_judged() -> None:
    """The mask leaves only what is the lender's own."""
    seats = (SCORE, replace(DEVICE, bureau="house"))
    stage = Authorize(
        {"credit": seats},
        {"score": terms(), "device": terms("house", consent=False)},
        token,
        "v7",
        Noon(),
        Rows(),
    )
    granted = await stage(filled(admitted("fraud.device", consent=None)))

    assert granted.connectors == ("device",)
    assert granted.refused == {"score": Outcome.NOT_NEEDED}


async def test_what_is_not_asked_keeps_its_own_reason() -> None:
    granted = await run(max_cost=1)

    assert granted.refused == {"device": Outcome.SKIPPED_COST}


async def test_an_exception_while_deciding_is_a_denial() -> None:
    rows = Rows()
    with pytest.raises(KeyError):
        await run(seat("forgotten"), rows=rows)

    assert rows.written == []


FALL = Waterfall(name="fall", order=("a", "b", "c"), continue_on=frozenset({Outcome.NO_HIT}))


def fall(*bureaus: str, required: bool = False, **rules: Any) -> tuple[tuple[Seat, ...], Any]:
    """Seat a waterfall of a, b and c, and say on what terms they are asked."""
    rules = {"required": required, "waterfall": FALL.model_copy(update=rules)}
    names = FALL.order[: len(bureaus)]
    return (
        tuple(seat(name, bureau=to, **rules) for name, to in zip(names, bureaus, strict=True)),
        {name: terms(to) for name, to in zip(names, bureaus, strict=True)},
    )


async def test_a_member_that_the_consent_does_not_name_has_no_turn() -> None:
    seats, by = fall("acme", "gamma", "beta", required=True)
    granted = await run(*seats, by=by)

    assert granted.connectors == ("a", "c")
    assert granted.refused == {"b": POLICY}


async def test_a_required_waterfall_that_can_not_have_enough_answers_is_refused() -> None:
    """Else somebody would be paid for a report that can not stand."""
    seats, by = fall("gamma", "gamma", required=True)
    assert await reason(*seats, by=by) == "CONSENT_RECIPIENT"

    seats, by = fall("acme", "gamma", "gamma", required=True, min_success=2)
    assert await reason(*seats, by=by) == "CONSENT_RECIPIENT"


async def test_an_optional_one_is_left_out_as_a_whole_with_those_who_need_it() -> None:
    seats, by = fall("acme", "gamma", min_success=2)
    needy = seat("needy", "fraud.device", needs=("fall",))
    granted = await run(*seats, needy, by={**by, "needy": terms()})

    assert granted.connectors == ()
    assert granted.refused == dict.fromkeys(("a", "b", "needy"), POLICY)


async def test_what_only_a_refused_one_needs_is_not_bought() -> None:
    base = seat("base", "education.school")
    granted = await run(
        base,
        seat("top", needs=("base",)),
        by={"base": terms(), "top": terms("gamma")},
        consent=CONSENT,
    )

    assert granted.refused == {"base": Outcome.NOT_NEEDED, "top": POLICY}


@dataclass
class Shelf:
    """What is known already, and who was looked up."""

    there: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    async def __call__(self, query: Query) -> Reply | None:
        self.asked.append(query.connector)
        return reused(query.connector) if query.connector in self.there else None


@dataclass
class Till:
    """A caller's purse."""

    amount: Decimal | None
    down: bool = False

    async def left(self, _: CallerPolicy) -> Decimal | None:
        if self.down:
            raise LedgerDown
        return self.amount

    def resets_in(self) -> float:
        return 60.0


async def test_nobody_looks_up_what_makes_no_difference() -> None:
    shelf = Shelf(("score",))
    await run(stage={"known": shelf})
    await run(stage={"known": shelf}, max_cost=Decimal(2))
    await run(stage={"known": shelf}, max_cost=Decimal(1), reuse=ReuseMode.BYPASS)

    assert shelf.asked == []


async def test_what_is_known_is_given_first_and_costs_nothing() -> None:
    seats, by = fall("acme", "beta", "acme")
    shelf = Shelf(("b",))
    granted = await run(*seats, by=by, stage={"known": shelf}, max_cost=Decimal(0))

    assert shelf.asked == ["a", "b", "c"]
    assert granted.connectors == ("b",)
    assert granted.refused == dict.fromkeys("ac", Outcome.SKIPPED_COST)
    query = granted.query("b", lambda: 0.0, {})
    assert query.standing.reuse is ReuseMode.ONLY_CACHE

    free = await run(*seats, by=by, stage={"known": shelf})
    assert free.connectors == ("b", "a", "c")
    assert free.query("b", lambda: 0.0, {}).standing.reuse is ReuseMode.DEFAULT


async def test_who_only_takes_what_is_known_needs_no_money() -> None:
    granted = await run(
        reuse=ReuseMode.ONLY_CACHE,
        max_cost=Decimal(0),
        stage={"purse": Till(Decimal(0)), "buying": {"credit": Buying(Decimal(0))}},
    )

    assert granted.connectors == ("score", "device")


@pytest.mark.parametrize("whose", ["caller", "product", "day"])
async def test_the_least_of_all_limits_holds(whose: str) -> None:
    amounts = dict.fromkeys(("caller", "product", "day"), Decimal(9)) | {whose: Decimal(1)}
    granted = await run(
        max_cost=amounts["caller"],
        stage={"purse": Till(amounts["day"]), "buying": {"credit": Buying(amounts["product"])}},
    )

    assert granted.refused == {"device": Outcome.SKIPPED_COST}


async def test_a_waterfall_is_told_what_it_may_spend() -> None:
    seats, by = fall("acme", "beta", "acme")
    granted = await run(*seats, by=by, max_cost=Decimal("2.50"))

    assert granted.connectors == ("a", "b", "c")
    assert granted.allowances == {"fall": Decimal("2.50")}


async def test_the_cheapest_that_may_be_asked_is() -> None:
    """Whom the consent rules out is no alternative."""
    cheap = seat("cheap", bureau="gamma", price=Decimal("0.10"))
    dear = seat("dear", price=Decimal(1))
    by = {"cheap": terms("gamma"), "dear": terms()}
    stage = {"buying": {"credit": Buying(cheapest=True)}}
    all_of_them = replace(CONSENT, recipients=frozenset({"acme", "gamma"}))

    assert (await run(cheap, dear, by=by, stage=stage)).connectors == ("dear",)
    both = await run(cheap, dear, by=by, stage=stage, consent=all_of_them)
    assert (both.connectors, both.refused) == (("cheap",), {"dear": Outcome.NOT_NEEDED})
    known = await run(
        cheap, dear, by=by, stage={**stage, "known": Shelf(("dear",))}, consent=all_of_them
    )
    assert known.connectors == ("dear",)


async def test_where_the_days_money_reaches_for_nothing_it_is_said_so() -> None:
    rows = Rows()
    with pytest.raises(LimitReached) as caught:
        await run(rows=rows, stage={"purse": Till(Decimal("0.99"))})

    assert (caught.value.reason, caught.value.caller) == ("SPENDING_LIMIT", "scoring")
    assert caught.value.retry_after == 60.0
    # Its id is claimed first: what was bought under it before would be given all the same.
    assert [granted.connectors for granted in rows.written] == [()]


async def test_where_it_reaches_for_something_that_is_given() -> None:
    free = replace(DEVICE, price=Decimal(0))
    granted = await run(SCORE, free, stage={"purse": Till(Decimal("0.99"))})

    assert granted.connectors == ("device",)
    assert granted.refused == {"score": Outcome.SKIPPED_COST}


async def test_where_the_callers_own_limit_is_the_least_it_has_what_it_asked_for() -> None:
    granted = await run(max_cost=Decimal("0.50"), stage={"purse": Till(Decimal("0.99"))})

    assert granted.connectors == ()


async def test_without_a_word_on_what_was_spent_nothing_is_granted() -> None:
    rows = Rows()
    with pytest.raises(LedgerUnavailable):
        await run(rows=rows, stage={"purse": Till(None, down=True)})

    assert rows.written == []


async def test_what_would_be_granted_is_decided_alike_and_not_written_down() -> None:
    rows = Rows()
    stage = Authorize({"credit": (SCORE, DEVICE)}, STAGES, token, "v7", Noon(), rows)
    of = filled(admitted(consent=CONSENT, max_cost=Decimal(1)))

    assert await stage.decide(of) == await stage(of)
    assert len(rows.written) == 1
