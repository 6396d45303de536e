"""The ports of mutual TLS and of what has expired, and what is read of a request."""

import ssl

import aiohttp
import pytest

from mock_bureaus import MockBureaus
from mock_bureaus.keys.certificates import client_context, server_context
from mock_bureaus.multipart import parts
from tests.mock_bureaus.asking import LOGIN, LOGIN_FORM


async def code(url: str, context: ssl.SSLContext) -> int:
    async with (
        aiohttp.ClientSession(url) as client,
        client.post(LOGIN, data=LOGIN_FORM, ssl=context) as reply,
    ):
        return int((await reply.json())["code"])


async def test_the_same_bureaus_listen_on_several_ports() -> None:
    async with MockBureaus(
        mutual_tls=server_context(), expired_tls=server_context(mutual=False, expired=True)
    ) as bureaus:
        assert await code(bureaus.secure_url, client_context()) == 0
        with pytest.raises(aiohttp.ClientError):
            await code(bureaus.secure_url, client_context(known=False))
        with pytest.raises(aiohttp.ClientConnectorCertificateError, match="expired"):
            await code(bureaus.expired_url, client_context())
        assert bureaus.url.startswith("http://")
        assert len(bureaus.calls) == 1


def test_a_multipart_form_is_read_to_the_byte() -> None:
    file = b"\r\n\x00\xff\n--b\r--b1\r\n\r\n"
    body = (
        b"--b\r\nContent-Disposition: form-data; name=note\r\n\r\nhello\r\n"
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a b.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + file + b"\r\n--b--\r\n"
    )

    assert parts('multipart/form-data; boundary="b"', body) == {
        "note": ("", "text/plain", b"hello"),
        "f": ("a b.pdf", "application/pdf", file),
    }
    assert parts("application/json", body) == {}
    assert parts("multipart/form-data", body) == {}
