"""Keys as bureaus hand them out, and what is said of those that are none."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from connectors.faults import ConfigError
from connectors.keys import (
    Placeholder,
    private_key,
    public_key,
    signing_key,
    sm2_private_key,
    sm2_public_key,
    symmetric_key,
)
from connectors.template import Language
from tests.contract import pinned

RSA = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP384R1())


def language(**secrets: str) -> Language:
    return Language({"now": {"": str}}, secrets=secrets.__getitem__)


def written(key: Any, form: PrivateFormat, encoding: Encoding, password: bytes = b"") -> str:
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    made: bytes = key.private_bytes(encoding, form, lock)
    return made.decode() if encoding is Encoding.PEM else b64encode(made).decode()


@pytest.mark.parametrize("wanted", ["rsa", "P-384"])
@pytest.mark.parametrize(
    "write",
    [
        lambda key: written(key, PrivateFormat.PKCS8, Encoding.PEM),
        lambda key: written(key, PrivateFormat.TraditionalOpenSSL, Encoding.PEM),
        lambda key: written(key, PrivateFormat.PKCS8, Encoding.DER),
        lambda key: written(key, PrivateFormat.PKCS8, Encoding.PEM, b"pass"),
        lambda key: b64encode(
            pkcs12.serialize_key_and_certificates(
                b"us", key, None, None, BestAvailableEncryption(b"pass")
            )
        ).decode(),
    ],
    ids=["PKCS#8", "traditional", "base64", "locked", "PKCS#12"],
)
def test_a_private_key_is_read_in_every_usual_form(
    wanted: Any, write: Callable[[Any], str], request: pytest.FixtureRequest
) -> None:
    key = RSA if wanted == "rsa" else CURVE
    locked = any(word in request.node.name for word in ("locked", "PKCS#12"))
    found = private_key(
        "${secrets.key}",
        language(key=write(key), word="pass"),
        "key",
        wanted,
        "${secrets.word}" if locked else None,
    )

    assert found.private_numbers() == key.private_numbers()


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_public_key_is_read_with_and_without_its_armour(encoding: Encoding) -> None:
    made = RSA.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    text = made.decode() if encoding is Encoding.PEM else b64encode(made).decode()

    found = public_key("${secrets.key}", language(key=text))

    assert found.public_numbers() == RSA.public_key().public_numbers()


def test_a_certificate_stands_for_its_key() -> None:
    bare = public_key("${secrets.key}", language(key=pinned.RSA_PUBLIC))
    for text in (pinned.RSA_CERTIFICATE, "".join(pinned.RSA_CERTIFICATE.splitlines()[1:-1])):
        found = public_key("${secrets.key}", language(key=text))
        assert found.public_numbers() == bare.public_numbers()


def test_an_sm2_key_is_read_in_every_usual_form() -> None:
    bare = "".join(pinned.SM2_PRIVATE.splitlines()[1:-1])
    key = sm2_private_key("${secrets.key}", language(key=pinned.SM2_PRIVATE))
    forms = [bare, key.number.hex(), key.number.hex().upper()]
    assert all(sm2_private_key("${secrets.key}", language(key=form)) == key for form in forms)

    point = key.point.hex()
    half = f"{2 + key.point[-1] % 2:02x}{point[:64]}"
    for text in (pinned.SM2_PUBLIC, pinned.SM2_CERTIFICATE, point, f"04{point}", half):
        assert sm2_public_key("${secrets.key}", language(key=text)) == key.public_key()


def _readers() -> list[Callable[[str, Language], object]]:
    return [
        private_key,
        lambda source, words: private_key(source, words, "key", "P-256"),
        lambda source, words: private_key(source, words, "key", "rsa", "${secrets.word}"),
        public_key,
        lambda source, words: public_key(source, words, "key", "P-256"),
        sm2_private_key,
        sm2_public_key,
        lambda source, words: symmetric_key(source, words, "key", "hex"),
        lambda source, words: symmetric_key(source, words, "key", "base64"),
        lambda source, words: symmetric_key(source, words, "key", "utf-8", sizes=(16, 32)),
        lambda source, words: signing_key(source, words, "ES256"),
    ]


@pytest.mark.parametrize("read", _readers())
@pytest.mark.parametrize(
    "text",
    [
        "hunter2-hunter2-\u00e9",
        "aHVudGVyMi1odW50ZXIy!",
        "-----BEGIN PRIVATE KEY-----\naHVudGVyMi1odW50ZXIy\n-----END PRIVATE KEY-----",
        "0" * 63,
        pinned.P384_PRIVATE.replace("A", "B"),
        pinned.P384_PRIVATE,
    ],
)
def test_what_is_no_key_is_told_without_its_value(
    read: Callable[[str, Language], object], text: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read("${secrets.key}", language(key=text, word="hunter2"))

    assert caught.value.findings[0].at == ("key",)
    assert caught.value.__context__ is None
    assert not any(line in str(caught.value) for line in text.splitlines() if len(line) > 8)


@pytest.mark.parametrize("read", _readers())
@pytest.mark.parametrize("source", ["hunter2", "${now}", "hunter2${now}"])
def test_a_key_is_named_and_never_written(
    read: Callable[[str, Language], object], source: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(source, language(word="x"))

    assert caught.value.findings[0].at == ("key",)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("read", _readers())
def test_in_a_dry_run_any_key_will_do(read: Callable[[str, Language], object]) -> None:
    words = Language({}, secrets=lambda name: Placeholder(f"hash of {name}"))

    assert read("${secrets.key}", words)


def test_a_key_has_the_length_that_its_cipher_wants() -> None:
    words = language(key="00" * 16)

    assert symmetric_key("${secrets.key}", words, encoding="hex", sizes=(16, 32)) == bytes(16)
    with pytest.raises(ConfigError, match=re.escape("has 16 bytes in hex, and not 24 or 32")):
        symmetric_key("${secrets.key}", words, encoding="hex", sizes=(32, 24))


def test_a_key_does_not_print() -> None:
    key = sm2_private_key("${secrets.key}", language(key=pinned.SM2_PRIVATE))

    assert repr(key.number) not in repr(key)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)

    with pytest.raises(ConfigError, match="extra `gm`"):
        sm2_private_key("${secrets.key}", language(key=pinned.SM2_PRIVATE))
