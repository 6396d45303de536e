"""Several products in one answer, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from datachannel.v1 import user_info_pb2
from pydantic import ValidationError

from connectors.contract import Reply
from connectors.errors import BrokeDown, ConnectorError, InvalidInput, Unreadable
from connectors.faults import ConfigError
from connectors.mapping import status_of
from connectors.words import Billed, FieldStatus, Outcome
from tests.one_connector import ask, connector

RISK, LOANS, DAYS = (
    "fraud.gang_risk",
    "fraud.multi_lending[3M,ID,NONBANK].application_count",
    "fraud.days_since_last_application",
)

PRODUCT: Mapping[str, str] = {
    "1": "HIT",
    "0": "NO_HIT",
    "m": "MISMATCH",
    "s": "NO_SCORE",
    "b": "BLOCKED",
    "o": "NEED_MORE",
    "98": "INVALID_INPUT",
    "99": "BUREAU_ERROR",
}


def rows(flag: str) -> list[dict[str, Any]]:
    return [{"outcome": outcome, "body": {flag: code}} for code, outcome in PRODUCT.items()]


ANSWER: dict[str, Any] = {
    "outcomes": [
        {"outcome": "NO_HIT", "status": 200, "body": {"code": "none"}},
        {"outcome": "HIT", "status": 200, "body": {"code": "0"}},
        {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
    ],
    "mapping": {
        RISK: {"path": "risk", "type": "ratio"},
        LOANS: {"path": "loans", "type": "int"},
        DAYS: {"path": "days", "type": "int"},
    },
    "sections": [
        {"targets": ["fraud.multi_lending", DAYS], "outcomes": rows("a")},
        {"targets": [RISK], "outcomes": rows("b")},
    ],
}


async def answered(a: str, b: str, status: int = 200, code: str = "0", **changes: Any) -> Reply:
    body = f'{{"code": "{code}", "a": "{a}", "b": "{b}", "risk": "0.5", "loans": 7, "days": null}}'
    return await ask(body.encode(), status, **{**ANSWER, **changes})


async def failed(*given: Any, **changes: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await answered(*given, **changes)
    return caught.value


def statuses(reply: Reply) -> dict[str, FieldStatus]:
    return {
        target: status_of(reply.outcome, reply.meta.get(target)) for target in (LOANS, DAYS, RISK)
    }


async def test_what_one_section_gives_is_not_taken_from_it_by_another() -> None:
    reply = await answered("1", "99")
    user_info = user_info_pb2.UserInfo.FromString(reply.user_info)

    assert reply.outcome is Outcome.HIT
    assert user_info.fraud.multi_lending[0].application_count == 7
    assert not user_info.fraud.HasField("gang_risk")
    assert statuses(reply) == {
        LOANS: FieldStatus.PRESENT,
        DAYS: FieldStatus.NULL_VALUE,
        RISK: FieldStatus.CONNECTOR_ERROR,
    }


@pytest.mark.parametrize(
    "flag, status",
    [
        ("0", FieldStatus.NOT_FOUND),
        ("o", FieldStatus.PENDING),
        ("98", FieldStatus.CONNECTOR_ERROR),
        ("99", FieldStatus.CONNECTOR_ERROR),
        ("?", FieldStatus.CONNECTOR_ERROR),
    ],
)
@pytest.mark.parametrize("other", ["1", "m", "s", "b", "0"])
async def test_what_a_section_did_not_give_is_not_read_and_says_why(
    flag: str, status: FieldStatus, other: str
) -> None:
    """Whatever became of the other one: nothing reads as a clean record."""
    reply = await answered(other, flag)

    assert statuses(reply)[RISK] is status
    assert b"fraud" not in reply.user_info
    assert user_info_pb2.UserInfo.FromString(reply.user_info).fraud.gang_risk == 0


@pytest.mark.parametrize(
    "flag, loans, days",
    [
        ("1", FieldStatus.PRESENT, FieldStatus.NULL_VALUE),
        ("m", FieldStatus.PRESENT, FieldStatus.NULL_VALUE),
        ("s", FieldStatus.PRESENT, FieldStatus.NOT_FOUND),
        ("b", FieldStatus.PRESENT, FieldStatus.SUPPRESSED),
    ],
)
async def test_what_a_section_does_not_hold_is_told_by_its_own_outcome(
    flag: str, loans: FieldStatus, days: FieldStatus
) -> None:
    assert statuses(await answered(flag, "1")) == {
        LOANS: loans,
        DAYS: days,
        RISK: FieldStatus.PRESENT,
    }


BEST_FIRST = ["1", "m", "s", "b", "0", "o", "99"]


@pytest.mark.parametrize("worse", range(1, len(BEST_FIRST)))
async def test_the_best_section_is_the_connectors_outcome(worse: int) -> None:
    for better in range(worse):
        for a, b in ((better, worse), (worse, better)):
            reply = await answered(BEST_FIRST[a], BEST_FIRST[b])
            assert reply.outcome is Outcome[PRODUCT[BEST_FIRST[better]]]


@pytest.mark.parametrize("a, b, whole", [("1", "0", True), ("s", "b", True), ("1", "99", False)])
async def test_an_answer_with_a_broken_section_is_not_whole(a: str, b: str, *, whole: bool) -> None:
    """And is not kept: `tests/onion/test_reuse.py`."""
    assert (await answered(a, b)).whole is whole


@pytest.mark.parametrize(
    "a, b, error",
    [
        ("99", "99", BrokeDown),
        ("98", "99", BrokeDown),
        ("98", "98", InvalidInput),
        ("98", "?", Unreadable),
        ("?", "?", Unreadable),
    ],
)
async def test_where_all_sections_failed_so_did_the_call(
    a: str, b: str, error: type[ConnectorError]
) -> None:
    assert type(await failed(a, b)) is error


async def test_the_connectors_own_rows_say_whether_it_is_an_answer_at_all() -> None:
    assert isinstance(await failed("1", "1", status=503), BrokeDown)
    assert isinstance(await failed("1", "1", code="?"), Unreadable)


async def test_a_no_hit_of_the_whole_needs_no_word_of_its_sections() -> None:
    reply = await answered("-", "-", code="none")

    assert (reply.outcome, reply.whole, reply.user_info) == (Outcome.NO_HIT, True, b"")
    assert set(statuses(reply).values()) == {FieldStatus.NOT_FOUND}


async def test_what_is_in_no_section_follows_the_connector() -> None:
    alone = [ANSWER["sections"][1]]

    assert statuses(await answered("-", "1", sections=alone))[LOANS] is FieldStatus.PRESENT
    assert statuses(await answered("-", "0", sections=alone))[LOANS] is FieldStatus.NOT_FOUND


def billed(flag: str, code: str, word: str) -> list[dict[str, Any]]:
    return [{**row, "billed": word} if row["body"] == {flag: code} else row for row in rows(flag)]


@pytest.mark.parametrize(
    "a, b, b_says, expected",
    [
        ("1", "0", None, Billed.YES),
        ("0", "0", None, Billed.NO),
        ("0", "0", "yes", Billed.YES),
        ("1", "99", "no", Billed.YES),
        ("0", "1", "no", Billed.NO),
        ("99", "99", None, Billed.UNKNOWN),
    ],
)
async def test_the_bill_is_the_outcomes_and_a_sections_row_may_say_otherwise(
    a: str, b: str, b_says: str | None, expected: Billed
) -> None:
    second = rows("b") if b_says is None else billed("b", b, b_says)
    sections = [ANSWER["sections"][0], {"targets": [RISK], "outcomes": second}]
    try:
        told = (await answered(a, b, sections=sections)).billed
    except ConnectorError as error:
        told = error.billed

    assert told is expected


@pytest.mark.parametrize(
    "targets, at",
    [
        ([["fraud.blacklist_hits"], [RISK]], (0, "targets", 0)),
        ([[RISK, "fraud.gang"], [DAYS]], (0, "targets", 1)),
        ([["fraud.multi_lending"], [RISK, LOANS]], (1, "targets", 1)),
        ([["fraud"], [DAYS]], (1, "targets", 0)),
    ],
)
async def test_a_section_has_targets_of_the_mapping_and_to_itself(
    targets: list[list[str]], at: tuple[str | int, ...]
) -> None:
    sections = [{"targets": each, "outcomes": rows("a")} for each in targets]
    with pytest.raises(ConfigError) as caught:
        await answered("1", "1", sections=sections)

    assert [finding.at for finding in caught.value.findings] == [("sections", *at)]


@pytest.mark.parametrize(
    "row",
    [
        {"outcome": "SUBJECT_MISMATCH"},
        {"outcome": "DUPLICATE"},
        {"outcome": "RATE_LIMITED"},
        {"outcome": "PENDING"},
        {"outcome": "REFUSED", "refresh_auth": "once"},
    ],
)
def test_what_can_only_be_so_of_the_whole_answer_is_no_word_of_a_section(row: Any) -> None:
    with pytest.raises(ValidationError, match="of the whole answer"):
        connector(sections=[{"targets": [RISK], "outcomes": [row]}])
