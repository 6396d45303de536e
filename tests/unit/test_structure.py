"""The sixth stage: one person's user info, with the truth about each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.contract import FieldNote, Reply
from connectors.errors import Refused, WrongSubject
from connectors.words import FieldStatus, Outcome
from gateway.checks import Check, Evidence
from gateway.checks.contract import CheckFinding
from gateway.fields.merging import Merging
from gateway.model import Answer, FieldMeta, Report
from gateway.stages.structure import Blueprint, Structure
from gateway.subject.filling import FieldOrigin, Filling
from gateway.subject.violation import Violation
from tests.rooms import admitted, answers, failed, filled, given, known, reply, reused, skipped
from tests.standins import HandClock

RISK, SEX, ROWS = "fraud.gang_risk", "identity_verification.sex", "fraud.multi_lending"
BORN = "identity_verification.date_of_birth"
KEYED = "fraud.multi_lending[3M,ID,BANK].application_count"
HAS = known(fraud={"gang_risk": 0.5})


def report(
    *of: Answer,
    targets: Mapping[str, tuple[str, ...]] | None = None,
    wanted: tuple[str, ...] = (),
    deny: tuple[str, ...] = (),
    fillings: tuple[Filling, ...] = (),
    prefer: Mapping[str, tuple[str, ...]] | None = None,
    checks: tuple[Check, ...] = (),
) -> Report:
    names = [each.connector for each in of]
    blueprint = Blueprint(
        targets=targets or dict.fromkeys(names, (RISK,)),
        versions=dict.fromkeys(names, "2.1.0"),
        merging=Merging(prefer or {}),
        checks=checks,
    )
    asked = filled(admitted(*wanted, deny=deny), fillings)
    return Structure({"credit": blueprint}, HandClock())(answers(*of, to=asked))


def has_risk(name: str, risk: float = 0.5) -> Reply:
    return reply(name, says=known(fraud={"gang_risk": risk}), notes=[RISK])


def test_a_value_is_said_to_come_from_its_connector() -> None:
    answer = given(has_risk("a"))
    found = report(answer)

    assert found.user_info == HAS
    assert found.fields == {
        RISK: FieldMeta(
            status=FieldStatus.PRESENT,
            origin=FieldOrigin.BUREAU,
            connector="a",
            reply=answer.reply,
            note=FieldNote(FieldStatus.PRESENT),
            mapping_version="2.1.0",
        )
    }
    assert found.answers.by_connector == {"a": answer}


def test_a_value_that_is_older_than_asked_is_a_bureaus_too() -> None:
    older = replace(has_risk("a"), meta={RISK: FieldNote(FieldStatus.OUTSIDE_MAX_AGE)})
    found = report(given(older))

    assert found.user_info == HAS
    assert found.fields[RISK].status is FieldStatus.OUTSIDE_MAX_AGE
    assert found.fields[RISK].origin is FieldOrigin.BUREAU


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("note", [None, FieldStatus.PRESENT, FieldStatus.INVALID_VALUE])
def test_every_outcome_gives_the_status_of_the_specification(
    outcome: Outcome, note: FieldStatus | None
) -> None:
    held = {
        Outcome.HIT: FieldStatus.NULL_VALUE,
        Outcome.MISMATCH: FieldStatus.NULL_VALUE,
        Outcome.NO_SCORE: FieldStatus.NOT_FOUND,
        Outcome.BLOCKED: FieldStatus.SUPPRESSED,
    }
    others = {
        Outcome.NO_HIT: FieldStatus.NOT_FOUND,
        Outcome.PENDING: FieldStatus.PENDING,
        Outcome.NEED_MORE: FieldStatus.PENDING,
        Outcome.SKIPPED_POLICY: FieldStatus.SKIPPED_BY_POLICY,
        Outcome.NEED_INPUT: FieldStatus.NOT_REQUESTED,
        Outcome.NOT_NEEDED: FieldStatus.NOT_REQUESTED,
        Outcome.SKIPPED_BUDGET: FieldStatus.NOT_REQUESTED,
        Outcome.SKIPPED_COST: FieldStatus.NOT_REQUESTED,
    }
    expected = others.get(outcome, FieldStatus.CONNECTOR_ERROR)
    if outcome in held:
        expected = note or held[outcome]
    meta = {RISK: FieldNote(note)} if note else {}
    answer = given(reply("a", outcome, meta=meta))

    assert report(answer).fields[RISK].status is expected


def test_every_failure_is_an_error_of_its_connector() -> None:
    found = report(failed(Refused("a")), skipped("b", Outcome.SKIPPED_POLICY)).fields[RISK]

    assert (found.status, found.connector, found.origin) == (
        FieldStatus.CONNECTOR_ERROR,
        "a",
        None,
    )


def test_what_a_bureau_says_replaces_what_was_derived() -> None:
    derived = Filling("date_of_birth", date(1990, 12, 31), FieldOrigin.DERIVED, "id")
    born = {"date_of_birth": {"year": 1991, "month": 1, "day": 2}}
    bureau = reply("a", says=known(identity_verification=born), notes=[BORN])
    found = report(given(bureau), targets={"a": (BORN,)}, fillings=(derived,))

    assert found.user_info == known(identity_verification=born)
    assert (found.fields[BORN].origin, found.fields[BORN].connector) == (FieldOrigin.BUREAU, "a")


@pytest.mark.parametrize(
    "answer",
    [
        given(reply("a", Outcome.NO_HIT)),
        given(reply("a", meta={SEX: FieldNote(FieldStatus.NULL_VALUE)})),
        failed(Refused("a")),
    ],
)
def test_what_a_bureau_does_not_know_does_not_replace_it(answer: Answer) -> None:
    derived = Filling("sex", "FEMALE", FieldOrigin.DERIVED, "id")
    found = report(answer, targets={"a": (SEX,)}, fillings=(derived,))

    assert found.user_info.identity_verification.HasField("sex")
    assert found.fields[SEX].status is FieldStatus.PRESENT
    assert found.fields[SEX].origin is FieldOrigin.DERIVED
    assert found.fields[SEX].rule_id == "id"


def test_the_meta_speaks_of_the_value_that_is_there() -> None:
    prefer = {RISK: ("b", "a")}
    found = report(given(has_risk("a", 0.1)), given(has_risk("b", 0.9)), prefer=prefer)
    assert (found.user_info.fraud.gang_risk, found.fields[RISK].connector) == (0.9, "b")

    found = report(given(has_risk("a", 0.1)), given(reply("b", Outcome.NO_HIT)), prefer=prefer)
    assert (found.user_info.fraud.gang_risk, found.fields[RISK].connector) == (0.1, "a")


@pytest.mark.parametrize("turned", [False, True])
def test_where_nobody_has_it_the_one_that_failed_speaks(*, turned: bool) -> None:
    """That one bureau has nothing does not tell what the other would have had."""
    of = [failed(Refused("a")), given(reply("b", Outcome.NO_HIT))]
    found = report(*(reversed(of) if turned else of)).fields[RISK]

    assert (found.status, found.connector) == (FieldStatus.CONNECTOR_ERROR, "a")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("why", [Outcome.SKIPPED_COST, Outcome.SKIPPED_BUDGET, Outcome.NEED_INPUT])
def test_who_could_not_be_asked_might_have_known_more_than_one_with_nothing(
    why: Outcome, *, turned: bool
) -> None:
    of = [skipped("a", why), given(reply("b", Outcome.NO_HIT))]
    found = report(*(reversed(of) if turned else of)).fields[RISK]
    assert (found.status, found.connector) == (FieldStatus.NOT_REQUESTED, "a")

    of = [skipped("a", why), failed(Refused("b"))]
    found = report(*(reversed(of) if turned else of)).fields[RISK]
    assert (found.status, found.connector) == (FieldStatus.CONNECTOR_ERROR, "b")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("outcome", [Outcome.HIT, Outcome.NO_HIT])
def test_one_that_was_not_needed_has_nothing_to_say_beside_another(
    outcome: Outcome, *, turned: bool
) -> None:
    """The other members of a waterfall: whoever answered speaks, be it that there is nothing."""
    of = [skipped("a", Outcome.NOT_NEEDED), given(reply("b", outcome))]
    found = report(*(reversed(of) if turned else of)).fields[RISK]

    assert found.connector == "b"
    assert found.status in (FieldStatus.NULL_VALUE, FieldStatus.NOT_FOUND)


def test_only_what_is_wanted_and_not_denied_is_told_and_given() -> None:
    says = known(
        fraud={
            "gang_risk": 0.5,
            "night_application_count": 1,
            "multi_lending": [{"window": "3M", "application_count": 7, "active_months": 1}],
        },
        credit_summary={"total_balance": {"minor_units": 1, "currency": "EUR"}},
    )
    targets = (RISK, "fraud.night_application_count", KEYED, "credit_summary.total_balance")
    found = report(
        given(reply("a", says=says, notes=targets)),
        targets={"a": targets},
        wanted=("fraud",),
        deny=("fraud.night_application_count", "fraud.multi_lending.application_count"),
    )

    assert list(found.fields) == [RISK]
    assert found.user_info == known(
        fraud={"gang_risk": 0.5, "multi_lending": [{"window": "3M", "active_months": 1}]}
    )


def test_costs_are_summed_with_those_of_failures_that_are_billed() -> None:
    billed = WrongSubject("b")
    billed.cost = Decimal("0.35")
    found = report(
        given(reply("a")),
        failed(billed),
        failed(Refused("c")),
        given(reused("d")),
        skipped("e", Outcome.SKIPPED_COST),
    )

    assert found.cost == Decimal("0.85")


def test_an_absence_is_as_old_as_the_answer_that_tells_of_it() -> None:
    seen = datetime(2026, 2, 1, tzinfo=UTC)
    note = report(given(reply("a", Outcome.NO_HIT, observed_at=seen))).fields[RISK].note

    assert note is not None
    assert note.observed_at == seen


def check_of(path: str) -> Check:
    def check(evidence: Evidence) -> CheckFinding:
        meta = evidence.fields.get(path)
        return CheckFinding(
            fields={path: replace(meta, conflict=True)} if meta else {},
            warnings=(Violation(path, "check", "a constant"),),
            lacking=(path,),
        )

    return check


def test_checks_change_what_is_said_of_a_field() -> None:
    found = report(given(has_risk("a")), checks=(check_of(RISK),))

    assert found.fields[RISK].conflict
    assert [warning.path for warning in found.warnings] == [RISK]
    assert found.lacking == (RISK,)


def test_no_check_speaks_of_what_the_caller_may_not_see() -> None:
    found = report(
        given(has_risk("a")),
        checks=(check_of(RISK), check_of("education"), check_of("fraud.device")),
        wanted=("fraud",),
        deny=("fraud.gang_risk",),
    )

    assert found.lacking == ("fraud.device",)
    assert [warning.path for warning in found.warnings] == ["fraud.device"]


def test_a_section_that_lacks_is_told_to_who_wants_a_part_of_it() -> None:
    found = report(
        given(has_risk("a")), checks=(check_of("education"),), wanted=("education.degree",)
    )

    assert found.lacking == ("education",)


def test_warnings_of_the_filling_come_first() -> None:
    warning = Violation("subject.mobile", "carrier", "a constant")
    asked = filled(warnings=(warning,))
    blueprint = Blueprint({}, {}, Merging(), (check_of(RISK),))
    found = Structure({"credit": blueprint}, HandClock())(answers(to=asked))

    assert [each.path for each in found.warnings] == ["subject.mobile", RISK]


def test_a_report_does_not_print_the_person() -> None:
    assert "gang_risk: 0.5" not in repr(report(given(has_risk("a"))))
