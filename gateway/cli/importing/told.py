"""Which names of answers' fields we know, and the fields of UserInfo that they mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from datachannel.v1 import user_info_pb2

from ...fields.schema import prefix, types
from .names import by_name, plain, spellings
from .shape import Way

_TOLD: Final[Mapping[str, str]] = {
    "income_employment.monthly_income": "incomemonthly averagemonthlyincome monthlysalary",
    "income_employment.employment_status": "employmenttype jobstatus",
    "income_employment.employment_start": "hiredate employedsince employmentstartdate",
    "income_employment.tenure_months": "employmenttenuremonths monthsemployed monthsinjob",
    "income_employment.social_insurance_months": "socialsecuritymonths",
    "income_employment.position": "jobtitle occupationtitle",
    "credit_summary.total_balance": "totaldebt outstandingbalance totaloutstanding",
    "credit_summary.open_accounts": "activeaccounts openaccountscount",
    "credit_summary.current_overdue_amount": "overdueamount amountoverdue pastdueamount",
    "credit_summary.max_dpd_current": "dpd dayspastdue maxdpd",
    "fraud.fraud_score.score": "fraudscore",
    "fraud.overall_risk_level": "risklevel",
    "fraud.vendor_decision": "finaldecision decision recommendation",
    "identity_verification.id_name_match": "idmatch nameidmatch identitymatch",
    "identity_verification.mobile_carrier": "carrier operator",
    "education.highest_level": "educationlevel degreelevel",
    "education.institution_name": "school university schoolname college",
    "education.graduation_date": "graduationdate graduatedate",
}
"""Fields of UserInfo by names besides their own."""

REFERENCES: Final = frozenset(
    [
        "reportid",
        "requestid",
        "transactionid",
        "taskno",
        "serialno",
        "serial",
        "tradeno",
        "orderno",
        "correlationid",
        "traceid",
        "responseid",
        "inquiryid",
        "enquiryid",
        "bureaureference",
    ]
)
"""Names of a bureau's own reference of its answer."""

MOMENTS: Final = frozenset(
    ["generatedat", "reportdate", "reportedat", "asof", "asofdate", "generatedtime"]
)
"""Names of the time at which a bureau knew what it says."""


def told(way: Way) -> str | None:
    """Give the field of UserInfo that a field of an answer means."""
    fields = user_info()
    names = {**_own_names(), **by_name(_TOLD)}
    found = next((names[one] for one in spellings(way) if one in names), None)
    return found if found in fields else None


@cache
def user_info() -> Mapping[str, str]:
    """Give the fields of UserInfo that one value can be mapped to, and the types of their rows."""
    words = {str: "string", bool: "bool", int: "int"}
    found: dict[str, str] = {}
    for path, kind in types(user_info_pb2.UserInfo.DESCRIPTOR).items():
        if path.endswith((".minor_units", ".currency")):
            found[path.rpartition(".")[0]] = "amount"
        else:
            found[path] = words.get(kind) or {"date": "date", "datetime": "timestamp"}.get(
                kind.__name__, "decimal"
            )
    enums = {path for path in found if _enum_labels(path)}
    return {path: "enum" if path in enums else kind for path, kind in found.items()}


def labels(path: str) -> tuple[str, ...]:
    """Give the words of an enum of UserInfo."""
    return _enum_labels(path)


@cache
def _enum_labels(path: str) -> tuple[str, ...]:
    descriptor: Any = user_info_pb2.UserInfo.DESCRIPTOR
    *above, last = path.split(".")
    for name in above:
        descriptor = descriptor.fields_by_name[name].message_type
    field = descriptor.fields_by_name.get(last)
    enum = field.enum_type if field is not None else None
    if enum is None:
        return ()
    begin = prefix(enum)
    return tuple(value.name.removeprefix(begin) for value in enum.values if value.number)


@cache
def _own_names() -> Mapping[str, str]:
    """
    Give the fields of UserInfo by their own names, where one name means one field.

    A name of one word (`status`, `degree`) means it only below a name of its section.
    """
    found: dict[str, list[str]] = {}
    for path in user_info():
        section, _, name = path.rpartition(".")
        found.setdefault(plain(section.rpartition(".")[2] + name), []).append(path)
        if "_" in name:
            found.setdefault(plain(name), []).append(path)
    return {name: paths[0] for name, paths in found.items() if len(paths) == 1}


def lists() -> Mapping[str, str]:
    """Give the lists of UserInfo by their names, in any spelling."""
    found: dict[str, str] = {}
    for section in user_info_pb2.UserInfo.DESCRIPTOR.fields:
        if section.message_type is None or section.message_type.GetOptions().map_entry:
            continue
        for field in section.message_type.fields:
            if field.is_repeated and field.message_type is not None:
                found.setdefault(plain(field.name), f"{section.name}.{field.name}")
    return found
