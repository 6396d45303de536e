"""Laws that every kind of signature keeps."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from connectors.contract import Attempt, Wire
from connectors.faults import ConfigError
from connectors.message.draft import Draft, FormBody, JsonBody, finish
from connectors.sign import AnySign, Signatures, SignList, build_signatures
from connectors.template import Language, RenderError, Scope
from tests.standins import make_kit

LANGUAGE = Language(
    {"now": {"": str}, "documents": {"seed": str}},
    secrets={"key": "s3cret", "hex": "00ff", "empty": ""}.__getitem__,
)
SCOPE: Scope = {"now": {"": "noon"}, "documents": {"seed": "seed"}}

DIGEST = {"kind": "digest", "algorithm": "sha256"}
HMAC = {"kind": "hmac", "algorithm": "sha256", "key": "${secrets.key}"}
KINDS = [DIGEST, HMAC]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["kind"])


def build(*models: Mapping[str, Any]) -> Signatures:
    read = TypeAdapter[tuple[AnySign, ...]](SignList).validate_python(models)
    return build_signatures(read, make_kit(), LANGUAGE)


def sign(signatures: Signatures, draft: Draft) -> tuple[Draft, Wire]:
    early = signatures.on_draft(draft, SCOPE)
    return early, signatures.on_wire(finish(early, Attempt()), early, SCOPE)


def signature_over(kind: Mapping[str, Any], signed: bytes) -> str:
    if kind["kind"] == "digest":
        return hashlib.sha256(signed).hexdigest()
    return hmac.digest(b"s3cret", signed, "sha256").hex()


def test_every_kind_has_an_example() -> None:
    kinds = {get_args(m.model_fields["kind"].annotation)[0] for m in get_args(get_args(AnySign)[0])}

    assert {kind["kind"] for kind in KINDS} == kinds


@every_kind
@given(
    name=st.text(max_size=20, alphabet=st.characters(exclude_categories=["Cs"])),
    value=st.text(max_size=20, alphabet=st.characters(exclude_categories=["Cs"])),
)
def test_a_signature_in_a_header_leaves_all_else_as_it_is(
    kind: Mapping[str, Any], name: str, value: str
) -> None:
    signatures = build(
        {**kind, "parts": ["${path_with_query}", "${body}"], "into": {"header": "S"}}
    )
    draft = Draft("POST", "/p", params=((name, value),), body=JsonBody({name: value}))
    early, wire = sign(signatures, draft)
    plain = finish(draft, wire.attempt)

    assert early == draft
    expected = signature_over(kind, plain.target.encode() + plain.body)
    assert wire == plain.with_header("S", expected)


@every_kind
@pytest.mark.parametrize("body", [FormBody((("a", "测 试"),)), JsonBody({"a": "测 试"})])
def test_a_signature_in_a_field_is_made_before_the_body_is_encoded(
    kind: Mapping[str, Any], body: FormBody | JsonBody
) -> None:
    signatures = build({**kind, "parts": ["${field.a}", "${now}"], "into": {"field": "sign"}})
    draft, wire = sign(signatures, Draft("POST", "/", body=body))

    assert dict(draft.fields())["sign"] == signature_over(kind, "测 试noon".encode())
    assert wire == finish(draft, wire.attempt)


@every_kind
def test_a_signature_in_the_query_is_added_at_its_end(kind: Mapping[str, Any]) -> None:
    signatures = build({**kind, "parts": ["${path_with_query}"], "into": {"query": "sign"}})
    _, wire = sign(signatures, Draft("GET", "/p", params=(("a", "x y"),)))
    _, bare = sign(signatures, Draft("GET", "/p"))

    assert wire.target == f"/p?a=x%20y&sign={signature_over(kind, b'/p?a=x%20y')}"
    assert bare.target == f"/p?sign={signature_over(kind, b'/p')}"


@every_kind
def test_a_signature_in_the_path_is_over_the_final_body(kind: Mapping[str, Any]) -> None:
    signatures = build(
        {
            **kind,
            "parts": ["${body}", "${secrets.key}"],
            "separator": "|",
            "into": {"path_param": "signature"},
        }
    )
    _, wire = sign(signatures, Draft("POST", "/s/{signature}/x", body=JsonBody({"a": 1})))

    expected = signature_over(kind, b'{"a":1}|s3cret')
    assert wire.target == f"/s/{expected}/x"


@every_kind
@pytest.mark.parametrize(
    ("encoding", "length", "alter"),
    [("hex", 64, str.lower), ("hex_upper", 64, str.upper), ("base64", 44, str)],
)
def test_it_is_written_as_it_is_told(
    kind: Mapping[str, Any], encoding: str, length: int, alter: Callable[[str], str]
) -> None:
    into = {
        "header": "A",
        "format": 'HMAC keyId="k1",signature="{signature}"',
        "encoding": encoding,
    }
    _, wire = sign(build({**kind, "parts": ["${now}"], "into": into}), Draft("GET", "/"))
    written = dict(wire.headers)["A"].removeprefix('HMAC keyId="k1",signature="').removesuffix('"')

    assert len(written) == length
    assert written == alter(written)


@every_kind
def test_a_later_one_refers_to_an_earlier_by_name(kind: Mapping[str, Any]) -> None:
    signatures = build(
        {**kind, "as": "canonical", "parts": ["${method}", "${query_sorted}"], "separator": "\n"},
        {**kind, "parts": ["V1", "${sign.canonical}"], "separator": "\n", "into": {"header": "S"}},
    )
    _, wire = sign(signatures, Draft("GET", "/", params=(("b", "2"), ("a", "1"))))
    canonical = signature_over(kind, b"GET\na=1&b=2")

    assert dict(wire.headers)["S"] == signature_over(kind, f"V1\n{canonical}".encode())


@every_kind
def test_a_header_is_signed_after_the_field_whatever_their_order(kind: Mapping[str, Any]) -> None:
    signatures = build(
        {**kind, "parts": ["${body}"], "into": {"header": "S"}},
        {**kind, "parts": ["${now}"], "into": {"field": "sign"}},
    )
    _, wire = sign(signatures, Draft("POST", "/", body=FormBody((("a", "1"),))))

    assert dict(wire.headers)["S"] == signature_over(kind, wire.body)


@every_kind
def test_text_is_signed_in_the_charset_in_which_it_is_sent(kind: Mapping[str, Any]) -> None:
    signatures = build({**kind, "sorted_params": {}, "into": {"field": "sign"}})
    body = FormBody((("name", "测试"), ("age", "7")))
    draft, _ = sign(signatures, Draft("POST", "/", body=body, charset="gbk"))

    assert dict(draft.fields())["sign"] == signature_over(kind, "age=7&name=测试".encode("gbk"))


@every_kind
def test_it_refers_to_what_is_outside_of_the_message(kind: Mapping[str, Any]) -> None:
    signatures = build(
        {**kind, "parts": ["${documents.seed}", "${header.X}", "${body}"], "into": {"header": "S"}}
    )

    assert signatures.references == {"documents.seed"}


@every_kind
def test_a_header_that_is_not_there_is_not_signed_as_nothing(kind: Mapping[str, Any]) -> None:
    signatures = build({**kind, "parts": ["${header.X-Absent}"], "into": {"header": "S"}})

    with pytest.raises(RenderError):
        sign(signatures, Draft("GET", "/"))


@every_kind
@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": ["a"]},
        {"into": {"header": "S"}},
        {"parts": [], "into": {"header": "S"}},
        {"parts": ["a"], "sorted_params": {}, "into": {"header": "S"}},
        {"parts": ["a"], "into": {"header": "S", "query": "s"}},
        {"parts": ["a"], "into": {"header": "S", "format": "no hole"}},
        {"parts": ["a"], "into": {"header": "S", "encoding": "hexx"}},
        {"parts": ["a"], "into": {"header": "S"}, "algorithm": "crc32"},
    ],
)
def test_what_makes_no_signature_is_told_at_load(
    kind: Mapping[str, Any], wrong: Mapping[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        build({**kind, **wrong})


@every_kind
def test_a_reference_that_leads_nowhere_is_told_with_its_place(kind: Mapping[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        build({**kind, "parts": ["ok", "${nothing.there}"], "into": {"header": "S"}})
    assert caught.value.findings[0].at == (0, "parts", 1)


def test_bytes_stand_for_themselves_alone() -> None:
    """In a text they would have to be guessed."""
    with pytest.raises(ConfigError):
        build({**DIGEST, "parts": ["body=${body}"], "into": {"header": "S"}})


@pytest.mark.parametrize(
    ("key", "encoding"),
    [("${secrets.key}", "hex"), ("${secrets.key}", "base64"), ("${secrets.empty}", "utf-8"),
     ("${now}", "utf-8")],
)  # fmt: skip
def test_a_key_that_is_none_is_told_without_its_value(key: str, encoding: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(
            {**HMAC, "key": key, "key_encoding": encoding, "parts": ["a"], "into": {"header": "S"}}
        )
    assert caught.value.findings[0].at == (0, "key")
    assert "s3cret" not in str(caught.value)


def test_a_key_may_be_bytes() -> None:
    key = {"key": "${secrets.hex}", "key_encoding": "hex"}
    _, wire = sign(
        build({**HMAC, **key, "parts": ["a"], "into": {"header": "S"}}), Draft("GET", "/")
    )

    assert dict(wire.headers)["S"] == hmac.digest(b"\x00\xff", b"a", "sha256").hex()


@pytest.mark.parametrize("none", ["none", {}, []])
def test_no_signature_is_said_in_words(none: object) -> None:
    assert TypeAdapter(SignList).validate_python(none) == ()
