"""Whatever is allowed, denied and asked for: nothing else leaves the house."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from datachannel.v1 import user_info_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.words import FieldStatus
from gateway.checks.plausible import Plausible
from gateway.errors import NotAllowed
from gateway.fields.merging import Merging
from gateway.fields.paths import covers, without_keys
from gateway.fields.schema import ONE_VALUE, exists, is_mask
from gateway.fields.trimming import trim
from gateway.product import ProductSpec
from gateway.stages.admit import Admit, Callers
from gateway.stages.structure import Blueprint, Structure
from gateway.subject.filling import FieldOrigin, Filling
from tests.rooms import NOW, admitted, answers, caller, filled, inquiry, reply
from tests.rooms import given as answered
from tests.standins import HandClock

DEEPEST = 4
SCORED = "fraud.gang_risk"
FILLED = (Filling("sex", "MALE", FieldOrigin.DERIVED, "r", NOW),)
"""What the gateway knew by itself, and which is no connector's to tell."""


def _paths(descriptor: Descriptor, prefix: str = "") -> Iterator[tuple[str, bool]]:
    """Give every path, and whether it lies inside a list."""
    for field in descriptor.fields:
        path = f"{prefix}{field.name}"
        yield path, False
        below = field.message_type
        if below is None or below.full_name in ONE_VALUE or path.count(".") >= DEEPEST:
            continue
        if below.GetOptions().map_entry:
            yield f"{path}.tag", False
        else:
            for each, inside in _paths(below, f"{path}."):
                yield each, inside or field.is_repeated


ALL = dict(_paths(user_info_pb2.UserInfo.DESCRIPTOR))
MASKS = tuple(path for path, inside in ALL.items() if not inside)


def _full(message: Message, depth: int = 0) -> Any:
    """Set every field there is."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is None:
            value: Any = field.enum_type.values[1].number if field.enum_type else 1
            if field.cpp_type == field.CPPTYPE_STRING:
                value = "x"
            if field.is_repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
        elif field.message_type.GetOptions().map_entry:
            getattr(message, field.name)["tag"].int_value = 1
        elif depth <= DEEPEST:
            _full(
                getattr(message, field.name).add()
                if field.is_repeated
                else getattr(message, field.name),
                depth + 1,
            )
    return message


FULL: user_info_pb2.UserInfo = _full(user_info_pb2.UserInfo())


def _set(message: Message, prefix: str = "") -> Iterator[str]:
    """Give the paths of all values that are set, and of messages that hold none."""
    for field, value in message.ListFields():
        path = f"{prefix}{field.name}"
        below = field.message_type
        if below is None or below.full_name in ONE_VALUE:
            yield path
        elif below.GetOptions().map_entry:
            yield from (f"{path}.{key}" for key in value)
        elif field.is_repeated:
            yield from (each for row in value for each in _set(row, f"{path}."))
        else:
            yield from (_set(value, f"{path}.") if value.ListFields() else [path])


BEFORE = tuple(_set(FULL))
masks = st.lists(st.sampled_from(MASKS), min_size=1, max_size=5).map(tuple)
denials = st.lists(st.sampled_from(tuple(ALL)), max_size=5).map(tuple)


def may(path: str, wanted: tuple[str, ...], denied: tuple[str, ...]) -> bool:
    return any(covers(each, path) for each in wanted) and not any(
        covers(each, path) for each in denied
    )


def test_the_protos_have_paths_to_try() -> None:
    assert len(MASKS) > 200
    assert len(BEFORE) > 250
    assert any(ALL.values())


def test_masks_are_the_paths_that_lie_in_no_list() -> None:
    assert all(exists(path) for path in ALL)
    assert [path for path in ALL if is_mask(path)] == list(MASKS)


@settings(deadline=None)
@given(masks, denials)
def test_exactly_what_is_wanted_and_not_denied_survives(
    wanted: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    message = user_info_pb2.UserInfo()
    message.CopyFrom(FULL)
    trim(message, wanted, denied)

    assert list(_set(message)) == [path for path in BEFORE if may(path, wanted, denied)]


@settings(deadline=None)
@given(masks, st.none() | masks, denials, st.lists(st.sampled_from(MASKS), max_size=3).map(tuple))
def test_no_mask_yields_a_path_beyond_product_and_policy(
    offered: tuple[str, ...],
    allow: tuple[str, ...] | None,
    deny: tuple[str, ...],
    mask: tuple[str, ...],
) -> None:
    product = ProductSpec.model_validate(
        {
            "name": "credit",
            "fields": offered,
            "purposes": ["CREDIT_ORIGINATION"],
            "connectors": [{"connector": "a"}],
        }
    )
    policy = caller(fields={"allow": allow, "deny": deny})
    callers = Callers({}, {"": policy}, lambda _: "")
    try:
        wanted = Admit(callers, {"credit": product}, HandClock())(inquiry(fields=mask)).wanted
    except NotAllowed:
        return

    assert wanted
    for path in wanted:
        assert any(covers(each, path) for each in offered)
        assert allow is None or any(covers(each, path) for each in allow)
        assert not mask or any(covers(each, path) for each in mask)
        assert not any(covers(each, path) for each in deny)


@settings(deadline=None, max_examples=50)
@given(masks, denials)
def test_no_field_is_told_of_that_is_not_given(
    wanted: tuple[str, ...], denied: tuple[str, ...]
) -> None:
    rows = "fraud.multi_lending[3M,ID,BANK]"
    targets = (*MASKS, f"{rows}.application_count", f"{rows}.active_months")
    blueprint = Blueprint({"a": targets}, {"a": "1"}, Merging())
    asked = filled(admitted(*wanted, deny=denied))
    told = answered(reply("a", says=FULL, notes=targets))
    report = Structure({"credit": blueprint}, HandClock())(answers(told, to=asked))

    assert {path for path, meta in report.fields.items()} == {
        path for path in targets if may(without_keys(path), wanted, denied)
    }
    assert all(meta.status is FieldStatus.PRESENT for meta in report.fields.values())


@settings(deadline=None, max_examples=50)
@given(masks, denials, st.lists(st.sampled_from(MASKS), max_size=20), st.booleans())
def test_what_is_told_early_is_no_more_than_the_report_may_say(
    wanted: tuple[str, ...], denied: tuple[str, ...], has: list[str], implausible: bool
) -> None:
    """Of one connector, and of all of them together: masks, denials and checks hold for parts."""
    part = user_info_pb2.UserInfo()
    part.CopyFrom(FULL)
    trim(part, tuple(has), ())
    says = {"a": FULL, "b": part}
    targets = dict.fromkeys(says, MASKS)
    check = Plausible(kind="plausible", field=SCORED, range=(Decimal(5), Decimal(9))).build()
    checks = (check,) if implausible else ()
    blueprint = Blueprint(targets, dict.fromkeys(says, "1"), Merging(), checks)
    structure = Structure({"credit": blueprint}, HandClock())
    asked = filled(admitted(*wanted, deny=denied), FILLED)
    notes = {"a": MASKS, "b": tuple(has)}
    told = [answered(reply(name, says=said, notes=notes[name])) for name, said in says.items()]
    report = structure(answers(*told, to=asked))
    parts = [structure.part(report.answers.granted, each) for each in told]

    allowed = {path for path in BEFORE if may(path, wanted, denied)}
    allowed -= {SCORED} if implausible else set()
    for each, answer in zip(parts, told, strict=True):
        assert set(_set(each.user_info)) <= allowed
        assert {meta.connector for meta in each.fields.values()} <= {answer.connector}
    shown = {path for each in parts for path in each.fields}
    assert shown == {path for path in MASKS if may(path, wanted, denied)}
    assert {path for each in parts for path in _set(each.user_info)} <= set(_set(report.user_info))
