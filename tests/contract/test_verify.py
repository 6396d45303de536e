"""Laws that every kind of proof keeps, held against what the OpenSSL command line signed."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from connectors.faults import ConfigError
from connectors.template import Language
from connectors.verify import AnyVerify, Message, Verdict
from tests.standins import make_kit

from . import openssl, pinned

SECRETS = {
    "mac": pinned.MAC_KEY,
    "other_mac": "another",
    "callback": "a7/long secret",
    "rsa": pinned.RSA_PUBLIC,
    "rsa_certificate": pinned.RSA_CERTIFICATE,
    "p256": pinned.P256_PUBLIC,
    "p256_certificate": pinned.P256_CERTIFICATE,
    "p384": pinned.P384_PUBLIC,
    "sm2": pinned.SM2_PUBLIC,
    "sm2_certificate": pinned.SM2_CERTIFICATE,
    "jws": pinned.JWS_SECRET,
    "digest_head": "POST|/v2/",
    "empty": "",
}
LANGUAGE = Language({"subject": {"name": str}, "now": {"": str}}, secrets=SECRETS.__getitem__)
AT = {"header": "X-Signature"}


def signed(signature: str, body: bytes = pinned.MESSAGE) -> Message:
    return Message({"x-signature": signature}, body)


def token(head: str) -> Message:
    """Give what a header holds of a detached token, beside its body."""
    start, _, signature = head.split(".")
    return signed(f"{start}..{signature}")


DIGEST = {
    "kind": "digest",
    "algorithm": "sha256",
    "parts": ["${secrets.digest_head}", "${body}"],
    "signature": AT,
}
HMAC = {"kind": "hmac", "key": "${secrets.mac}", "over": "body", "signature": AT}
RSA = {"kind": "rsa", "key": "${secrets.rsa}", "over": "body", "signature": AT}
ECDSA = {"kind": "ecdsa", "key": "${secrets.p256}", "over": "body", "signature": AT}
SM2 = {"kind": "sm2", "key": "${secrets.sm2}", "over": "body", "signature": AT}
JWS = {"kind": "jws", "algorithm": "RS256", "key": "${secrets.rsa}", "signature": AT}
SHARED = {"kind": "shared_path_secret", "secret": "${secrets.callback}"}
API_KEY = {"kind": "api_key", "header": "X-Signature", "key": "${secrets.mac}"}

TAIL = pinned.MESSAGE.removeprefix(b"POST|/v2/")

CASES: list[tuple[dict[str, Any], Message]] = [
    (DIGEST, signed(pinned.DIGESTS["sha256"], TAIL)),
    (HMAC, signed(pinned.MACS["sha256"])),
    (RSA, signed(pinned.RSA_SIGNATURES["sha256"])),
    (ECDSA, signed(pinned.ECDSA_P256)),
    (SM2, signed(pinned.SM2_SIGNATURE)),
    (JWS, token(pinned.JWS["RS256"])),
    (SHARED, Message({}, b"{}", "a7/long secret")),
    (API_KEY, signed("s3cret")),
]
P384 = {**ECDSA, "algorithm": "sha384", "curve": "P-384", "key": "${secrets.p384}"}
VARIANTS: list[tuple[dict[str, Any], Message]] = [
    *(({**HMAC, "algorithm": name}, signed(mac.upper())) for name, mac in pinned.MACS.items()),
    *(({**DIGEST, "algorithm": name}, signed(made, TAIL)) for name, made in pinned.DIGESTS.items()),
    *(({**RSA, "algorithm": name}, signed(made)) for name, made in pinned.RSA_SIGNATURES.items()),
    ({**RSA, "padding": "pss"}, signed(pinned.RSA_PSS)),
    ({**RSA, "key": "${secrets.rsa_certificate}"}, signed(pinned.RSA_SIGNATURES["sha256"])),
    ({**ECDSA, "key": "${secrets.p256_certificate}"}, signed(pinned.ECDSA_P256)),
    (P384, signed(pinned.ECDSA_P384)),
    ({**SM2, "key": "${secrets.sm2_certificate}"}, signed(pinned.SM2_SIGNATURE)),
    ({**SM2, "signer_id": "acme"}, signed(pinned.SM2_SIGNATURE_ACME)),
    (
        {"kind": "jws", "algorithm": "RS256", "key": "${secrets.rsa}"},
        Message({}, pinned.JWS["RS256"].encode() + b"\n"),
    ),
    (
        {**JWS, "signature": {"path": "data.token"}},
        Message({}, b'{"data":{"token":"%s"}}' % pinned.JWS["RS256"].encode()),
    ),
    ({**JWS, "algorithm": "PS256"}, token(pinned.JWS["PS256"])),
    ({**JWS, "algorithm": "ES384", "key": "${secrets.p384}"}, token(pinned.JWS["ES384"])),
    ({**JWS, "algorithm": "HS256", "key": "${secrets.jws}"}, token(pinned.JWS["HS256"])),
]
every_kind = pytest.mark.parametrize(
    ("config", "message"), CASES, ids=lambda each: each["kind"] if isinstance(each, dict) else ""
)
with_keys = pytest.mark.parametrize(
    ("config", "message"),
    [case for case in CASES if "key" in case[0]],
    ids=lambda each: each["kind"] if isinstance(each, dict) else "",
)

each_with_keys = pytest.mark.parametrize(
    "config", [config for config, _ in CASES if "key" in config], ids=lambda each: each["kind"]
)


def build(config: Mapping[str, Any]) -> Verdict:
    return TypeAdapter[AnyVerify](AnyVerify).validate_python(config).build(make_kit(), LANGUAGE)


def test_every_kind_has_an_example() -> None:
    models = get_args(get_args(AnyVerify)[0])
    kinds = {get_args(model.model_fields["kind"].annotation)[0] for model in models}

    assert {config["kind"] for config, _ in CASES} == kinds


@pytest.mark.parametrize(("config", "message"), [*CASES, *VARIANTS])
def test_what_the_bureau_signed_is_the_bureaus(config: dict[str, Any], message: Message) -> None:
    assert build(config)(message)


@every_kind
def test_nothing_proves_nothing(config: dict[str, Any], message: Message) -> None:
    verdict = build(config)

    assert not verdict(Message({}, message.body))
    assert not verdict(Message({"x-signature": ""}, message.body))
    assert not verdict(Message({"x-signature": "\udc80é."}, b"\xff", "\udc80é"))


@pytest.mark.parametrize(
    ("config", "message"),
    [case for case in CASES if case[0]["kind"] not in {"shared_path_secret", "api_key"}],
)
def test_another_body_is_not_what_was_signed(config: dict[str, Any], message: Message) -> None:
    verdict = build(config)

    assert not verdict(Message(message.headers, message.body + b" "))
    assert not verdict(Message(message.headers, b""))


@pytest.mark.parametrize(("config", "message"), [*CASES, *VARIANTS])
@given(data=st.data())
def test_whatever_a_stranger_sends_is_false_and_no_error(
    config: dict[str, Any], message: Message, data: st.DataObject
) -> None:
    right = message.headers.get("x-signature", "")
    cut = data.draw(st.integers(0, max(len(right) - 1, 0)))
    text = data.draw(st.text(max_size=20) | st.just(right[:cut]) | st.just(right + "00"))
    body = data.draw(st.binary(max_size=40))

    assert build(config)(Message({"x-signature": text}, body, text)) is False


@with_keys
def test_one_of_several_keys_is_enough(config: dict[str, Any], message: Message) -> None:
    rest = {name: value for name, value in config.items() if name != "key"}
    other = {
        "rsa": "${secrets.rsa}",
        "ecdsa": "${secrets.p256}",
        "sm2": "${secrets.sm2}",
        "jws": "${secrets.rsa}",
    }.get(config["kind"], "${secrets.other_mac}")

    assert build({**rest, "keys": [other, config["key"]]})(message)
    assert build({**rest, "keys": [config["key"], other]})(message)


@each_with_keys
@pytest.mark.parametrize("secret", ["empty", "callback"])
def test_a_key_that_is_none_is_told_without_its_value(config: dict[str, Any], secret: str) -> None:
    if secret == "callback" and config["kind"] in {"hmac", "api_key"}:
        return  # any text is a key to them
    with pytest.raises(ConfigError) as caught:
        build({**config, "key": f"${{secrets.{secret}}}"})

    assert caught.value.findings[0].at == ("key",)
    assert "long secret" not in str(caught.value)
    assert caught.value.__context__ is None


@each_with_keys
def test_of_several_keys_each_that_is_none_is_told(config: dict[str, Any]) -> None:
    rest = {name: value for name, value in config.items() if name != "key"}
    with pytest.raises(ConfigError) as caught:
        build({**rest, "keys": ["${secrets.empty}", config["key"], "hunter2"]})

    assert [finding.at for finding in caught.value.findings] == [("keys", 0), ("keys", 2)]
    assert "hunter2" not in str(caught.value)


def test_a_shared_part_of_the_path_is_a_secret_and_is_something() -> None:
    for secret in ("${secrets.empty}", "hunter2"):
        with pytest.raises(ConfigError) as caught:
            build({**SHARED, "secret": secret})
        assert caught.value.findings[0].at == ("secret",)


@pytest.mark.parametrize("octets", [b"junk", b"\x30\x06\x02\x01\x00\x02\x01\x00", b"\xff" * 9000])
def test_what_is_no_signature_of_sm2_leaves_no_line_of_the_librarys(
    octets: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """GmSSL writes its own to standard error, and strangers would fill the log with them."""
    assert not build(SM2)(signed(octets.hex()))
    assert capfd.readouterr() == ("", "")


@each_with_keys
def test_a_key_that_stands_in_the_file_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="never its value") as caught:
        build({**config, "key": "hunter2"})

    assert "hunter2" not in str(caught.value)


@each_with_keys
@pytest.mark.parametrize("wrong", [{"keys": ["${secrets.mac}"]}, {"key": None}, {"unknown": 1}])
def test_what_proves_nothing_is_told_at_load(config: dict[str, Any], wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build({**config, **wrong})


@pytest.mark.parametrize("reference", ["${subject.name}", "${now}", "${field.a}"])
def test_a_part_is_of_the_message_that_came(reference: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build({**HMAC, "over": None, "parts": ["${body}", reference]})
    assert caught.value.findings[0].at == ("parts", 1)


def test_a_hash_of_what_all_can_see_is_no_proof() -> None:
    with pytest.raises(ValidationError, match="anybody"):
        build({**DIGEST, "parts": ["${body}"]})


def test_parts_are_put_together_as_they_are_told() -> None:
    config = {
        **HMAC,
        "over": None,
        "parts": ["POST", "${path}", "${header.X-Rest}${header.x-more}"],
        "separator": "|",
        "signature": {
            "header": "X-Signature",
            "encoding": "base64",
            "format": "sha256={signature}",
        },
    }
    signature = "sha256=" + b64encode(bytes.fromhex(pinned.MACS["sha256"])).decode()
    rest = pinned.MESSAGE.decode().removeprefix("POST|/v2/score|")
    headers = {"x-signature": signature, "x-rest": rest[:3], "x-more": rest[3:]}
    verdict = build(config)

    assert verdict(Message(headers, b"", path="/v2/score"))
    assert not verdict(Message(headers, b"", path="/v2/other"))
    assert not verdict(Message({**headers, "x-signature": signature[7:]}, b"", path="/v2/score"))
    del headers["x-more"]
    assert not verdict(Message(headers, b"", path="/v2/score"))


@pytest.mark.parametrize(
    ("config", "signature", "size"),
    [
        (ECDSA, pinned.ECDSA_P256, 32),
        (P384, pinned.ECDSA_P384, 48),
        (SM2, pinned.SM2_SIGNATURE, 32),
    ],
)
def test_two_bare_numbers_are_a_signature_where_that_is_agreed(
    config: dict[str, Any], signature: str, size: int
) -> None:
    numbers = decode_dss_signature(bytes.fromhex(signature))
    raw = b"".join(number.to_bytes(size, "big") for number in numbers).hex()

    assert build({**config, "format": "raw"})(signed(raw))
    assert not build({**config, "format": "raw"})(signed(signature))
    assert not build(config)(signed(raw))


@openssl.needs_openssl
def test_what_openssl_signs_today_is_verified(tmp_path: Path) -> None:
    for name, content in (("key", pinned.SM2_PRIVATE.encode()), ("m", pinned.MESSAGE)):
        (tmp_path / name).write_bytes(content)
    made = openssl.run(
        *("pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"),
        *("-inkey", tmp_path / "key", "-in", tmp_path / "m"),
    )

    assert build(SM2)(signed(made.hex()))


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none"}',
        b'{"alg":"HS256"}',
        b'{"alg":"RS384"}',
        b'{"alg":["RS256"]}',
        b'{"typ":"JOSE"}',
        b'["alg"]',
        b"[" * 4000,
        b'{"alg":"RS256","jku":"https://evil.example"}',
        b'{"alg":"RS256","jwk":{}}',
        b'{"alg":"RS256","x5u":"https://evil.example"}',
        b'{"alg":"RS256","crit":["exp"],"exp":1}',
    ],
)
def test_a_token_does_not_say_how_it_is_verified(tmp_path: Path, header: bytes) -> None:
    """Signed with the right key, so that nothing but its header is wrong."""
    message = Message({}, _token(tmp_path, header))
    control = Message({}, _token(tmp_path, b'{"alg":"RS256"}'))
    verdict = build({**JWS, "signature": {"path": "@"}})

    assert verdict(control)
    assert not verdict(message)


def test_a_shared_secret_is_no_public_key() -> None:
    """The oldest trick: a token that is signed with the text of the public key."""
    config = {**JWS, "algorithm": "HS256", "key": "${secrets.rsa}", "signature": {"path": "@"}}

    with pytest.raises(ConfigError, match="is no key"):
        build(config)


def test_a_payload_that_is_not_encoded_stands_apart(tmp_path: Path) -> None:
    """RFC 7797: as a part of the token it could be read as another."""
    header = b'{"alg":"RS256","b64":false,"crit":["b64"]}'
    whole = _token(tmp_path, header, b"abcd").decode()
    start, _, signature = whole.split(".")

    assert build(JWS)(signed(f"{start}..{signature}", b"abcd"))
    assert not build({**JWS, "signature": {"path": "@"}})(Message({}, whole.encode()))


def test_a_token_that_is_not_detached_says_nothing_of_the_body() -> None:
    assert not build(JWS)(signed(pinned.JWS["RS256"]))
    assert not build(JWS)(signed(pinned.JWS["RS256"], b"another"))


@pytest.mark.parametrize("signature", [{}, {"header": "A", "path": "a"}])
def test_a_token_is_in_one_place(signature: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        build({**JWS, "signature": signature})


def test_a_path_that_is_none_is_told_at_load() -> None:
    with pytest.raises(ConfigError) as caught:
        build({**JWS, "signature": {"path": "a[?"}})
    assert caught.value.findings[0].at == ("signature", "path")


def test_an_api_key_may_stand_in_a_text() -> None:
    verdict = build({**API_KEY, "header": "Authorization", "format": "Bearer {key}"})

    assert verdict(Message({"authorization": "Bearer s3cret"}, b""))
    assert not verdict(Message({"authorization": "s3cret"}, b""))
    with pytest.raises(ValidationError):
        build({**API_KEY, "format": "Bearer"})


def test_a_message_does_not_print() -> None:
    message = Message({"x-signature": "s3cret"}, b"s3cret", "s3cret", "/s3cret")

    assert "s3cret" not in repr(message)


def _token(folder: Path, header: bytes, payload: bytes = b"{}") -> bytes:
    """Sign with the test's RSA key, whatever the header says."""
    if openssl.PROGRAM is None:
        pytest.skip("no openssl here")
    is_encoded = b'"b64":false' not in header
    written = urlsafe_b64encode(payload).rstrip(b"=") if is_encoded else payload
    signing = urlsafe_b64encode(header).rstrip(b"=") + b"." + written
    for name, content in (("key", pinned.RSA_PRIVATE.encode()), ("m", signing)):
        (folder / name).write_bytes(content)
    made = openssl.run("dgst", "-sha256", "-sign", folder / "key", folder / "m")
    assert urlsafe_b64decode(urlsafe_b64encode(made)) == made
    return signing + b"." + urlsafe_b64encode(made).rstrip(b"=")
