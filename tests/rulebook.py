"""Rules, fillers and stages as products describe them, on the subject that the protos describe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from stdnum.cn import ric

from connectors.words import Purpose
from gateway.fields.schema import schema
from gateway.fillers import AnyFiller, Filler, FillerKit, Recall, Stored, build_fillers
from gateway.model import Admitted, Credentials, Inquiry, Valid
from gateway.policy import CallerPolicy
from gateway.rules import AnyRule, Judgement, Rule, build_rules
from gateway.subject.violation import Violation

from .standins import make_kit

KIT = replace(make_kit(), schema=schema())
TODAY = KIT.clock.utc().date()

ELDER = "11010519491231002X"
ADULT = "110105199001010002"

_rules = TypeAdapter(tuple[AnyRule, ...])
_fillers = TypeAdapter(tuple[AnyFiller, ...])


def rule(*specs: object) -> Rule:
    return build_rules(_rules.validate_python(specs), KIT)


def judge(spec: Mapping[str, object], **subject: object) -> Judgement:
    """Judge a subject by one rule; ``employer__uscc`` stands for ``employer.uscc``."""
    return rule(spec)({path.replace("__", "."): value for path, value in subject.items()})


def broken(judgement: Judgement) -> list[str]:
    return [violation.rule for violation in judgement.violations]


def odd(warnings: Sequence[Violation]) -> list[tuple[str, str]]:
    return [(warning.path, warning.rule) for warning in warnings]


def id_number(region: str, born: str, sequence: str) -> str:
    body = region + born + sequence
    return body + str(ric.calc_check_digit(f"{body}0"))


async def nothing_stored(*_: object) -> Mapping[str, Stored]:
    return {}


def fillers(*specs: object, recall: Recall = nothing_stored) -> tuple[Filler, ...]:
    return build_fillers(_fillers.validate_python(specs), FillerKit(KIT, recall))


def admitted(subject: Mapping[str, object], product: str = "loan", **more: Any) -> Admitted:
    caller = CallerPolicy.model_validate(
        {
            "name": "scoring",
            "tenant": "lender_a",
            "identities": {},
            "products": [product],
            "purposes": ["CREDIT_ORIGINATION"],
        }
    )
    inquiry = Inquiry(
        id="i-1",
        credentials=Credentials(),
        product=product,
        purpose=Purpose.CREDIT_ORIGINATION,
        received_at=datetime(2025, 10, 9, tzinfo=UTC),
        deadline=None,
        subject=subject,
    )
    return Admitted(
        inquiry=replace(inquiry, **more),
        caller=caller,
        purpose=Purpose.CREDIT_ORIGINATION,
        wanted=("credit_summary",),
        deadline=10.0,
    )


def valid(subject: Mapping[str, object], **more: Any) -> Valid:
    return Valid(admitted(subject, **more), subject)
