"""Carries messages over HTTP/1.1."""

from __future__ import annotations

import ssl
from io import BytesIO
from types import SimpleNamespace
from typing import Final, Literal

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    TraceConfig,
)
from multidict import CIMultiDict
from pydantic import Field
from yarl import URL

from ..codec.charset import Charset
from ..contract import Attempt, Transport, Wire, WireReply
from ..errors import ConnectorError, Lost, NotSent, Unreadable
from ..faults import ConfigError
from ..kit import Kit, Strict
from ..units import Bytes, Seconds

OURS: Final = {"User-Agent": "bureau-gateway", "Accept": "*/*", "Accept-Encoding": "identity"}
"""Headers of every request that does not bring its own; `identity` as a small body stays small."""

LARGE: Final = 2**20
"""Bytes past which aiohttp wants to be given a stream."""


class Pool(Strict):
    """The connections kept to one bureau."""

    max_connections: int = Field(default=60, ge=1)
    idle: Seconds = 20.0
    """Below the bureau's own: a connection that it closes under a request is an answer lost."""


class Http(Strict):
    """HTTP/1.1 or HTTPS, one request for one send."""

    kind: Literal["http"] = "http"
    connect_timeout: Seconds = 1.0
    """From wanting a connection to having one: waiting for the pool, DNS, TCP and TLS."""
    pool: Pool = Pool()
    max_response_size: Bytes = 2 * 2**20
    charset: Charset = "utf-8"

    def build(
        self, _kit: Kit, bureau: str, base_url: str, context: ssl.SSLContext | None = None
    ) -> Transport:
        """`context` None is the system's trust, which is enough where there is no `tls:`."""
        # A private switch, and money hangs on it: without it a GET is bought twice.
        if "_retry_connection" not in ClientSession.ATTRS:
            raise RuntimeError("this aiohttp can not be kept from sending again by itself")
        return HttpTransport(self, bureau, check_base_url(base_url), context)


def check_base_url(text: str) -> str:
    """Give the URL before which every path is put, without a slash at its end."""
    try:
        url = URL(text, encoded=True)
    except ValueError:
        raise ConfigError("base_url: is no URL", ("base_url",)) from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigError("base_url: starts with http:// or https:// and a host", ("base_url",))
    if url.user or url.password or "?" in text or "#" in text:
        message = "base_url: has no user, password, query or fragment"
        raise ConfigError(message, ("base_url",))
    return text.rstrip("/")


class HttpTransport:
    """
    Speaks aiohttp on one side, and our own errors on the other.

    Whatever fails before the attempt is marked as sent is `NotSent`, and
    whatever fails after is `Lost`: the mark decides, not the exception.
    """

    def __init__(
        self, config: Http, bureau: str, base_url: str, context: ssl.SSLContext | None
    ) -> None:
        self._config = config
        self._bureau = bureau
        self._base_url = base_url
        self._context = context
        self._open: ClientSession | None = None

    async def send(self, wire: Wire) -> WireReply:
        try:
            return await self._send(wire)
        except ClientResponseError:
            raise Unreadable(self._bureau, "not HTTP") from None
        except (ClientError, OSError) as error:
            # Their texts quote the URL, and with it whom we ask about: the name is all we keep.
            raise self._failure(wire.attempt, type(error).__name__) from None

    async def aclose(self) -> None:
        if self._open is not None:
            await self._open.close()

    async def _send(self, wire: Wire) -> WireReply:
        response = await self._session().request(
            wire.method,
            URL(self._base_url + wire.target, encoded=True),
            data=BytesIO(wire.body) if len(wire.body) > LARGE else wire.body or None,
            headers=_headers(wire),
            allow_redirects=False,
            trace_request_ctx=wire.attempt,
        )
        try:
            body = await self._read(response)
        except BaseException:
            # Half an answer must not be the beginning of the next one.
            response.close()
            raise
        response.release()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return WireReply(response.status, headers, body)

    async def _read(self, response: ClientResponse) -> bytes:
        most = self._config.max_response_size
        if (response.content_length or 0) > most:
            raise Unreadable(self._bureau, "answer over max_response_size")
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > most:
                raise Unreadable(self._bureau, "answer over max_response_size")
        return bytes(body)

    def _failure(self, attempt: Attempt, name: str) -> ConnectorError:
        return Lost(self._bureau, name) if attempt.sent else NotSent(self._bureau, name)

    def _session(self) -> ClientSession:
        """Open on first use, as aiohttp binds a session to the loop that runs then."""
        if self._open is None:
            pool = self._config.pool
            self._open = ClientSession(
                connector=TCPConnector(
                    limit=pool.max_connections,
                    keepalive_timeout=pool.idle,
                    ssl=self._context or True,
                ),
                timeout=ClientTimeout(total=None, connect=self._config.connect_timeout),
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=(*OURS, "Content-Type"),
                trace_configs=[_marking()],
            )
            self._open._retry_connection = False  # noqa: SLF001 - see `Http.build`
        return self._open


def _headers(wire: Wire) -> CIMultiDict[str]:
    headers = CIMultiDict(wire.headers)
    for name, value in OURS.items():
        headers.setdefault(name, value)
    return headers


def _marking() -> TraceConfig:
    """
    Mark an attempt as sent once it holds a connection.

    aiohttp writes only after one of these two has returned: a new connection
    is complete (TCP, and TLS where there is any), or an old one is taken.
    """

    async def mark(_: ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.sent = True

    trace = TraceConfig()
    trace.on_connection_create_end.append(mark)
    trace.on_connection_reuseconn.append(mark)
    return trace
