"""The shipped connectors, on real sockets, against bureaus that behave as theirs do."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from random import Random

import pytest
from datachannel.v1 import user_info_pb2

from connectors.contract import Call, Query, Reply, Standing, Transport
from connectors.errors import ConnectorError, WrongSubject
from connectors.kit import Kit
from connectors.policy.ledger import Owned
from connectors.rehearsal.portrait import portray
from connectors.rehearsal.props import GivenSecrets, Inert
from connectors.words import Billed, Outcome, Purpose
from gateway.catalog.reading import read_catalog
from gateway.clock import LoopClock
from gateway.fields.schema import schema
from mock_bureaus import DEMO, MockBureaus, Step
from tests.shipped import BUREAU_URLS, CONFIG, CONNECTORS

PEPPER = "test-pepper"
DEMO_PERSON = {
    "name": "测试丙",
    "id_number": "110105199001010002",
    "date_of_birth": date(1990, 1, 1),
    "mobile": "19900000001",
    "bank_card": "6200000000000005",
    "certificate_number": "1000000000000001",
}
ELDER = {
    "name": "测试甲",
    "id_number": "11010519491231002X",
    "date_of_birth": date(1949, 12, 31),
    "mobile": "19900000001",
    "certificate_number": "1000000000000002",
}
STRANGER = {
    "name": "测试丁",
    "id_number": "110105199001010029",
    "date_of_birth": date(1990, 1, 1),
    "mobile": "19900000009",
    "certificate_number": "1000000000000003",
}
HIT, NO_HIT = Outcome.HIT, Outcome.NO_HIT
OUTCOMES: Mapping[str, tuple[Outcome, Outcome, Outcome]] = {
    "credit_enhancement": (NO_HIT, HIT, NO_HIT),
    "credit_report": (HIT, Outcome.NO_SCORE, NO_HIT),
    "education_check": (HIT, NO_HIT, NO_HIT),
    "fraud_report": (HIT, HIT, HIT),
    "internal_blacklist": (NO_HIT, HIT, NO_HIT),
    "multi_lending": (HIT, HIT, NO_HIT),
    "police_id": (HIT, HIT, NO_HIT),
}
"""Of the demo person, of the elder, and of a stranger, whom the fraud bureau calls clean."""

KNOWN: Mapping[str, Mapping[str, object]] = {
    "credit_report": {
        "credit_summary": {
            "hit_status": "HIT",
            "scores": [
                {
                    "score": 688,
                    "model_name": "05402",
                    "range_min": 300,
                    "range_max": 850,
                    "higher_is_better": True,
                    "reason_codes": [{"code": "00038"}, {"code": "00014"}],
                }
            ],
            "total_accounts": 2,
            "current_overdue_accounts": 1,
            "inquiries": [{"window": "24M", "total": 2}],
            "tradelines": [
                {
                    "account_type": "CREDIT_CARD",
                    "portfolio_type": "REVOLVING",
                    "opened": "2019-03-15",
                    "limit": {"minor_units": 500000, "currency": "CNY"},
                    "balance": {"minor_units": 120000, "currency": "CNY"},
                    "past_due": {"minor_units": 0, "currency": "CNY"},
                    "payment_status": "CURRENT",
                },
                {
                    "account_type": "MORTGAGE",
                    "portfolio_type": "MORTGAGE",
                    "opened": "2021-11-01",
                    "limit": {"minor_units": 12000000, "currency": "CNY"},
                    "balance": {"minor_units": 8600000, "currency": "CNY"},
                    "past_due": {"minor_units": 95000, "currency": "CNY"},
                    "payment_status": "DPD_30_59",
                },
            ],
        },
        "identity_verification": {"date_of_birth": "1990-01-01"},
    },
    "education_check": {
        "education": {
            "verification": "MATCH",
            "highest_level": "MASTER",
            "degree": "经济学硕士学位",
            "institution_name": "示例大学",
            "major": "经济学",
        },
        "identity_verification": {"date_of_birth": "1990-01-01", "sex": "FEMALE"},
    },
    "fraud_report": {
        "fraud": {
            "fraud_score": {"score": 45, "min": 0, "max": 100},
            "vendor_decision": "REVIEW",
            "multi_lending": [
                {
                    "window": "3M",
                    "key": "ID",
                    "institution_type": "MICROLOAN",
                    "institution_count": 4,
                },
                {
                    "window": "3M",
                    "key": "ID",
                    "institution_type": "CASH_INSTALLMENT",
                    "institution_count": 2,
                },
            ],
        },
        "attributes": {"fraudwatch_overdue_count": 1},
        "identity_verification": {"bank_card_four_factor_match": "MATCH"},
    },
    "multi_lending": {
        "fraud": {
            "multi_lending": [
                {
                    "window": "3M",
                    "key": "ID",
                    "institution_type": "NONBANK",
                    "application_count": 7,
                    "institution_count": 5,
                },
                {"window": "3M", "key": "ID", "institution_type": "BANK", "application_count": 1},
                {
                    "window": "12M",
                    "key": "MOBILE",
                    "institution_type": "NONBANK",
                    "application_count": 19,
                },
            ],
            "days_since_last_application": 12,
            "blacklist_hits": [
                {"list_type": "NONBANK_BAD", "key": "ID", "count": 1},
                {"list_type": "NONBANK_BAD", "key": "MOBILE", "count": 1},
            ],
        }
    },
    "police_id": {"identity_verification": {"id_name_match": "MATCH"}},
}
"""What the bureaus say of the demo person, in our words."""


@dataclass(frozen=True, slots=True)
class Town:
    """Bureaus that listen, and the shipped connectors that ask them."""

    bureaus: MockBureaus
    calls: Mapping[str, Call]

    async def ask(self, connector: str, subject: Mapping[str, object]) -> Reply:
        deadline = LoopClock().now() + 10
        standing = Standing(
            tenant="lender_a",
            caller="scoring_service",
            inquiry_id="i1",
            purpose=Purpose.CREDIT_ORIGINATION,
            consent=None,
            subject_token="t1",
            config_version="v1",
        )
        known = {"identity_verification.id_name_match": "MATCH"}
        query = Query(connector, standing, lambda: deadline, subject=subject, user_info=known)
        return await self.calls[connector](query)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    _write_lists(tmp_path / "lists.db")
    catalog, _ = read_catalog(CONFIG)
    owned, inert = Owned(), Inert()
    async with MockBureaus() as bureaus:
        kit = Kit(
            clock=LoopClock(),
            random=Random(1),
            secrets=GivenSecrets({**asdict(DEMO), "list_pepper": PEPPER}),
            env={
                **dict.fromkeys(BUREAU_URLS, bureaus.url),
                "LENDER_LISTS_DSN": f"sqlite:///{tmp_path}/lists.db",
            },
            ledger=inert,
            cache=inert,
            observer=inert,
            schema=schema(),
            cache_key=b"k" * 32,
            currency="CNY",
            files=CONFIG,
            tables=catalog.tables,
        )
        built = {name: entry.spec.build(kit) for name, entry in catalog.bureaus.items()}
        specs = {name: entry.spec for name, entry in catalog.connectors.items()}
        calls = {
            name: spec.build(kit, built[spec.bureau], owned).call for name, spec in specs.items()
        }
        yield Town(bureaus, calls)
        await owned.settled()
        transports: list[Transport] = [bureau.transport for bureau in built.values()]
        for transport in transports:
            await transport.aclose()


def _write_lists(file: Path) -> None:
    listed = hmac.digest(PEPPER.encode(), b"11010519491231002X", "sha256").hex()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "create table blacklist"
            " (id_hash text not null, reason text not null, listed_on text not null)"
        )
        database.executemany(
            "insert into blacklist values (?, ?, ?)",
            [(listed, "FRAUD", "2024-11-30"), (listed, "LOSS", "2025-06-01")],
        )


@pytest.mark.parametrize("connector", CONNECTORS)
async def test_each_person_is_known_as_far_as_a_bureau_knows_them(
    town: Town, connector: str
) -> None:
    people = (DEMO_PERSON, ELDER, STRANGER)
    replies = [await town.ask(connector, person) for person in people]

    assert tuple(reply.outcome for reply in replies) == OUTCOMES[connector]


@pytest.mark.parametrize("connector", KNOWN)
async def test_the_demo_person_is_mapped(town: Town, connector: str) -> None:
    reply = await town.ask(connector, DEMO_PERSON)

    assert portray(user_info_pb2.UserInfo.FromString(reply.user_info)) == KNOWN[connector]
    assert (reply.mapped.invalid, reply.mapped.unmapped) == (0, 0)


async def test_the_lenders_own_list_is_counted(town: Town) -> None:
    reply = await town.ask("internal_blacklist", ELDER)

    assert portray(user_info_pb2.UserInfo.FromString(reply.user_info)) == {
        "fraud": {
            "blacklist_hits": [
                {"list_type": "INTERNAL", "key": "ID", "count": 2, "last_date": "2025-06-01"}
            ]
        }
    }


async def test_a_market_that_knows_somebody_is_mapped_too(town: Town) -> None:
    reply = await town.ask("credit_enhancement", ELDER)

    assert portray(user_info_pb2.UserInfo.FromString(reply.user_info)) == {
        "fraud": {
            "multi_lending": [
                {
                    "window": "12M",
                    "key": "ID",
                    "institution_type": "NONBANK",
                    "institution_count": 7,
                }
            ]
        },
        "attributes": {"datamarket_credit_limit": {"minor_units": 140000, "currency": "CNY"}},
    }


@pytest.mark.parametrize("person", [DEMO_PERSON, ELDER, STRANGER], ids=lambda each: each["name"])
@pytest.mark.parametrize("connector", CONNECTORS)
async def test_our_bill_is_the_bureaus(
    town: Town, connector: str, person: Mapping[str, object]
) -> None:
    """And each call about a person carries our reference, so that the two can be held together."""
    reply = await town.ask(connector, person)
    about_persons = [call for call in town.bureaus.calls if call.reference]
    billed = [call for call in about_persons if call.billed]

    assert (reply.billed is Billed.YES) is bool(billed)
    assert bool(about_persons) is (connector != "internal_blacklist")


async def test_another_name_is_told_by_the_police_and_hidden_by_the_credit_file(
    town: Town,
) -> None:
    other = {**DEMO_PERSON, "name": "测试戊"}
    police = await town.ask("police_id", other)
    with pytest.raises(WrongSubject) as wrong:
        await town.ask("credit_report", other)

    assert police.outcome is Outcome.MISMATCH
    assert wrong.value.billed is Billed.YES


@pytest.mark.parametrize(
    ("connector", "bureau"), [("multi_lending", "multi_lending"), ("credit_report",) * 2]
)
async def test_a_token_that_the_bureau_forgot_is_renewed(
    town: Town, connector: str, bureau: str
) -> None:
    await town.ask(connector, DEMO_PERSON)
    town.bureaus.expire_tokens(bureau)
    reply = await town.ask(connector, DEMO_PERSON)
    paths = [call.path.rpartition("/")[2] for call in town.bureaus.calls]

    assert reply.outcome is Outcome.HIT
    assert paths[2:] == [paths[1], paths[0], paths[1]]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("html", Outcome.BAD_RESPONSE),
        ("status:502", Outcome.BUREAU_ERROR),
        ("bureau_error", Outcome.BUREAU_ERROR),
    ],
)
@pytest.mark.parametrize(
    ("connector", "bureau"),
    [
        ("credit_enhancement", "data_market"),
        ("credit_report", "credit_report"),
        ("education_check", "education"),
        ("fraud_report", "fraud_report"),
        ("multi_lending", "multi_lending"),
        ("police_id", "police_id"),
    ],
)
async def test_a_bureau_in_trouble_is_never_a_no_hit(
    town: Town, connector: str, bureau: str, fault: str, outcome: Outcome
) -> None:
    town.bureaus.script(bureau, Step(fault))
    with pytest.raises(ConnectorError) as error:
        await town.ask(connector, DEMO_PERSON)

    assert error.value.outcome is outcome


@pytest.mark.parametrize(
    ("connector", "bureau"),
    [
        ("credit_report", "credit_report"),
        ("education_check", "education"),
        ("police_id", "police_id"),
    ],
)
async def test_an_answer_about_somebody_else_is_released_to_nobody(
    town: Town, connector: str, bureau: str
) -> None:
    town.bureaus.script(bureau, Step("wrong_subject"))
    with pytest.raises(WrongSubject):
        await town.ask(connector, DEMO_PERSON)
