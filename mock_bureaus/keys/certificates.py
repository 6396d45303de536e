"""A certificate authority of the mocks' own: for mutual TLS, and for what has expired."""

import datetime as dt
import ipaddress
import ssl
import tempfile
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from . import ec_key, private_pem

BEGINNING = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
FAR_AWAY = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)

_AUTHORITY = "mock bureaus' authority"
_HOSTS = [
    x509.DNSName("localhost"),
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
]


def authority_pem() -> str:
    """Give what a client trusts."""
    return _issued(_AUTHORITY, FAR_AWAY)


def client_certificate_pem() -> str:
    """Give what a client shows on the listener of mutual TLS."""
    return _issued("mock bureaus' client", FAR_AWAY)


def client_key_pem() -> str:
    return private_pem(ec_key("mock bureaus' client"))


@cache
def server_context(*, mutual: bool = True, expired: bool = False) -> ssl.SSLContext:
    """Make a listener's context; an expired one shows a certificate of 2020."""
    name = "mock bureaus, expired" if expired else "mock bureaus"
    certificate = _issued(name, LONG_AGO if expired else FAR_AWAY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, certificate, private_pem(ec_key(name)))
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority_pem())
    return context


def client_context(*, known: bool = True) -> ssl.SSLContext:
    """Make the context of a client that trusts us, and that we know."""
    context = ssl.create_default_context(cadata=authority_pem())
    if known:
        _load(context, client_certificate_pem(), client_key_pem())
    return context


def write_client_files(folder: Path) -> Path:
    """Write `ca.pem`, `client.pem` and `client.key`, for a client that reads files."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "ca.pem").write_text(authority_pem(), encoding="ascii")
    (folder / "client.pem").write_text(client_certificate_pem(), encoding="ascii")
    (folder / "client.key").touch(mode=0o600)
    (folder / "client.key").write_text(client_key_pem(), encoding="ascii")
    return folder


def _load(context: ssl.SSLContext, certificate: str, key: str) -> None:
    # The standard library takes a certificate's key from files only.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chain.pem"
        file.touch(mode=0o600)
        file.write_text(key + certificate, encoding="ascii")
        context.load_cert_chain(file)


@cache
def _issued(name: str, until: dt.datetime) -> str:
    own = ec_key(name).public_key()
    issuer = ec_key(_AUTHORITY)
    is_authority = name == _AUTHORITY
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(_AUTHORITY))
        .public_key(own)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINNING)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        # Python 3.13 verifies strictly: an authority says what its key is for.
        .add_extension(_usage(signs=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()),
            critical=False,
        )
    )
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName(_HOSTS), critical=False)
    return builder.sign(issuer, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
