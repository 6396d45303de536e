"""The laws that every kind of filler keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import get_args

import pytest

from gateway.fillers import AnyFiller, Filler, Need, Stored
from gateway.subject.filling import FieldOrigin

from ..rulebook import ELDER, fillers

SPECS: dict[str, dict[str, object]] = {
    "bin_lookup": {},
    "default": {"field": "nationality", "value": "CN"},
    "id_derived": {},
    "mobile_lookup": {},
    "profile": {"fields": ["name", "email"], "max_age": "90d"},
    "uscc_derived": {},
}
SUBJECT: dict[str, object] = {
    "id_number": ELDER,
    "bank_card": "6200000000000005",
    "customer_id": "c-1",
    "employer.uscc": "91350100M000100Y43",
    "mobile": "19900000001",
}
NEED = Need("lender_a", frozenset({"name", "email"}))
KINDS = sorted(SPECS)


async def everything(
    _tenant: str, _customer_id: str, paths: Sequence[str], _max_age: float
) -> Mapping[str, Stored]:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    # More than was asked for: a filler must not pass it on.
    return {path: Stored("a@b.example", since) for path in (*paths, "email", "region_code")}


def filler(kind: str) -> Filler:
    return fillers({"kind": kind} | SPECS[kind], recall=everything)[0]


def test_every_kind_is_here() -> None:
    models = get_args(get_args(AnyFiller)[0])

    assert {model.model_fields["kind"].default for model in models} == set(SPECS)


@pytest.mark.parametrize("kind", KINDS)
async def test_it_gives_only_what_is_absent(kind: str) -> None:
    given = await filler(kind)(SUBJECT, NEED)
    again = await filler(kind)({**SUBJECT, **{each.path: "theirs" for each in given}}, NEED)

    assert given
    assert not {each.path for each in given} & set(SUBJECT)
    assert again == ()


@pytest.mark.parametrize("kind", KINDS)
async def test_each_value_says_where_it_comes_from(kind: str) -> None:
    for each in await filler(kind)(SUBJECT, NEED):
        assert each.rule_id == f"{kind}.{each.path}"
        assert (each.as_of is not None) is (each.origin is FieldOrigin.STORED)
        assert each.origin not in {FieldOrigin.SUPPLIED, FieldOrigin.BUREAU}


@pytest.mark.parametrize("kind", KINDS)
async def test_values_do_not_print(kind: str) -> None:
    for each in await filler(kind)(SUBJECT, NEED):
        assert str(each.value) not in repr(each)


@pytest.mark.parametrize("kind", KINDS)
async def test_the_subject_is_left_as_it_is(kind: str) -> None:
    before = dict(SUBJECT)

    await filler(kind)(SUBJECT, NEED)

    assert before == SUBJECT
