"""Signatures as the OpenSSL command line makes them, and ours as it verifies them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from connectors.contract import Attempt
from connectors.message.body import TextBody
from connectors.message.draft import Draft, finish
from connectors.sign import AnySign, SignList, build_signatures
from connectors.template import Language
from tests.standins import make_kit

from . import openssl, pinned

SECRETS = {
    "mac": pinned.MAC_KEY,
    "rsa": pinned.RSA_PRIVATE,
    "p256": pinned.P256_PRIVATE,
    "p384": pinned.P384_PRIVATE,
    "sm2": pinned.SM2_PRIVATE,
    "jws": pinned.JWS_SECRET,
}
LANGUAGE = Language({}, secrets=SECRETS.__getitem__)


def signed(config: Mapping[str, Any]) -> str:
    """Sign the pinned message, and give what was written."""
    source = {**config, "parts": ["${body}"], "into": {"header": "S"}}
    models = TypeAdapter[tuple[AnySign, ...]](SignList).validate_python(source)
    draft = Draft("POST", "/", body=TextBody(pinned.MESSAGE.decode()))
    wire = build_signatures(models, make_kit(), LANGUAGE).on_wire(
        finish(draft, Attempt()), draft, {}
    )
    return dict(wire.headers)["S"]


@pytest.mark.parametrize("algorithm", pinned.DIGESTS)
def test_digests_are_those_of_openssl(algorithm: str) -> None:
    assert signed({"kind": "digest", "algorithm": algorithm}) == pinned.DIGESTS[algorithm]


@pytest.mark.parametrize("algorithm", pinned.MACS)
def test_macs_are_those_of_openssl(algorithm: str) -> None:
    config = {"kind": "hmac", "algorithm": algorithm, "key": "${secrets.mac}"}

    assert signed(config) == pinned.MACS[algorithm]


@pytest.mark.parametrize("algorithm", pinned.RSA_SIGNATURES)
def test_rsa_signatures_are_those_of_openssl(algorithm: str) -> None:
    config = {"kind": "rsa", "algorithm": algorithm, "key": "${secrets.rsa}"}

    assert signed(config) == pinned.RSA_SIGNATURES[algorithm]


@pytest.mark.parametrize(
    ("algorithm", "key", "headers"),
    [("RS256", "rsa", {"kid": "k1", "typ": "JOSE"}), ("HS256", "jws", {})],
)
def test_tokens_are_those_of_openssl(algorithm: str, key: str, headers: dict[str, str]) -> None:
    config = {"kind": "jws", "algorithm": algorithm, "key": f"${{secrets.{key}}}", **headers}
    head, _, signature = pinned.JWS[algorithm].split(".")

    assert signed(config) == pinned.JWS[algorithm]
    assert signed({**config, "detached": True}) == f"{head}..{signature}"


@openssl.needs_openssl
@pytest.mark.parametrize(
    ("config", "public", "options"),
    [
        (
            {"kind": "rsa", "padding": "pss", "key": "${secrets.rsa}"},
            pinned.RSA_PUBLIC,
            ("-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"),
        ),
        ({"kind": "ecdsa", "key": "${secrets.p256}"}, pinned.P256_PUBLIC, ("-sha256",)),
        (
            {
                "kind": "ecdsa",
                "algorithm": "sha384",
                "curve": "P-384",
                "key": "${secrets.p384}",
            },
            pinned.P384_PUBLIC,
            ("-sha384",),
        ),
    ],
)
def test_openssl_verifies_what_is_another_each_time(
    tmp_path: Path, config: dict[str, str], public: str, options: tuple[str, ...]
) -> None:
    paths = _files(tmp_path, public, bytes.fromhex(signed(config)))

    assert openssl.run("dgst", *options, "-verify", *paths) == b"Verified OK\n"
    assert signed(config) != signed(config)


@openssl.needs_openssl
@pytest.mark.parametrize("signer_id", ["1234567812345678", "acme"])
def test_openssl_verifies_sm2(tmp_path: Path, signer_id: str) -> None:
    config = {"kind": "sm2", "key": "${secrets.sm2}", "signer_id": signer_id}
    key, _, signature, message = _files(tmp_path, pinned.SM2_PUBLIC, bytes.fromhex(signed(config)))
    told = openssl.run(
        *("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{signer_id}"),
        *("-pubin", "-inkey", key, "-in", message, "-sigfile", signature),
    )

    assert told == b"Signature Verified Successfully\n"


@pytest.mark.parametrize(
    ("config", "length"),
    [
        ({"kind": "ecdsa", "key": "${secrets.p256}"}, 64),
        ({"kind": "ecdsa", "curve": "P-384", "key": "${secrets.p384}"}, 96),
        ({"kind": "sm2", "key": "${secrets.sm2}"}, 64),
    ],
)
def test_a_raw_signature_is_two_numbers_of_one_length(config: dict[str, str], length: int) -> None:
    assert len(bytes.fromhex(signed({**config, "format": "raw"}))) == length


def _files(folder: Path, public: str, signature: bytes) -> tuple[Path, str, Path, Path]:
    contents = {"key": public.encode(), "signature": signature, "message": pinned.MESSAGE}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder / "key", "-signature", folder / "signature", folder / "message"
