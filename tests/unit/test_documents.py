"""Named parts of messages: rendered when they are needed, and sealed."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.faults import ConfigError
from connectors.message.documents import Document, Documents, compile_documents
from connectors.rehearsal.props import GivenChance
from connectors.template import AbsentValue, Language, Unwritable
from tests.contract.pinned import RSA_PRIVATE
from tests.contract.pinned_seals import IV, KEY, LONG, PRIVATE_ENCRYPTED
from tests.standins import make_kit

LANGUAGE = Language(
    {"subject": {"name": str, "mobile": str, "photo": bytes}},
    secrets={"key": KEY, "own": RSA_PRIVATE}.__getitem__,
)
CBC = {"kind": "aes_cbc", "key": "${secrets.key}", "key_encoding": "hex"}


def compiled(charset: str = "utf-8", random: str = IV, **documents: Any) -> Documents:
    kit = replace(make_kit(), random=GivenChance(bytes.fromhex(random)))
    models = {name: Document.model_validate(each) for name, each in documents.items()}
    return compile_documents(models, kit, LANGUAGE, charset)[0]


def rendered(documents: Documents, **subject: object) -> dict[str, object]:
    scope: dict[str, Any] = {"subject": {"name": "测试甲", **subject}}
    documents.into(scope)
    return dict(scope["documents"])


def test_a_sealed_document_is_the_text_of_its_seal() -> None:
    """The example that a vendor of diplomas publishes."""
    data = {
        "json": {"name": "${subject.name}", "id_card": "11010519491231002X"},
        "seal": [CBC],
    }

    assert rendered(compiled(data=data)) == {
        "data": (
            "EBESExQVFhcYGRobHB0eH2hxedZ0MvtAmypnRT8FY5r0ydjbdtVdXVDE63evRaJHBI6Zc8s6HxXUsTEIkijL"
            "gGlFZh6oH+haBehRtrXGEps="
        )
    }


def test_a_long_document_is_sealed_chunk_by_chunk() -> None:
    seal = {"kind": "rsa", "operation": "private_encrypt", "key": "${secrets.own}"}
    documents = compiled(data={"text": LONG.decode(), "seal": [{**seal, "encoding": "hex"}]})

    assert rendered(documents) == {"data": PRIVATE_ENCRYPTED}


def test_what_a_seal_keeps_apart_is_referred_to_below_its_document() -> None:
    documents = compiled(
        data={"text": "${subject.name}", "seal": [{**CBC, "iv": "apart", "encoding": "hex"}]},
        outer={"json": {"iv": "${documents.data.iv}"}},
    )
    found = rendered(documents)

    assert found["data.iv"] == IV
    assert found["outer"] == f'{{"iv":"{IV}"}}'


def test_seals_are_done_one_around_the_other() -> None:
    inner = {**CBC, "encoding": "raw"}
    once = rendered(compiled(data={"text": "x", "seal": [CBC]}))
    twice = rendered(compiled(data={"text": "x", "seal": [inner, {**CBC, "iv": IV}]}))

    assert once != twice
    assert len(str(twice["data"])) == 64


def test_text_is_sealed_in_the_charset_in_which_it_is_sent() -> None:
    seal = {**CBC, "iv": IV, "encoding": "hex", "padding": "none"}
    document = {"text": "${subject.name}0123456789", "seal": [seal]}

    assert len(str(rendered(compiled("gb18030", data=document))["data"])) == 32
    with pytest.raises(Unwritable):
        rendered(compiled("ascii", data=document))


def test_bytes_are_sealed_as_they_are_and_stand_in_no_text() -> None:
    photo = {"text": "${subject.photo}"}
    sealed = compiled(photo={**photo, "seal": [{**CBC, "iv": IV, "padding": "none"}]})

    assert rendered(sealed, photo=b"\x00\xff" * 8)["photo"]
    with pytest.raises(ConfigError, match="bytes"):
        compiled(photo=photo)


DOCUMENTS: dict[str, Any] = {
    "name": {"text": "${subject.name}"},
    "mobile": {"text": "${subject.mobile}"},
    "both": {"form": {"n": "${documents.name}", "m": "${documents.mobile}"}},
    "sealed": {"text": "${documents.name}", "seal": [{**CBC, "iv": "apart"}]},
}


@pytest.mark.parametrize(
    "references, names",
    [
        (set(), []),
        ({"subject.name"}, []),
        ({"documents.name"}, ["name"]),
        ({"documents.both"}, ["name", "mobile", "both"]),
        ({"documents.sealed.iv"}, ["name", "sealed", "sealed.iv"]),
    ],
)
def test_only_what_a_message_refers_to_is_rendered(references: set[str], names: list[str]) -> None:
    """Another message of the same connector may know less."""
    documents = compiled(**DOCUMENTS).only(frozenset(references))

    assert list(rendered(documents, mobile="199")) == names
    assert documents.references >= ({"subject.mobile"} if "both" in names else set())


def test_what_no_message_needs_may_be_absent() -> None:
    documents = compiled(**DOCUMENTS)

    assert rendered(documents.only(frozenset({"documents.name"})))
    assert "subject.mobile" not in documents.only(frozenset({"documents.name"})).references
    with pytest.raises(AbsentValue):
        rendered(documents)


@pytest.mark.parametrize(
    "document, at",
    [
        ({"text": "x", "seal": [{**CBC, "key": "${secrets.own}"}]}, ("a", "seal", 0, "key")),
        ({"text": "x", "seal": [{**CBC, "encoding": "raw"}]}, ("a", "seal", 0)),
        (
            {"text": "x", "seal": [{**CBC, "iv": "apart"}, {**CBC, "iv": "apart"}]},
            ("a", "seal", 1, "iv"),
        ),
        ({"text": "${subject.nothing}"}, ("a", "text")),
    ],
)
def test_what_is_wrong_with_a_document_is_told_with_its_place(document: Any, at: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        compiled(a=document)

    assert [finding.at for finding in caught.value.findings] == [at]


def test_a_document_has_a_name_without_a_point() -> None:
    documents: dict[str, Any] = {"a.b": {"text": "x"}}

    with pytest.raises(ConfigError, match="point"):
        compiled(**documents)


def test_a_document_is_no_body_of_several_parts() -> None:
    with pytest.raises(ValidationError):
        Document.model_validate({"multipart": {"a": "b"}})


def test_what_a_test_fixes_comes_first_and_then_the_same_each_time() -> None:
    one, two = GivenChance(bytes.fromhex("00ff01")), GivenChance(bytes.fromhex("00ff01"))

    assert (one.randbytes(2), one.randbytes(4)[:1]) == (b"\x00\xff", b"\x01")
    two.randbytes(6)
    assert one.randbytes(8) == two.randbytes(8) != Random(1).randbytes(8)
