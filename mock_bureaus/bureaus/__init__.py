"""The six bureaus and their addresses: one row a desk."""

from collections.abc import Mapping

from ..contract import Desk
from ..credentials import Credentials
from ..people import Person
from . import (
    credit_report,
    data_market,
    education,
    fraud_report,
    multi_lending,
    police_id,
)
from .tokens import Tokens

NAMES = (
    "police_id",
    "fraud_report",
    "multi_lending",
    "education",
    "data_market",
    "credit_report",
)


def open_desks(
    known: Credentials, people: Mapping[str, Person], tokens: Mapping[str, Tokens]
) -> tuple[Desk, ...]:
    """Open every bureau anew: no serial number, and no order, is remembered."""
    police = police_id.PoliceId(known, people)
    fraud = fraud_report.FraudReport(known, people)
    lending = multi_lending.MultiLending(known, people, tokens["multi_lending"])
    degrees = education.Education(known, people)
    market = data_market.DataMarket(known, people)
    credit = credit_report.CreditReport(known, people, tokens["credit_report"])
    return (
        Desk("police_id", "/police/services/IdCheck", police.check, police_id.FAILURE),
        Desk("fraud_report", "/fraud/apply/v4", fraud.apply, fraud_report.FAILURE),
        Desk(
            "multi_lending",
            "/lending/login",
            lending.login,
            multi_lending.LOGIN_FAILURE,
            about_persons=False,
        ),
        Desk("multi_lending", "/lending/query", lending.query, multi_lending.FAILURE),
        Desk(
            "education",
            "/education/academic-degree/query",
            degrees.query,
            education.FAILURE,
        ),
        Desk(
            "data_market",
            "/market/data",
            market.buy,
            data_market.FAILURE,
            data_market.reference,
        ),
        Desk(
            "credit_report",
            "/credit/oauth2/token",
            credit.token,
            credit_report.FAILURE,
            about_persons=False,
        ),
        Desk(
            "credit_report",
            "/credit/v1/reports",
            credit.report,
            credit_report.FAILURE,
            credit_report.reference,
        ),
    )
