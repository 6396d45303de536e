"""The shipped connectors, on real sockets, against bureaus that behave as theirs do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from datachannel.v1 import user_info_pb2

from connectors.errors import ConnectorError, WrongSubject
from connectors.rehearsal.portrait import portray
from connectors.words import Billed, Outcome
from mock_bureaus import Step

from .town import (
    ANA,
    DEMO_PERSON,
    ELDER,
    JACK,
    JANE,
    JILL,
    JOHN,
    JUAN,
    LUIS,
    MEENA,
    NADIE,
    RAVI,
    STRANGER,
    Subject,
    Town,
    american,
    open_town,
)

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


@dataclass(frozen=True, slots=True)
class Case:
    """One question, and some of what must come of it."""

    connector: str
    person: str
    subject: Subject
    outcome: Outcome
    told: Mapping[str, object] = field(default_factory=dict)
    """By path: a number in it is the place in a list."""

    def __str__(self) -> str:
        return f"{self.connector} of {self.person}"


NAMESAKE = {**DEMO_PERSON, "name": "测试戊"}
SCORE, ACCOUNTS = "credit_summary.scores.0.score", "credit_summary.total_accounts"
CASES = (
    Case(
        "loan_radar",
        "one who borrows",
        DEMO_PERSON,
        HIT,
        {"attributes.loanradar_a22160001": 520, "attributes.loanradar_a22160004": 5},
    ),
    Case("loan_radar", "one with other codes", ELDER, HIT, {"attributes.loanradar_a22160002": 35}),
    Case("loan_radar", "a wrong name", NAMESAKE, Outcome.MISMATCH),
    Case("loan_radar", "a stranger", STRANGER, NO_HIT),
    Case(
        "platform_loans",
        "one who borrows",
        DEMO_PERSON,
        HIT,
        {
            "fraud.multi_lending.1.institution_count": 2,
            "attributes.pathsign_risk_score": 62,
        },
    ),
    Case("platform_loans", "a stranger", STRANGER, NO_HIT),
    Case(
        "bank_card_check",
        "its holder",
        DEMO_PERSON,
        HIT,
        {"identity_verification.bank_card_four_factor_match": "MATCH"},
    ),
    Case(
        "bank_card_check",
        "another holder",
        NAMESAKE,
        Outcome.MISMATCH,
        {"identity_verification.bank_card_four_factor_match": "MISMATCH"},
    ),
    Case(
        "bank_card_check",
        "a stranger",
        {**STRANGER, "bank_card": "6200000000000013"},
        NO_HIT,
    ),
    Case(
        "sealed_degree",
        "a graduate",
        DEMO_PERSON,
        HIT,
        {
            "education.highest_level": "BACHELOR",
            "education.institution_name": "示例大学",
            "education.graduation_date": "2012-07",
        },
    ),
    Case("pan_check", "a holder", RAVI, HIT, {"attributes.kycdesk_pan_name": "RAVI SAMPLE"}),
    Case("pan_check", "nobody", {**RAVI, "id_number": "ABCPE1234Z"}, NO_HIT),
    Case(
        "sanctions",
        "one who is listed",
        {"name": "测试乙", "id_number": "440524188001010014"},
        HIT,
        {
            "fraud.watchlist_matches.0.list": "mock_sanctions",
            "fraud.watchlist_matches.0.match": True,
        },
    ),
    Case(
        "sanctions",
        "a namesake at a listed company",
        {**DEMO_PERSON, "name": "JACK SAMPLE", "employer.name": "SAMPLE SHELL LTD"},
        HIT,
        {
            "fraud.watchlist_matches.0.match": False,
            "fraud.watchlist_matches.1.match": True,
        },
    ),
    Case("sanctions", "one who is not listed", DEMO_PERSON, NO_HIT),
    Case(
        "company_officers",
        "one who runs a company",
        {**DEMO_PERSON, "employer.uscc": "91110000600037341L"},
        HIT,
        {
            "assets.business_ownership.0.role": "secretary",
            "assets.business_ownership.0.uscc": "91110000600037341L",
        },
    ),
    Case(
        "company_officers",
        "one who no longer does",
        {**ELDER, "employer.uscc": "91110000600037341L"},
        HIT,
        {"assets.business_ownership": None},
    ),
    Case(
        "company_officers",
        "a company that nobody runs",
        {**DEMO_PERSON, "employer.uscc": "91110000000000000X"},
        NO_HIT,
    ),
    Case(
        "company_officers",
        "a company that is not there",
        {**DEMO_PERSON, "employer.uscc": "91110000000000001X"},
        NO_HIT,
    ),
    Case("sealed_degree", "a wrong name", NAMESAKE, NO_HIT),
    Case("sealed_degree", "a stranger", STRANGER, NO_HIT),
    Case(
        "us_credit_report",
        "one with a score",
        JOHN,
        HIT,
        {SCORE: 712, ACCOUNTS: 2, "credit_summary.scores.0.reason_codes.1.code": "14"},
    ),
    Case("us_credit_report", "a thin file", JANE, Outcome.NO_SCORE, {SCORE: None, ACCOUNTS: 1}),
    Case("us_credit_report", "an exclusion code", JACK, HIT, {SCORE: None, ACCOUNTS: 1}),
    Case("us_credit_report", "nobody", american("JUNE", "555555555"), NO_HIT),
    Case(
        "us_credit_xml",
        "one with a score",
        JOHN,
        HIT,
        {
            SCORE: 712,
            ACCOUNTS: 2,
            "credit_summary.freeze": False,
            "credit_summary.file_since_date": "2010-03-01",
            "credit_summary.tradelines.1.payment_status": "DPD_30_59",
        },
    ),
    Case("us_credit_xml", "a thin file", JANE, Outcome.NO_SCORE, {SCORE: None, ACCOUNTS: 1}),
    Case(
        "us_credit_xml",
        "a frozen file",
        JACK,
        Outcome.BLOCKED,
        {"credit_summary.freeze": True, ACCOUNTS: None},
    ),
    Case("us_credit_xml", "a minor", JILL, Outcome.BLOCKED, {"credit_summary": None}),
    Case("us_credit_xml", "nobody", american("JUNE", "555555555"), NO_HIT),
    Case(
        "india_credit_report",
        "one with a score",
        RAVI,
        HIT,
        {
            SCORE: 750,
            ACCOUNTS: 2,
            "credit_summary.tradelines.0.max_dpd_days": 60,
            "credit_summary.current_overdue_amount.minor_units": 920000,
        },
    ),
    Case(
        "india_credit_report",
        "no score",
        MEENA,
        Outcome.NO_SCORE,
        {SCORE: None, ACCOUNTS: 1, "credit_summary.tradelines.0.account_type": "CREDIT_CARD"},
    ),
    Case("india_credit_report", "nobody", {**RAVI, "id_number": "ABCPE1234Z"}, NO_HIT),
    Case(
        "mexico_credit_score",
        "one with a score",
        JUAN,
        HIT,
        {
            SCORE: 546,
            ACCOUNTS: 2,
            "credit_summary.inquiries.0.total": 1,
            "credit_summary.scores.0.reason_codes.3.code": "D2",
            "credit_summary.tradelines.1.disputed": True,
        },
    ),
    Case("mexico_credit_score", "no score", ANA, Outcome.NO_SCORE, {SCORE: None, ACCOUNTS: 1}),
    Case("mexico_credit_score", "a blocked file", LUIS, Outcome.BLOCKED, {"credit_summary": None}),
    Case("mexico_credit_score", "nobody", NADIE, NO_HIT),
)

REFERRED = frozenset(
    {
        "company_officers",
        "loan_radar",
        "pan_check",
        "platform_loans",
        "sanctions",
        "us_credit_report",
        "us_credit_xml",
        "india_credit_report",
    }
)
"""Those of `CASES` whose bureaus take a reference of ours."""

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


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("connector", OUTCOMES)
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
@pytest.mark.parametrize("connector", OUTCOMES)
async def test_our_bill_is_the_bureaus(
    town: Town, connector: str, person: Mapping[str, object]
) -> None:
    """And each call about a person carries our reference, so that the two can be held together."""
    reply = await town.ask(connector, person)
    about_persons = [call for call in town.bureaus.calls if call.reference]
    billed = [call for call in about_persons if call.billed]

    assert (reply.billed is Billed.YES) is bool(billed)
    assert bool(about_persons) is (connector != "internal_blacklist")


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_case_ends_as_the_bureau_knows_it(town: Town, case: Case) -> None:
    """And our bill is the bureau's, by the reference that both have, where there is one."""
    reply = await town.ask(case.connector, case.subject)
    portrait = portray(user_info_pb2.UserInfo.FromString(reply.user_info))
    (call,) = town.about_persons()

    assert reply.outcome is case.outcome
    assert {path: found(portrait, path) for path in case.told} == case.told
    assert (reply.mapped.invalid, reply.mapped.unmapped) == (0, 0)
    assert (reply.billed is Billed.YES) is call.billed
    assert bool(reply.cost) is call.billed
    assert bool(call.reference) is (case.connector in REFERRED)


async def test_officers_on_the_last_of_three_pages_are_found(town: Town) -> None:
    reply = await town.ask(
        "company_officers", {**DEMO_PERSON, "employer.uscc": "91350100M000100Y43"}
    )
    portrait = portray(user_info_pb2.UserInfo.FromString(reply.user_info))

    assert found(portrait, "assets.business_ownership.0.role") == "director"
    assert [call.query.get("start_index") for call in town.about_persons()] == [None, "35", "70"]


def found(document: object, path: str) -> object:
    for step in path.split("."):
        if isinstance(document, list):
            document = document[int(step)] if int(step) < len(document) else None
        else:
            document = document.get(step) if isinstance(document, Mapping) else None
    return document


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
    ("connector", "bureau", "person"),
    [
        ("multi_lending", "multi_lending", DEMO_PERSON),
        ("credit_report", "credit_report", DEMO_PERSON),
        ("us_credit_report", "uscredit", JOHN),
    ],
)
async def test_a_token_that_the_bureau_forgot_is_renewed(
    town: Town, connector: str, bureau: str, person: Subject
) -> None:
    await town.ask(connector, person)
    town.bureaus.expire_tokens(bureau)
    reply = await town.ask(connector, person)
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
