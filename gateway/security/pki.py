"""A certificate authority for one machine: what `demo` and `create` put into an ignored folder."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CLIENT = "spiffe://lender/scoring"

_VALID = timedelta(days=365)
_SKEW = timedelta(minutes=5)
_SECRET_BYTES = 32
_COMMON_NAME = 64
"""Letters, by X.520."""
_HOSTS = [
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
]


@dataclass(frozen=True, slots=True)
class Pki:
    """Where everything lies."""

    folder: Path

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def server_cert(self) -> Path:
        return self.folder / "server.pem"

    @property
    def server_key(self) -> Path:
        return self.folder / "server.key"

    @property
    def client_cert(self) -> Path:
        return self.folder / "client.pem"

    @property
    def client_key(self) -> Path:
        return self.folder / "client.key"

    @property
    def secrets(self) -> Path:
        """A folder with one file for each secret, named after it."""
        return self.folder / "secrets"


@dataclass(frozen=True, slots=True)
class _Issued:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def generate(
    folder: Path,
    now: datetime,
    *,
    client: str = CLIENT,
    secret_names: Sequence[str] = ("master_key",),
) -> Pki:
    """
    Make what is missing in `folder`, and leave alone what is good.

    Certificates are one family, and made anew together once one of them is
    missing or not valid at `now` (aware). A secret that exists is never
    replaced: what it sealed would be lost.
    """
    pki = Pki(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pki.secrets.mkdir(mode=0o700, exist_ok=True)
    if not _good(pki, now):
        _issue_all(pki, now, client)
    for name in secret_names:
        if not (pki.secrets / name).exists():
            _write(pki.secrets / name, secrets.token_hex(_SECRET_BYTES).encode())
    return pki


def _good(pki: Pki, now: datetime) -> bool:
    certificates = (pki.ca, pki.server_cert, pki.client_cert)
    if not all(file.exists() for file in (*certificates, pki.server_key, pki.client_key)):
        return False
    loaded = [x509.load_pem_x509_certificate(file.read_bytes()) for file in certificates]
    return all(one.not_valid_before_utc <= now < one.not_valid_after_utc for one in loaded)


def _issue_all(pki: Pki, now: datetime, client: str) -> None:
    # First to go and last to come: a run that breaks off is begun again.
    pki.ca.unlink(missing_ok=True)
    ca = _authority(now)
    server = _leaf(ca, now, _HOSTS, ExtendedKeyUsageOID.SERVER_AUTH)
    caller = _leaf(
        ca, now, [x509.UniformResourceIdentifier(client)], ExtendedKeyUsageOID.CLIENT_AUTH
    )
    _write(pki.server_key, server.key_pem())
    _write(pki.server_cert, server.pem())
    _write(pki.client_key, caller.key_pem())
    _write(pki.client_cert, caller.pem())
    # Its key is not kept, so that nobody can ever sign another caller with it.
    _write(pki.ca, ca.pem())


def _builder(name: str, now: datetime, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _authority(now: datetime) -> _Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder("Bureau Gateway local CA", now, key)
        .issuer_name(_name("Bureau Gateway local CA"))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return _Issued(builder.sign(key, hashes.SHA256()), key)


def _leaf(
    ca: _Issued,
    now: datetime,
    names: Sequence[x509.GeneralName],
    usage: x509.ObjectIdentifier,
) -> _Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())
    builder = (
        _builder(str(names[0].value)[:_COMMON_NAME], now, key)
        .issuer_name(ca.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer_key, critical=False)
    )
    return _Issued(builder.sign(ca.key, hashes.SHA256()), key)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(file: Path, content: bytes) -> None:
    """Write for nobody but us, and all or nothing."""
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    partial.replace(file)
