"""The fourth stage: nothing is asked without consent, and not before it is written down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.contract import Values
from connectors.errors import LedgerDown
from connectors.words import Outcome, Purpose
from gateway.errors import ConsentFails, LedgerUnavailable
from gateway.model import Consent, Granted
from gateway.stages.authorize import Authorize, Terms
from gateway.stages.plan import Seat
from tests.rooms import CONSENT, NOW, admitted, filled, seat
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
    **changes: Any,
) -> Granted:
    stage = Authorize(
        {"credit": seats or (SCORE, DEVICE)},
        {**STAGES, **(by or {})},
        token,
        "v7",
        Noon(),
        rows or Rows(),
    )
    return await stage(filled(admitted(consent=consent, **changes)))


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
