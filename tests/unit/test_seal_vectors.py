"""Seals, held against what others made of the same."""

from __future__ import annotations

from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from pydantic import TypeAdapter

from connectors.seal import AnySeal, Sealing
from connectors.seal.modes import gcm
from connectors.template import Language
from tests.contract.pinned import RSA_PRIVATE, RSA_PUBLIC
from tests.contract.pinned_seals import (
    AES_128_CBC,
    AES_192_CBC,
    AES_256_CBC,
    AES_CBC_UNPADDED,
    AES_CBC_ZERO,
    DIRECT,
    DIRECT_KEY,
    FRODO,
    IV,
    JWE,
    KEY,
    LONG,
    OAEP,
    PKCS1,
    PLAIN,
    PRIVATE_ENCRYPTED,
    SM4_CBC,
    SM4_ECB,
    SM4_GCM,
)
from tests.standins import make_kit

SECRETS = {
    "k16": KEY,
    "k24": f"{KEY}1011121314151617",
    "k32": KEY + IV,
    "own": RSA_PRIVATE,
    "theirs": RSA_PUBLIC,
    "shared": DIRECT_KEY,
}
LANGUAGE = Language({}, secrets=SECRETS.__getitem__)
HEX: dict[str, Any] = {"key": "${secrets.k16}", "key_encoding": "hex"}
CBC = {"kind": "aes_cbc", **HEX, "iv": IV}
SM4 = {"kind": "sm4", **HEX}
RSA = {"kind": "rsa", "operation": "decrypt", "key": "${secrets.own}"}


def read(config: dict[str, Any]) -> Sealing:
    return cast(Sealing, TypeAdapter[Any](AnySeal).validate_python(config))


def opened(config: dict[str, Any], sealed: str) -> bytes:
    return read(config).opener(make_kit(), LANGUAGE)(sealed.encode(), {})


@pytest.mark.parametrize(
    "config, plain, sealed",
    [
        (CBC, PLAIN, AES_128_CBC),
        ({**CBC, "key": "${secrets.k24}"}, PLAIN, AES_192_CBC),
        ({**CBC, "key": "${secrets.k32}"}, PLAIN, AES_256_CBC),
        ({**CBC, "padding": "zero", "encoding": "hex"}, PLAIN, AES_CBC_ZERO),
        (
            {**CBC, "padding": "none", "encoding": "hex"},
            b"0123456789abcdef" * 2,
            AES_CBC_UNPADDED,
        ),
        ({**SM4, "iv": IV}, PLAIN, SM4_CBC),
        ({**SM4, "mode": "ecb"}, PLAIN, SM4_ECB),
        (
            {
                "kind": "rsa",
                "operation": "private_encrypt",
                "key": "${secrets.own}",
                "encoding": "hex",
            },
            LONG,
            PRIVATE_ENCRYPTED,
        ),
    ],
)
def test_it_seals_as_openssl_does(config: dict[str, Any], plain: bytes, sealed: str) -> None:
    assert read(config).sealer(make_kit(), LANGUAGE)(plain).octets.decode() == sealed


@pytest.mark.parametrize(
    "config, sealed, plain",
    [
        (CBC, AES_128_CBC, PLAIN),
        ({**SM4, "mode": "gcm", "encoding": "hex"}, SM4_GCM, PLAIN),
        (
            {
                "kind": "rsa",
                "operation": "public_decrypt",
                "key": "${secrets.theirs}",
                "encoding": "hex",
            },
            PRIVATE_ENCRYPTED,
            LONG,
        ),
        (RSA, PKCS1, PLAIN),
        ({**RSA, "padding": "oaep", "mgf1": "sha1"}, OAEP, PLAIN),
        ({"kind": "jwe", "key": "${secrets.own}"}, JWE, PLAIN),
        (
            {
                "kind": "jwe",
                "alg": "dir",
                "enc": "A128GCM",
                "key": "${secrets.shared}",
                "key_encoding": "base64",
            },
            DIRECT,
            FRODO,
        ),
    ],
)
def test_it_opens_what_others_sealed(config: dict[str, Any], sealed: str, plain: bytes) -> None:
    assert opened(config, sealed) == plain


@pytest.mark.parametrize(
    "key, iv, plain, sealed, tag",
    [  # McGrew and Viega, the revised specification of GCM: test cases 2, 3 and 14
        (
            "00" * 16,
            "00" * 12,
            "00" * 16,
            "0388dace60b6a392f328c2b971b2fe78",
            "ab6e47d42cec13bdf53a67b21257bddf",
        ),
        (
            "feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            (
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
            ),
            (
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
            ),
            "4d5c2af327cd64a62cf35abd2ba6fab4",
        ),
        (
            "00" * 32,
            "00" * 12,
            "00" * 16,
            "cea7403d4d606b6e074ec5d3baf39d18",
            "d0d1c8a799996bf0265b98b5d48ab919",
        ),
    ],
)
def test_gcm_is_that_of_its_authors(key: str, iv: str, plain: str, sealed: str, tag: str) -> None:
    octets = bytes.fromhex
    mode = gcm(AES(octets(key)))

    assert mode.encrypt(octets(iv), octets(plain)) == (octets(sealed), octets(tag))
    assert mode.decrypt(octets(iv), octets(sealed), octets(tag)) == octets(plain)


def test_a_vendors_own_example_is_opened() -> None:
    """The iv is before the cipher text, and both are written in one base64."""
    published = (
        "EBESExQVFhcYGRobHB0eH2hxedZ0MvtAmypnRT8FY5r0ydjbdtVdXVDE63evRaJHBI6Zc8s6HxXUsTEIkijLgGlF"
        "Zh6oH+haBehRtrXGEps="
    )

    assert opened({**CBC, "iv": "prefix"}, published) == PLAIN
