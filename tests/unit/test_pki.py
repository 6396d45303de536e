"""The certificates of a demo are good enough for the real checks."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store

from gateway.security.pki import CLIENT, Pki, generate

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return generate(tmp_path_factory.mktemp("pki") / "demo", NOW, secret_names=["a", "b"])


def load(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def contents(pki: Pki) -> dict[str, bytes]:
    return {
        str(file.relative_to(pki.folder)): file.read_bytes()
        for file in pki.folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize(
    "name", [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
)
def test_a_client_believes_the_server(pki: Pki, name: x509.DNSName | x509.IPAddress) -> None:
    policy = PolicyBuilder().store(Store([load(pki.ca)])).time(NOW)

    assert len(policy.build_server_verifier(name).verify(load(pki.server_cert), [])) == 2


def test_the_server_believes_the_client(pki: Pki) -> None:
    policy = PolicyBuilder().store(Store([load(pki.ca)])).time(NOW)
    names = policy.build_client_verifier().verify(load(pki.client_cert), []).subjects

    assert names == [x509.UniformResourceIdentifier(CLIENT)]


def test_a_client_can_not_play_the_server(pki: Pki) -> None:
    policy = PolicyBuilder().store(Store([load(pki.ca)])).time(NOW)

    with pytest.raises(x509.verification.VerificationError):
        policy.build_server_verifier(x509.DNSName("localhost")).verify(load(pki.client_cert), [])


@pytest.mark.parametrize("who", ["server", "client"])
def test_a_key_belongs_to_its_certificate(pki: Pki, who: str) -> None:
    key = load_pem_private_key((pki.folder / f"{who}.key").read_bytes(), None)

    assert key.public_key() == load(pki.folder / f"{who}.pem").public_key()


def test_nobody_else_can_read_it(pki: Pki) -> None:
    files = [file for file in pki.folder.rglob("*") if file.is_file()]

    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert pki.folder.stat().st_mode & 0o777 == 0o700
    assert len(files) == 7


def test_secrets_differ(pki: Pki) -> None:
    one, other = (pki.secrets / name for name in ("a", "b"))

    assert len(one.read_text()) == 64
    assert one.read_text() != other.read_text()


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    before = contents(generate(tmp_path, NOW))

    assert contents(generate(tmp_path, NOW + timedelta(days=300))) == before


@pytest.mark.parametrize("missing", ["ca.pem", "client.key"])
def test_makes_the_family_anew_and_keeps_the_secrets(tmp_path: Path, missing: str) -> None:
    before = contents(generate(tmp_path, NOW))
    (tmp_path / missing).unlink()
    after = contents(generate(tmp_path, NOW))

    assert before.keys() == after.keys()
    assert {name for name in before if before[name] == after[name]} == {"secrets/master_key"}


def test_makes_the_family_anew_when_its_time_is_over(tmp_path: Path) -> None:
    generate(tmp_path, NOW)
    later = NOW + timedelta(days=366)

    assert load(generate(tmp_path, later).ca).not_valid_after_utc > later
