"""Sealed answers, and those that are signed."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from pydantic import TypeAdapter, ValidationError

from connectors.codec import Json, Xml
from connectors.contract import Codec, WireReply
from connectors.faults import ConfigError
from connectors.seal.opening import Opening, OpenList, compile_open
from connectors.template import Language
from tests.contract.pinned import RSA_PRIVATE
from tests.contract.pinned_seals import AES_128_CBC, IV, JWE, KEY, PLAIN
from tests.standins import make_kit

SECRETS = {"key": KEY, "own": RSA_PRIVATE, "hmac": "s3cret"}
LANGUAGE = Language({}, secrets=SECRETS.__getitem__)
JSON = Json(kind="json")
CBC = {"kind": "aes_cbc", "key": "${secrets.key}", "key_encoding": "hex", "iv": IV}
HMAC = {
    "kind": "hmac",
    "algorithm": "sha256",
    "key": "${secrets.hmac}",
    "over": "body",
    "signature": {"header": "X-Sig"},
}
# openssl dgst -sha256 -hmac s3cret m
SIGNATURE = "6210cbc1024d4a9e3abdda5771b28fcc699820345b94e2d1f67cd0e9a977e058"


def opening(*entries: dict[str, Any], codec: Codec = JSON) -> Opening:
    return compile_open(
        TypeAdapter[Any](OpenList).validate_python(entries), make_kit(), LANGUAGE, codec
    )


def after(document: Any, *entries: dict[str, Any], status: int = 200, codec: Codec = JSON) -> Any:
    opening(*entries, codec=codec).after(document, WireReply(status))
    return document


def test_the_text_at_a_place_is_replaced_by_what_it_hides() -> None:
    document = {"code": 0, "r": {"data": AES_128_CBC, "id": 1}}

    assert after(document, {**CBC, "path": "r.data"}) == {
        "code": 0,
        "r": {"data": PLAIN.decode(), "id": 1},
    }


@pytest.mark.parametrize(
    "document",
    [{"code": 1003}, {"data": None}, {"data": ""}, {"data": {}}, {"data": 5}, {"data": []}, []],
)
def test_what_is_not_there_is_not_opened(document: object) -> None:
    """An error brings no data, or an empty one: what it says is for the outcomes to tell."""
    assert after(document, {**CBC, "path": "data"}) == document


@pytest.mark.parametrize("data", ["测", "AAAA", AES_128_CBC[4:], "<html>"])
def test_what_can_not_be_opened_makes_the_answer_unreadable(data: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        after({"data": data}, {**CBC, "path": "data"})

    assert data not in str(caught.value)
    assert caught.value.__context__ is None


def test_an_iv_and_a_tag_may_stand_in_fields_of_their_own() -> None:
    config = {**CBC, "iv": "apart"}
    found = after(
        {"data": AES_128_CBC, "iv": "EBESExQVFhcYGRobHB0eHw=="},
        {**config, "path": "data", "iv_path": "iv"},
    )

    assert found["data"] == PLAIN.decode()
    with pytest.raises(ValueError, match="iv"):
        after({"data": AES_128_CBC}, {**config, "path": "data", "iv_path": "iv"})


def test_an_element_of_xml_is_opened_as_well() -> None:
    codec = Xml(kind="xml")
    document = codec.decode(f"<r><data>\n{AES_128_CBC}\n</data><data/></r>".encode())
    after(document, {**CBC, "xpath": "//data"}, codec=codec)

    assert isinstance(document, etree._Element)  # noqa: SLF001 (lxml names its type so)
    assert [each.text for each in document] == [PLAIN.decode(), None]


def test_a_whole_body_is_opened_before_it_is_read() -> None:
    reply = WireReply(200, {}, JWE.encode())

    assert opening({"kind": "jwe", "key": "${secrets.own}"}).before(reply) == PLAIN


def test_an_error_in_plain_goes_by_a_step_that_is_for_success() -> None:
    entry = {"kind": "jwe", "key": "${secrets.own}", "when": {"status": 200}}
    plain = WireReply(404, {}, b'{"error":"NOT_FOUND"}')

    assert opening(entry).before(plain) == plain.body
    with pytest.raises(ValueError, match="JWE"):
        opening(entry).before(WireReply(200, {}, plain.body))


@pytest.mark.parametrize(
    "headers, opened", [({"content-type": "application/jose"}, True), ({}, False)]
)
def test_a_step_may_be_for_answers_with_a_header(headers: dict[str, str], opened: bool) -> None:
    when = {"header": {"Content-Type": "application/jose"}}
    entry = {"kind": "jwe", "key": "${secrets.own}", "when": when}
    body = opening(entry).before(WireReply(200, headers, JWE.encode()))

    assert body == (PLAIN if opened else JWE.encode())


def test_a_step_at_a_place_may_be_for_some_answers_too() -> None:
    entry = {**CBC, "path": "data", "when": {"status": 200}}

    assert after({"data": "plain"}, entry, status=500) == {"data": "plain"}


def test_a_signature_that_does_not_hold_makes_the_answer_unreadable() -> None:
    headers = {"x-sig": SIGNATURE}

    assert opening({"verify": HMAC}).before(WireReply(200, headers, PLAIN)) == PLAIN
    with pytest.raises(ValueError, match="signature"):
        opening({"verify": HMAC}).before(WireReply(200, headers, PLAIN + b" "))


def test_steps_on_the_body_are_done_in_their_order() -> None:
    """Here it was signed first and sealed then; a signature over the seal would stand first."""
    reply = WireReply(200, {"x-sig": SIGNATURE}, JWE.encode())
    jwe = {"kind": "jwe", "key": "${secrets.own}"}

    assert opening(jwe, {"verify": HMAC}).before(reply) == PLAIN
    with pytest.raises(ValueError, match="signature"):
        opening({"verify": HMAC}, jwe).before(reply)


@pytest.mark.parametrize(
    "entry",
    [
        {**CBC, "path": "a", "xpath": "//a"},
        {**CBC, "iv": "apart", "path": "a"},
        {**CBC, "path": "a", "iv_path": "b"},
        {**CBC, "iv": "apart", "iv_path": "b"},
        {**CBC, "path": "a", "encoding": "raw"},
        {**CBC, "path": "a", "when": {}},
        {"verify": {"kind": "shout"}},
        {"verify": HMAC, "when": {"header": {"X-Sig": {"present": True}}}},
        {"kind": "shout"},
        {},
    ],
)
def test_what_can_not_be_meant_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        opening(entry)


@pytest.mark.parametrize(
    "entry, at",
    [
        ({**CBC, "path": "a["}, (1, "path")),
        ({**CBC, "path": "a.*"}, (1, "path")),
        ({**CBC, "key": "${secrets.hmac}", "key_encoding": "utf-8"}, (1, "key")),
        ({"kind": "rsa", "operation": "encrypt", "key": "${secrets.own}"}, (1, "operation")),
        ({"verify": {**HMAC, "key": "plain"}}, (1, "verify", "key")),
    ],
)
def test_what_can_not_be_built_is_told_with_its_place(entry: dict[str, Any], at: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        opening({**CBC, "path": "ok"}, entry)

    assert [finding.at for finding in caught.value.findings] == [at]
