"""Laws that every kind of signature keeps."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from connectors.contract import Attempt, Wire
from connectors.faults import ConfigError
from connectors.message.body import FormBody, JsonBody
from connectors.message.draft import Draft, finish
from connectors.sign import AnySign, Signatures, SignList, build_signatures
from connectors.template import Language, RenderError, Scope
from connectors.verify import AnyVerify, Message
from tests.standins import make_kit

from . import pinned

SECRETS = {
    "key": "s3cret",
    "hex": "00ff",
    "empty": "",
    "rsa": pinned.RSA_PRIVATE,
    "rsa_public": pinned.RSA_PUBLIC,
    "p256": pinned.P256_PRIVATE,
    "p256_public": pinned.P256_PUBLIC,
    "sm2": pinned.SM2_PRIVATE,
    "sm2_public": pinned.SM2_PUBLIC,
}
LANGUAGE = Language({"now": {"": str}, "documents": {"seed": str}}, secrets=SECRETS.__getitem__)
SCOPE: Scope = {"now": {"": "noon"}, "documents": {"seed": "seed"}}

DIGEST = {"kind": "digest", "algorithm": "sha256"}
HMAC = {"kind": "hmac", "algorithm": "sha256", "key": "${secrets.key}"}
RSA = {"kind": "rsa", "algorithm": "sha256", "key": "${secrets.rsa}"}
ECDSA = {"kind": "ecdsa", "algorithm": "sha256", "key": "${secrets.p256}"}
SM2 = {"kind": "sm2", "key": "${secrets.sm2}"}
JWS = {"kind": "jws", "algorithm": "RS256", "key": "${secrets.rsa}"}
PLAIN = [DIGEST, HMAC, RSA, ECDSA, SM2]
KINDS = [*PLAIN, JWS]
ELSEWHERE = {"wss_username_token"}
"""Tested in `test_sign_wss.py`: it is in the body, over no parts, and at no place of its own."""

SIGNS = TypeAdapter[tuple[AnySign, ...]](SignList)
VERIFIES = TypeAdapter[AnyVerify](AnyVerify)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["kind"])
every_plain_kind = pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind["kind"])


def build(*models: Mapping[str, Any]) -> Signatures:
    """Build signatures, equal ones once: an RSA key takes long to be read."""
    return _built(json.dumps(models))


@cache
def _built(models: str) -> Signatures:
    return build_signatures(SIGNS.validate_json(models), make_kit(), LANGUAGE)


def sign(signatures: Signatures, draft: Draft) -> tuple[Draft, Wire]:
    early = signatures.on_draft(draft, SCOPE)
    return early, signatures.on_wire(finish(early, Attempt()), early, SCOPE)


def fits(kind: Mapping[str, Any], written: str, signed: bytes, encoding: str = "hex") -> bool:
    """Tell whether it is a signature of these bytes; `verify` is held against vectors itself."""
    given = {name: value for name, value in kind.items() if name in {"kind", "algorithm"}}
    public = str(kind.get("key", "")).replace("}", "_public}")
    if kind["kind"] == "jws":
        payload = written.split(".")[1]
        if urlsafe_b64decode(payload + "=" * (-len(payload) % 4)) != signed:
            return False
        proof = {**given, "key": public, "signature": {"path": "@"}}
        return proves(proof, Message({}, written.encode()))
    at = {"header": "s", "encoding": encoding.removesuffix("_upper")}
    if kind["kind"] == "digest":
        # The secret is empty, so that the hash is over the message alone.
        proof = {**given, "parts": ["${body}", "${secrets.empty}"], "signature": at}
    else:
        key = kind["key"] if kind["kind"] == "hmac" else public
        proof = {**given, "key": key, "over": "body", "signature": at}
    return proves(proof, Message({"s": written}, signed))


def proves(proof: Mapping[str, Any], message: Message) -> bool:
    return _proving(json.dumps(proof))(message)


@cache
def _proving(proof: str) -> Callable[[Message], bool]:
    return VERIFIES.validate_json(proof).build(make_kit(), LANGUAGE)


def test_every_kind_has_an_example() -> None:
    kinds = {get_args(m.model_fields["kind"].annotation)[0] for m in get_args(get_args(AnySign)[0])}

    assert {kind["kind"] for kind in KINDS} | ELSEWHERE == kinds


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
    written = dict(wire.headers)["S"]
    assert fits(kind, written, plain.target.encode() + plain.body)
    assert wire == plain.with_header("S", written)


@every_kind
@pytest.mark.parametrize("body", [FormBody((("a", "测 试"),)), JsonBody({"a": "测 试"})])
def test_a_signature_in_a_field_is_made_before_the_body_is_encoded(
    kind: Mapping[str, Any], body: FormBody | JsonBody
) -> None:
    signatures = build({**kind, "parts": ["${field.a}", "${now}"], "into": {"field": "sign"}})
    draft, wire = sign(signatures, Draft("POST", "/", body=body))

    assert fits(kind, dict(draft.fields())["sign"], "测 试noon".encode())
    assert wire == finish(draft, wire.attempt)


@every_kind
def test_a_signature_in_the_query_is_added_at_its_end(kind: Mapping[str, Any]) -> None:
    signatures = build({**kind, "parts": ["${path_with_query}"], "into": {"query": "sign"}})
    _, wire = sign(signatures, Draft("GET", "/p", params=(("a", "x y"),)))
    _, bare = sign(signatures, Draft("GET", "/p"))

    path, _, signature = wire.target.partition("&sign=")
    assert path == "/p?a=x%20y"
    assert fits(kind, signature, b"/p?a=x%20y")
    assert bare.target.startswith("/p?sign=")
    assert fits(kind, bare.target.removeprefix("/p?sign="), b"/p")


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

    assert wire.target.startswith("/s/")
    assert wire.target.endswith("/x")
    written = wire.target.removeprefix("/s/").removesuffix("/x")
    assert fits(kind, written, b'{"a":1}|s3cret')


@every_plain_kind
@pytest.mark.parametrize(
    ("encoding", "read"),
    [
        ("hex", bytes.fromhex),
        ("hex_upper", bytes.fromhex),
        ("base64", lambda text: b64decode(text, validate=True)),
        ("base64url", lambda text: urlsafe_b64decode(text + "=" * (-len(text) % 4))),
    ],
)
def test_it_is_written_as_it_is_told(
    kind: Mapping[str, Any], encoding: str, read: Callable[[str], bytes]
) -> None:
    into = {
        "header": "A",
        "format": 'HMAC keyId="k1",signature="{signature}"',
        "encoding": encoding,
    }
    _, wire = sign(build({**kind, "parts": ["${now}"], "into": into}), Draft("GET", "/"))
    written = dict(wire.headers)["A"].removeprefix('HMAC keyId="k1",signature="').removesuffix('"')

    assert fits(kind, read(written).hex(), b"noon")
    assert encoding != "hex" or written == written.lower()
    assert encoding != "hex_upper" or written == written.upper()


@every_kind
def test_a_later_one_refers_to_an_earlier_by_name(kind: Mapping[str, Any]) -> None:
    canonical = ["${method}", "${query_sorted}"]
    signatures = build(
        {**DIGEST, "as": "canonical", "parts": canonical, "separator": "\n"},
        {**kind, "parts": ["V1", "${sign.canonical}"], "separator": "\n", "into": {"header": "S"}},
    )
    _, wire = sign(signatures, Draft("GET", "/", params=(("b", "2"), ("a", "1"))))

    digest = sha256(b"GET\na=1&b=2").hexdigest()
    assert fits(kind, dict(wire.headers)["S"], f"V1\n{digest}".encode())


@every_kind
def test_a_header_is_signed_after_the_field_whatever_their_order(kind: Mapping[str, Any]) -> None:
    signatures = build(
        {**kind, "parts": ["${body}"], "into": {"header": "S"}},
        {**kind, "parts": ["${now}"], "into": {"field": "sign"}},
    )
    _, wire = sign(signatures, Draft("POST", "/", body=FormBody((("a", "1"),))))

    assert fits(kind, dict(wire.headers)["S"], wire.body)


@every_kind
def test_text_is_signed_in_the_charset_in_which_it_is_sent(kind: Mapping[str, Any]) -> None:
    signatures = build({**kind, "sorted_params": {}, "into": {"field": "sign"}})
    body = FormBody((("name", "测试"), ("age", "7")))
    draft, _ = sign(signatures, Draft("POST", "/", body=body, charset="gbk"))

    assert fits(kind, dict(draft.fields())["sign"], "age=7&name=测试".encode("gbk"))


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
        {"parts": ["a"], "into": {"header": "S"}, "hash": "sha256"},
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


@pytest.mark.parametrize(
    ("headers", "host"), [((), "acme.example:8443"), ((("Host", "other"),), "other")]
)
def test_the_host_that_is_signed_is_the_one_that_the_bureau_sees(
    headers: tuple[tuple[str, str], ...], host: str
) -> None:
    read = TypeAdapter[tuple[AnySign, ...]](SignList).validate_python(
        {**DIGEST, "parts": ["host:${header.Host}"], "into": {"header": "S"}}
    )
    signatures = build_signatures(read, make_kit(), LANGUAGE, "acme.example:8443")
    _, wire = sign(signatures, Draft("GET", "/", headers=headers))

    assert fits(DIGEST, dict(wire.headers)["S"], f"host:{host}".encode())


@pytest.mark.parametrize("kind", [RSA, ECDSA, SM2, JWS], ids=lambda kind: kind["kind"])
@pytest.mark.parametrize("key", ["key", "empty", "other"])
def test_a_private_key_that_is_none_is_told_without_its_value(
    kind: Mapping[str, Any], key: str
) -> None:
    other = {"ecdsa": "rsa", "sm2": "p256"}.get(kind["kind"], "p256")
    named = other if key == "other" else key
    with pytest.raises(ConfigError) as caught:
        build({**kind, "key": f"${{secrets.{named}}}", "parts": ["a"], "into": {"header": "S"}})

    assert caught.value.findings[0].at == (0, "key")
    told: BaseException | None = caught.value
    while told is not None:
        assert not any(line in str(told) for line in SECRETS[named].splitlines())
        told = told.__context__


@every_kind
def test_a_key_that_stands_in_the_file_is_refused(kind: Mapping[str, Any]) -> None:
    if "key" not in kind:
        return
    with pytest.raises(ConfigError, match="never its value") as caught:
        build({**kind, "key": "hunter2", "parts": ["a"], "into": {"header": "S"}})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("none", ["none", {}, []])
def test_no_signature_is_said_in_words(none: object) -> None:
    assert TypeAdapter(SignList).validate_python(none) == ()
