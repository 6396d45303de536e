"""The seventh stage: whether the report stands."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from connectors.contract import Counts
from connectors.errors import (
    BrokeDown,
    BulkheadFull,
    ConnectorError,
    Lost,
    NeedInput,
    NoBudget,
    NotCached,
    NotSent,
    RateLimited,
    Refused,
    SpendCapped,
    TimedOut,
    Unreadable,
    WrongSubject,
)
from connectors.words import Billed, FieldStatus, Outcome
from gateway.errors import ConnectorsUnavailable, LimitReached, OutcomeUnknown
from gateway.model import Answer, FieldMeta, Missing, Report, Verdict, Verified
from gateway.product import Waterfall
from gateway.stages.verify import Verify
from gateway.subject.violation import Violation
from tests.rooms import admitted, answers, failed, filled, given, known, reply, seat, skipped

SEATS = (seat("a", "fraud.gang_risk", required=True), seat("b", "fraud.device.proxy"))
RISK, PROXY = "fraud.gang_risk", "fraud.device.proxy"
GOOD = {RISK: FieldStatus.PRESENT, PROXY: FieldStatus.PRESENT}
BOTH = (given(reply("a")), given(reply("b")))


def verify(
    *of: Answer,
    fields: Mapping[str, FieldStatus] | None = None,
    wanted: tuple[str, ...] = ("fraud",),
    lacking: tuple[str, ...] = (),
) -> Verified:
    statuses = GOOD if fields is None else fields
    names = {RISK: "a", PROXY: "b"}
    report = Report(
        answers=answers(*of, to=filled(admitted(*wanted))),
        user_info=known(),
        fields={
            path: FieldMeta(status, None, names.get(path, "")) for path, status in statuses.items()
        },
        cost=Decimal(0),
        warnings=(Violation("subject.name", "odd", "a constant"),),
        lacking=lacking,
    )
    return Verify({"credit": SEATS})(report)


def test_all_known_and_all_read_is_complete() -> None:
    found = verify(*BOTH)

    assert (found.verdict, found.score, found.missing) == (Verdict.COMPLETE, 1.0, ())
    assert found.warnings == found.report.warnings


@pytest.mark.parametrize("status", [FieldStatus.NULL_VALUE, FieldStatus.NOT_FOUND])
def test_that_there_is_nothing_is_the_truth_too(status: FieldStatus) -> None:
    found = verify(*BOTH, fields={**GOOD, RISK: status})

    assert (found.verdict, found.score) == (Verdict.COMPLETE, 1.0)


@pytest.mark.parametrize(
    "status",
    [
        FieldStatus.OUTSIDE_MAX_AGE,
        FieldStatus.PENDING,
        FieldStatus.CONNECTOR_ERROR,
        FieldStatus.SKIPPED_BY_POLICY,
        FieldStatus.SUPPRESSED,
        FieldStatus.INVALID_VALUE,
        FieldStatus.NOT_REQUESTED,
    ],
)
def test_every_other_status_is_a_gap(status: FieldStatus) -> None:
    found = verify(*BOTH, fields={**GOOD, PROXY: status})

    assert found.verdict is Verdict.PARTIAL
    assert found.missing == (Missing(PROXY, status, "b"),)
    assert found.score == 0.5


@pytest.mark.parametrize("counts", [Counts(9, 1, 0), Counts(9, 0, 1)])
def test_a_value_that_could_not_be_read_bars_complete(counts: Counts) -> None:
    """Be it in a row of a list whose other rows are fine."""
    found = verify(given(reply("a")), given(reply("b", mapped=counts)))

    assert (found.verdict, found.missing) == (Verdict.PARTIAL, ())


def test_without_a_required_connector_it_does_not_stand() -> None:
    fields = {**GOOD, RISK: FieldStatus.CONNECTOR_ERROR}

    assert verify(failed(Refused("a")), BOTH[1], fields=fields).verdict is Verdict.INSUFFICIENT
    assert verify(BOTH[0], failed(Refused("b"))).verdict is Verdict.COMPLETE


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED_COST, Outcome.SKIPPED_POLICY])
def test_a_required_connector_that_was_skipped_gave_no_answer(outcome: Outcome) -> None:
    assert verify(skipped("a", outcome), BOTH[1]).verdict is Verdict.INSUFFICIENT


def test_a_required_connector_that_nobody_needed_is_not_missed() -> None:
    found = verify(
        skipped("a", Outcome.NOT_NEEDED), BOTH[1], fields={PROXY: GOOD[PROXY]}, wanted=(PROXY,)
    )

    assert (found.verdict, found.missing) == (Verdict.COMPLETE, ())


@pytest.mark.parametrize("outcome", [Outcome.PENDING, Outcome.NEED_MORE])
def test_what_will_come_from_a_required_connector_is_pending(outcome: Outcome) -> None:
    fields = {**GOOD, RISK: FieldStatus.PENDING}
    found = verify(given(reply("a", outcome)), BOTH[1], fields=fields, lacking=(RISK,))
    assert found.verdict is Verdict.PENDING

    fields = {**GOOD, PROXY: FieldStatus.PENDING}
    assert verify(BOTH[0], given(reply("b", outcome)), fields=fields).verdict is Verdict.PARTIAL


def test_what_the_product_requires_and_nobody_gave_is_named_once() -> None:
    found = verify(
        *BOTH,
        fields={RISK: FieldStatus.NOT_FOUND, PROXY: FieldStatus.INVALID_VALUE},
        lacking=(RISK, PROXY, "fraud.public_records"),
    )

    assert found.verdict is Verdict.INSUFFICIENT
    assert found.missing == (
        Missing(PROXY, FieldStatus.INVALID_VALUE, "b"),
        Missing(RISK, FieldStatus.NOT_FOUND, "a"),
        Missing("fraud.public_records", FieldStatus.NOT_FOUND, ""),
    )


def test_a_wanted_field_that_no_connector_gives_is_missing() -> None:
    """A report with nothing in it would else be complete."""
    found = verify(*BOTH, wanted=("fraud", "education.degree"))

    assert found.verdict is Verdict.PARTIAL
    assert found.missing == (Missing("education.degree", FieldStatus.NOT_REQUESTED, ""),)
    assert found.score == pytest.approx(2 / 3)


def test_a_score_is_never_without_meaning() -> None:
    nobody = [skipped(name, Outcome.NOT_NEEDED) for name in "ab"]

    assert verify(*nobody, fields={}, wanted=("education",)).score == 0.0


def billed(error: ConnectorError, how: Billed = Billed.UNKNOWN) -> Answer:
    error.billed, error.call_id = how, f"call-{error.connector}"
    return failed(error)


@pytest.mark.parametrize("kind", [NotSent, Refused, RateLimited, BulkheadFull, NoBudget])
def test_no_data_and_nothing_bought_is_unavailable(kind: type[ConnectorError]) -> None:
    with pytest.raises(ConnectorsUnavailable):
        verify(failed(kind("a")), failed(NotSent("b")))


def test_what_failed_for_free_is_unavailable_too() -> None:
    with pytest.raises(ConnectorsUnavailable):
        verify(billed(TimedOut("a"), Billed.NO), billed(BrokeDown("b"), Billed.NO))


@pytest.mark.parametrize(
    "kind, late",
    [(TimedOut, True), (Lost, False), (BrokeDown, False), (Unreadable, False)],
)
def test_no_data_and_perhaps_bought_is_unknown(kind: type[ConnectorError], *, late: bool) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        verify(billed(kind("a")), failed(NotSent("b")))

    assert caught.value.call_ids == ("call-a",)
    assert caught.value.timed_out is late


@pytest.mark.parametrize("kind", [WrongSubject, Lost, TimedOut])
def test_no_data_and_surely_bought_is_a_report_about_money(kind: type[ConnectorError]) -> None:
    found = verify(billed(kind("a"), Billed.YES), failed(NotSent("b")))

    assert found.verdict is Verdict.INSUFFICIENT


def test_what_is_unknown_is_named_without_what_is_sure() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        verify(billed(TimedOut("a"), Billed.YES), billed(Lost("b")))

    assert (caught.value.call_ids, caught.value.timed_out) == (("call-b",), False)


def test_a_timeout_that_was_free_is_not_what_makes_it_late() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        verify(billed(TimedOut("a"), Billed.NO), billed(Lost("b")))

    assert not caught.value.timed_out


def test_any_answer_at_all_is_worth_a_report() -> None:
    found = verify(billed(TimedOut("a")), given(reply("b", Outcome.NO_HIT)))

    assert found.verdict is Verdict.INSUFFICIENT


@pytest.mark.parametrize("kind", [NeedInput, NotCached])
def test_what_was_not_asked_did_not_fail(kind: type[ConnectorError]) -> None:
    """UNAVAILABLE would make clients repeat what ends in the same way every time."""
    fields = dict.fromkeys(GOOD, FieldStatus.NOT_REQUESTED)
    found = verify(failed(kind("a")), failed(kind("b")), fields=fields)

    assert (found.verdict, found.score) == (Verdict.INSUFFICIENT, 0.0)
    with pytest.raises(ConnectorsUnavailable):
        verify(failed(kind("a")), failed(NotSent("b")), fields=fields)


FALL = Waterfall(
    name="fall", order=("a", "b", "c"), continue_on=frozenset({Outcome.NO_HIT}), min_success=1
)


def fell(*of: Answer, enough: int = 1) -> Verdict:
    """Judge a required waterfall of three; each field is known."""
    rules = FALL.model_copy(update={"min_success": enough})
    seats = tuple(seat(name, RISK, required=True, waterfall=rules) for name in "abc")
    asked = answers(*of, to=filled(admitted(RISK)))
    report = Report(asked, known(), {RISK: FieldMeta(FieldStatus.PRESENT, None, "a")}, Decimal(0))
    return Verify({"credit": seats})(report).verdict


NONE, LATER = Outcome.NOT_NEEDED, Outcome.PENDING
B_LOST = failed(Lost("b"))


@pytest.mark.parametrize(
    "of, enough, verdict",
    [
        ((given(reply("a")), skipped("b", NONE), skipped("c", NONE)), 1, Verdict.COMPLETE),
        ((failed(NotSent("a")), given(reply("b")), skipped("c", NONE)), 1, Verdict.COMPLETE),
        # All of them say that nobody is on file: the truth is known.
        (tuple(given(reply(name, Outcome.NO_HIT)) for name in "abc"), 1, Verdict.COMPLETE),
        ((given(reply("a")), B_LOST, given(reply("c"))), 2, Verdict.COMPLETE),
        ((given(reply("a")), B_LOST, skipped("c", NONE)), 2, Verdict.INSUFFICIENT),
        ((given(reply("a")), skipped("b", Outcome.SKIPPED_BUDGET)), 2, Verdict.INSUFFICIENT),
        # The mask left one of them, which answered.
        ((given(reply("a")), skipped("b", NONE), skipped("c", NONE)), 2, Verdict.COMPLETE),
        ((given(reply("a", LATER)), skipped("b", NONE), skipped("c", NONE)), 1, Verdict.PENDING),
        (tuple(skipped(name, NONE) for name in "abc"), 1, Verdict.COMPLETE),
        (tuple(skipped(name, Outcome.SKIPPED_COST) for name in "abc"), 1, Verdict.INSUFFICIENT),
    ],
)
def test_a_required_waterfall_stands_with_as_many_answers_as_it_needs(
    of: tuple[Answer, ...], enough: int, verdict: Verdict
) -> None:
    assert fell(*of, enough=enough) is verdict


def test_what_only_a_member_gives_that_was_not_needed_is_not_missing() -> None:
    fields = {
        RISK: FieldMeta(FieldStatus.PRESENT, None, "a"),
        PROXY: FieldMeta(FieldStatus.NOT_REQUESTED, None, "b"),
    }
    asked = answers(given(reply("a")), skipped("b", NONE), to=filled(admitted("fraud")))
    report = Report(asked, known(), fields, Decimal(0))
    seats = tuple(seat(name, RISK, PROXY, waterfall=FALL) for name in "ab")
    found = Verify({"credit": seats})(report)

    assert (found.verdict, found.missing) == (Verdict.COMPLETE, ())


def capped(name: str) -> Answer:
    error = SpendCapped(name)
    error.wait = 60.0
    return failed(error)


def test_where_the_days_money_ran_out_meanwhile_it_is_said_so() -> None:
    with pytest.raises(LimitReached) as caught:
        verify(capped("a"), skipped("b", Outcome.SKIPPED_POLICY))

    assert (caught.value.reason, caught.value.retry_after) == ("SPENDING_LIMIT", 60.0)
    assert verify(capped("a"), given(reply("b"))).verdict is Verdict.INSUFFICIENT
    with pytest.raises(OutcomeUnknown):
        verify(capped("a"), billed(Lost("b")))
