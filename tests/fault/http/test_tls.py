"""Who is not who we mean is sent nothing, and an end that nobody signed is no end."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from connectors.errors import Lost, NotSent
from connectors.transport.tls import Tls
from tests.standins import make_kit

from ..http_sending import Sending, answers, wire
from ..wires import Visit, certify, serve
from .cut import Wire, cut

CLOSE_NOTIFY = 24
"""Bytes of the record that ends a direction, by TLS 1.3."""


def trusting(folder: Path) -> ssl.SSLContext:
    return Tls(ca="server.pem").build(make_kit(files=folder))


@pytest.mark.parametrize(
    ("host", "expired", "sends"),
    [("127.0.0.1", False, True), ("127.0.0.2", False, False), ("127.0.0.1", True, False)],
    ids=["good", "another's", "expired"],
)
async def test_only_a_good_certificate_is_sent_to(
    sending: Sending, tmp_path: Path, host: str, expired: bool, sends: bool
) -> None:
    theirs = certify(tmp_path, host=host, expired=expired).server()
    sent = wire("POST", body=b"secret")
    async with (
        serve(answers, theirs) as server,
        sending.to(server.secure_url, context=trusting(tmp_path)) as transport,
    ):
        if sends:
            await transport.send(sent)
        else:
            with pytest.raises(NotSent, match=r"Certificate|CertVerification"):
                await transport.send(sent)

    assert sent.attempt.sent is sends
    assert server.hits == sends


async def test_who_wants_our_certificate_and_gets_none_hears_nothing(
    sending: Sending, tmp_path: Path
) -> None:
    """By TLS 1.3 it says so only after we have written, so that it counts as sent."""
    asking = certify(tmp_path).server()
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.load_verify_locations(tmp_path / "server.pem")
    sent = wire("POST", body=b"secret")
    async with (
        serve(answers, asking) as server,
        sending.to(server.secure_url, context=trusting(tmp_path)) as transport,
    ):
        with pytest.raises((NotSent, Lost)) as caught:
            await transport.send(sent)

    assert sent.attempt.sent is (type(caught.value) is Lost)
    assert server.hits == 0


async def test_an_end_that_is_not_signed_is_no_end_of_an_answer(tmp_path: Path) -> None:
    """Whoever is on the way can close a connection; aiohttp takes that for the bureau's word."""

    async def until_the_end(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"half of it", "Connection: close")

    between = Wire(reset=False)
    async with (
        serve(until_the_end, certify(tmp_path).server()) as server,
        cut(between, server.port),
        Sending("own").to(
            f"https://127.0.0.1:{between.port}", context=trusting(tmp_path)
        ) as transport,
    ):
        whole = await transport.send(wire())
        between.down = between.passed_down - CLOSE_NOTIFY
        with pytest.raises(Lost):
            await transport.send(wire())

    assert whole.body == b"half of it"
    assert between.down == 0
