"""What the HTTP transport writes and reads, byte by byte, and by which certificates."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from connectors.contract import Attempt, Wire, WireReply
from connectors.faults import ConfigError
from connectors.transport.http import Http
from connectors.transport.tls import Tls
from tests.standins import make_kit

from ..http_sending import Sending, answers, wire
from ..wires import Visit, certify, serve


async def test_the_bytes_sent_are_the_bytes_signed(sending: Sending) -> None:
    """Nothing is quoted again, sorted, or added but what every request carries."""
    target = "/prefix/a%2fb/%E6%B5%8B?b=%7e1&a=x+y%20z&empty="
    headers = (("X-b", "2"), ("x-A", "1"), ("Content-Type", "text/plain"))
    sent = Wire(Attempt(), "POST", target, headers, b"body")
    async with serve(answers) as server, sending.to(f"{server.url}/prefix/") as transport:
        await transport.send(sent)

    assert server.visits[0].requests[0].split(b"\r\n") == [
        b"POST " + target.encode() + b" HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}".encode(),
        b"X-b: 2",
        b"x-A: 1",
        b"Content-Type: text/plain",
        b"User-Agent: bureau-gateway",
        b"Accept: */*",
        b"Accept-Encoding: identity",
        b"Content-Length: 4",
        b"",
        b"body",
    ]


async def test_nothing_is_remembered(sending: Sending) -> None:
    """A cookie of one person's call is not the next one's."""

    async def sets_a_cookie(visit: Visit) -> None:
        while True:
            await visit.request()
            await visit.answer(b"{}", "Set-Cookie: a=1", "Content-Length: 2")

    async with serve(sets_a_cookie) as server, sending.to(server.url) as transport:
        for _ in range(2):
            await transport.send(wire())

    assert b"ookie" not in server.visits[0].requests[1]


async def test_a_large_body_arrives_whole(sending: Sending) -> None:
    body = bytes(range(256)) * 2**13
    async with serve(answers) as server, sending.to(server.url) as transport:
        await transport.send(wire("POST", body=body))

    assert server.visits[0].requests[0].endswith(b"\r\n\r\n" + body)


async def test_of_a_repeated_header_the_last_is_kept(sending: Sending) -> None:
    async def repeats(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"", "X-Id: 1", "x-ID: 2", "Content-Length: 0")

    async with serve(repeats) as server, sending.to(server.url) as transport:
        reply = await transport.send(wire())

    assert reply == WireReply(200, {"x-id": "2", "content-length": "0"}, b"")


async def test_an_error_quotes_nothing_that_was_asked(sending: Sending) -> None:
    async def closes(visit: Visit) -> None:
        visit.reset()

    async with serve(closes) as server:
        error = await sending.failure(server, wire(target="/person?id=11010519491231002X"))

    assert "11010519491231002X" not in f"{error} {error.args!r} {error.__cause__!r}"


@pytest.mark.parametrize(
    "url",
    ["bureau.example", "ftp://bureau.example", "https://", "https://me:pw@bureau.example",
     "https://bureau.example/?a=1", "https://bureau.example/#a", "http://[::1"],
)  # fmt: skip
def test_a_base_url_is_a_plain_one(url: str) -> None:
    with pytest.raises(ConfigError):
        Http().build(make_kit(), "acme", url)


@pytest.mark.parametrize(
    ("tls", "place"),
    [
        ({"ca": "missing.pem"}, "ca"),
        ({"ca": "empty.pem"}, "ca"),
        ({"ca": "../outside.pem"}, "ca"),
        ({"client_cert": "missing.pem"}, "client_cert"),
        ({"client_cert": "server.pem", "client_key": "missing.key"}, "client_key"),
        ({"client_cert": "server.pem", "client_key": "other.key"}, "client_cert"),
        ({"client_cert": "server.pem"}, "client_cert"),
    ],
)
def test_a_certificate_that_can_not_be_used_is_told_at_load(
    tmp_path: Path, tls: dict[str, str], place: str
) -> None:
    (tmp_path / "empty.pem").touch()
    certify(tmp_path)
    certify(tmp_path, "other")

    with pytest.raises(ConfigError) as caught:
        Tls(**tls).build(make_kit(files=tmp_path))
    assert caught.value.findings[0].at == (place,)


async def test_we_are_known_by_our_certificate(sending: Sending, tmp_path: Path) -> None:
    ours, theirs = certify(tmp_path, "ours"), certify(tmp_path, "theirs")
    asking = theirs.server()
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.load_verify_locations(ours.certificate)
    tls = Tls(ca="theirs.pem", client_cert="ours.pem", client_key="ours.key")
    context = tls.build(make_kit(files=tmp_path))
    async with (
        serve(answers, asking) as server,
        sending.to(server.secure_url, context=context) as transport,
    ):
        reply = await transport.send(wire())

    assert reply.status == 200


async def test_a_certificate_that_we_trust_is_answered(sending: Sending, tmp_path: Path) -> None:
    certificates = certify(tmp_path)
    context = Tls(ca=certificates.certificate.name).build(make_kit(files=tmp_path))
    async with (
        serve(answers, certificates.server()) as server,
        sending.to(server.secure_url, context=context) as transport,
    ):
        reply = await transport.send(wire())

    assert reply.body == b"{}"


async def test_a_redirect_is_an_answer(sending: Sending) -> None:
    async def redirects(visit: Visit) -> None:
        while True:
            await visit.request()
            await visit.answer(b"", "Location: /elsewhere", "Content-Length: 0", status="302 Found")

    async with serve(redirects) as server, sending.to(server.url) as transport:
        reply = await transport.send(wire())

    assert (reply.status, reply.headers["location"]) == (302, "/elsewhere")
    assert server.hits == 1
