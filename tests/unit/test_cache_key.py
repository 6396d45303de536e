"""Equal questions have one name, different ones never."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.assembly import assemble
from connectors.contract import ConsentRef, Query
from connectors.policy.reuse.cache_key import compile_key, told_apart
from connectors.spec import ConnectorSpec
from connectors.words import Purpose
from tests.one_connector import KIT, bureau, connector, question

SECRET = b"k" * 32
NAMES = ("device.ip", "subject.mobile", "subject.name", "user_info.a")


def key(query: Query, *identity: str, names: tuple[str, ...] = NAMES) -> str:
    return compile_key(SECRET, identity or ("score@1.0.0", "m1"), names)(query)


def known(**values: Any) -> Query:
    return question(values)


ANN = known(name="ann", mobile="1")


def test_only_what_tells_questions_apart_is_in_the_name() -> None:
    references = ["subject.name", "device.ip", "now", "nonce", "call.reference", "auth.token"]
    references += ["consent.id", "inquiry.purpose_code", "documents.a", "inquiry.inputs.otp"]

    assert told_apart(references, ["device.ip"]) == ("inquiry.inputs.otp", "subject.name")
    assert told_apart(reversed(references), ()) == told_apart(references, ())


def test_what_does_not_matter_does_not_change_the_name() -> None:
    consent = ConsentRef("c", None, datetime(2030, 1, 1, tzinfo=UTC))
    standing = replace(ANN.standing, caller="other", inquiry_id="i-2", consent=consent)

    assert key(replace(ANN, standing=standing)) == key(ANN)
    assert key(known(name="ann", mobile="1", email="x")) == key(ANN)


def test_whatever_matters_changes_the_name() -> None:
    others = [
        key(replace(ANN, standing=replace(ANN.standing, tenant="other"))),
        key(replace(ANN, standing=replace(ANN.standing, purpose=Purpose.COLLECTION))),
        key(ANN, "score@1.0.1", "m1"),
        key(ANN, "score@1.0.0", "m2"),
        key(ANN, "score@1.0.0m1"),
        key(known(name="anna", mobile="1")),
        key(known(name="ann")),
        key(known(name="ann", mobile="")),
        key(replace(ANN, device={"ip": "1"})),
        key(replace(ANN, user_info={"a": "1"})),
        compile_key(b"other", ("score@1.0.0", "m1"), NAMES)(ANN),
    ]

    assert len({key(ANN), *others}) == len(others) + 1
    assert "ann" not in key(ANN)


def test_a_value_has_one_writing() -> None:
    moment = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))

    assert key(known(name=moment)) == key(known(name=moment.astimezone(UTC)))
    assert key(known(name=1)) == key(known(name="1"))
    assert key(known(name=date(2026, 1, 1))) == key(known(name="2026-01-01"))
    assert key(known(name=Decimal("1.50"))) != key(known(name=Decimal("1.51")))


values = st.none() | st.text(max_size=3)
tuples = st.tuples(values, values, values)


@given(tuples, tuples)
def test_no_two_different_questions_share_a_name(one: Any, other: Any) -> None:
    assume(one != other)

    def query(of: Any) -> Query:
        given = {name: value for name, value in zip("abc", of, strict=True) if value is not None}
        return known(**given)

    names = ("subject.a", "subject.b", "subject.c")
    assert key(query(one), names=names) != key(query(other), names=names)
    assert key(query(one), names=names) == key(query(one), names=names)


def named(spec: ConnectorSpec) -> str:
    parts = assemble(spec, KIT, bureau().build(KIT))
    return spec._names(KIT, parts)(question())[0]  # noqa: SLF001 (the stack hides it)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1.0.1"},
        {"mapping": {"fraud.gang_risk": {"path": "other", "type": "ratio"}}},
        {"outcomes": [{"outcome": "HIT", "status": 200, "body": {"code": "9"}}]},
        {"sentinels": {"-1": "NOT_FOUND"}},
        {"response": {"reference": {"path": "no"}}},
    ],
)
def test_an_answer_that_was_read_otherwise_is_another(change: Any) -> None:
    assert named(connector(**change)) != named(connector())


def test_what_is_ignored_shares_a_name() -> None:
    spec = connector(cache={"ttl": "1h", "ignore": ["subject.id_number"]})
    parts = assemble(spec, KIT, bureau().build(KIT))
    ask = spec._names(KIT, parts)  # noqa: SLF001 (the stack hides it)

    assert ask(known(id_number="1")) == ask(known(id_number="2"))
