"""A look through a folder needs no keys; a gateway that starts does."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.bureau import BureauSpec
from connectors.faults import ConfigError
from connectors.sign import build_signatures
from tests.config_folder import ConfigFolder
from tests.standins import make_kit

SIGN = """\
sign:
  - {kind: rsa, key: "${secrets.a}", parts: ["${body}"], into: {header: A}}
  - {kind: ecdsa, curve: P-384, key: "${secrets.b}", parts: ["${path}"], into: {header: B}}
  - {kind: sm2, key: "${secrets.c}", parts: ["${body}"], into: {header: C}}
  - {kind: jws, algorithm: ES256, key: "${secrets.d}", parts: ["${body}"], into: {header: D}}
  - {kind: jws, algorithm: HS256, key: "${secrets.e}", parts: ["${body}"], into: {header: E}}
  - {kind: hmac, algorithm: sm3, key: "${secrets.f}", parts: ["a"], into: {header: F}}
"""
JWT = 'auth: {kind: jwt, algorithm: RS256, key: "${secrets.g}", password: "${secrets.h}"}\n'


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    return ConfigFolder(tmp_path)


def test_keys_that_nobody_has_read_are_no_findings(folder: ConfigFolder) -> None:
    folder.files["bureaus/acme.yaml"] += SIGN
    folder.change("bureaus/acme.yaml", 'auth: {kind: bearer, token: "${secrets.token}"}\n', JWT)

    assert folder.findings() == ()


def test_all_else_of_a_signature_is_looked_at(folder: ConfigFolder) -> None:
    folder.files["bureaus/acme.yaml"] += SIGN.replace("${secrets.a}", "hunter2")
    (found,) = folder.findings()

    assert "never its value" in found.message
    assert "hunter2" not in found.message


def test_a_gateway_that_starts_reads_them() -> None:
    secrets = dict.fromkeys("abcdef", "is no key")
    sign = {"kind": "rsa", "key": "${secrets.a}", "parts": ["a"], "into": {"header": "A"}}
    spec = BureauSpec.model_validate(
        {"name": "acme", "base_url": "https://acme.example", "sign": sign}
    )
    kit = make_kit(secrets=secrets)
    bureau = spec.build(kit)

    with pytest.raises(ConfigError, match="is no private key") as caught:
        build_signatures(spec.sign, kit, bureau.language)
    assert caught.value.findings[0].at == (0, "key")
