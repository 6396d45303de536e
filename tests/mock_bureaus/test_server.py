"""The server as a whole: addresses, credentials, TLS, and who the persons are."""

import asyncio
import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mock_bureaus import PEOPLE, Credentials, MockBureaus, Person, serve
from tests.mock_bureaus.asking import FRAUD, LOGIN, LOGIN_FORM

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a self-signed certificate for loopback, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mock bureaus")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start - dt.timedelta(days=3650))
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "bureau.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


CHINESE = {number: person for number, person in PEOPLE.items() if len(number) == 18}


@pytest.mark.parametrize("person", CHINESE.values(), ids=CHINESE)
def test_every_chinese_person_has_a_valid_number(person: Person) -> None:
    number = person.id_number
    total = sum(int(d) * w for d, w in zip(number[:17], WEIGHTS, strict=True))

    assert number[-1] == "10X98765432"[total % 11]
    assert number[6:14] == person.birthday.replace("-", "")


async def test_a_wrong_address_is_on_the_log(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    async with client.get(FRAUD) as reply:
        assert reply.status == 404
    async with client.post("/fraud/apply/v5") as reply:
        assert await reply.text() == '{"error":"no bureau at this address"}'
    assert [(call.bureau, call.method, call.path) for call in bureaus.calls] == [
        ("", "GET", "/fraud/apply/v4"),
        ("", "POST", "/fraud/apply/v5"),
    ]


async def test_credentials_are_ours_to_choose() -> None:
    credentials = Credentials(lending_password="generated")
    async with (
        MockBureaus(credentials=credentials) as bureaus,
        aiohttp.ClientSession(bureaus.url) as client,
    ):
        async with client.post(LOGIN, data=LOGIN_FORM) as reply:
            assert (await reply.json())["code"] == 100006
        form = LOGIN_FORM | {"password": "generated"}
        async with client.post(LOGIN, data=form) as reply:
            assert (await reply.json())["code"] == 0


async def test_two_sets_of_bureaus_do_not_meet(bureaus: MockBureaus) -> None:
    async with MockBureaus() as others, aiohttp.ClientSession() as client:
        await client.post(f"{others.url}{LOGIN}", data=LOGIN_FORM)

        assert others.url != bureaus.url
        assert (len(others.calls), len(bureaus.calls)) == (1, 0)


async def test_speaks_mutual_tls(certificate: Path) -> None:
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_cert_chain(certificate)
    stranger = ssl.create_default_context(cafile=certificate)
    friend = ssl.create_default_context(cafile=certificate)
    friend.load_cert_chain(certificate)
    async with (
        MockBureaus(tls=server) as bureaus,
        aiohttp.ClientSession(bureaus.url) as client,
    ):
        assert bureaus.url.startswith("https://127.0.0.1:")
        async with client.post(LOGIN, data=LOGIN_FORM, ssl=friend) as reply:
            assert (await reply.json())["code"] == 0
    async with (
        MockBureaus(tls=server) as bureaus,
        aiohttp.ClientSession(bureaus.url) as client,
    ):
        with pytest.raises(aiohttp.ClientError):
            await client.post(LOGIN, data=LOGIN_FORM, ssl=stranger)
        assert bureaus.calls == []


async def test_serve_tells_where_it_is_and_ends_when_cancelled() -> None:
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve(MockBureaus(), lambda bureaus: started.set_result(bureaus.url))
    )
    url = await asyncio.wait_for(started, 5)
    async with aiohttp.ClientSession() as client:
        async with client.post(f"{url}{LOGIN}", data=LOGIN_FORM) as reply:
            assert reply.status == 200
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.post(f"{url}{LOGIN}", data=LOGIN_FORM)
