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
from .address import Address, read_address
from .egress import Allowed, Door
from .inflate import Inflating
from .resolver import Resolver

PORTS: Final = {"http": 80, "https": 443}

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
    """Of an answer, unpacked."""
    compression: Literal["gzip"] | None = None
    """Whether answers may be compressed; gzip lets deflate in too."""
    charset: Charset = "utf-8"
    """Of our messages; an answer's is its codec's."""

    def build(
        self,
        _kit: Kit,
        bureau: str,
        address: Address | str,
        context: ssl.SSLContext | None = None,
        allowed: Allowed | None = None,
    ) -> Transport:
        """`context` None is the system's trust, which is enough where there is no `tls:`."""
        # A private switch, and money hangs on it: without it a GET is bought twice.
        if "_retry_connection" not in ClientSession.ATTRS:
            raise RuntimeError("this aiohttp can not be kept from sending again by itself")
        where = read_address(address, PORTS) if isinstance(address, str) else address
        if context is not None and where.scheme == "http":
            raise ConfigError("goes with https://", ("tls",))
        door = Door(bureau, allowed or Allowed.only(where.host))
        return HttpTransport(self, where, door, context)


class HttpTransport:
    """
    Speaks aiohttp on one side, and our own errors on the other.

    Whatever fails before the attempt is marked as sent is `NotSent`, and
    whatever fails after is `Lost`: the mark decides, not the exception.
    """

    def __init__(
        self, config: Http, address: Address, door: Door, context: ssl.SSLContext | None
    ) -> None:
        """Take wires whose target begins with the address's prefix: it was signed with it."""
        self._config = config
        self._bureau = door.bureau
        self._address = address
        self._door = door
        self._context = context
        self._open: ClientSession | None = None
        self._closed = False

    async def send(self, wire: Wire) -> WireReply:
        if self._closed:
            raise NotSent(self._bureau, "closed")
        try:
            return await self._send(wire)
        except ClientResponseError:
            raise Unreadable(self._bureau, "not HTTP") from None
        except (ClientError, OSError) as error:
            # Their texts quote the URL, and with it whom we ask about: the name is all we keep.
            raise self._failure(wire.attempt, type(error).__name__) from None

    async def aclose(self) -> None:
        self._closed = True
        if self._open is not None:
            await self._open.close()

    async def _send(self, wire: Wire) -> WireReply:
        response = await self._session().request(
            wire.method,
            URL(self._address.origin + wire.target, encoded=True),
            data=BytesIO(wire.body) if len(wire.body) > LARGE else wire.body or None,
            headers=self._headers(wire),
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
        try:
            inflating = self._inflating(response)
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += inflating.feed(chunk) if inflating else chunk
                if len(body) > most:
                    raise Unreadable(self._bureau, "answer over max_response_size")
            if inflating:
                inflating.close()
        except ValueError as error:
            raise Unreadable(self._bureau, str(error)) from None
        return bytes(body)

    def _inflating(self, response: ClientResponse) -> Inflating | None:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding in {"", "identity"}:
            return None
        asked = encoding if self._config.compression else ""
        return Inflating(asked, self._config.max_response_size)

    def _failure(self, attempt: Attempt, name: str) -> ConnectorError:
        return Lost(self._bureau, name) if attempt.sent else NotSent(self._bureau, name)

    def _headers(self, wire: Wire) -> CIMultiDict[str]:
        headers = CIMultiDict(wire.headers)
        if self._config.compression:
            headers.setdefault("Accept-Encoding", "gzip, deflate")
        for name, value in OURS.items():
            headers.setdefault(name, value)
        return headers

    def _session(self) -> ClientSession:
        """Open on first use, as aiohttp binds a session to the loop that runs then."""
        if self._open is None:
            pool = self._config.pool
            self._open = ClientSession(
                connector=TCPConnector(
                    limit=pool.max_connections,
                    keepalive_timeout=pool.idle,
                    ssl=self._context or True,
                    resolver=Resolver(self._door),
                    # Each connection goes where its own look-up led, and was checked.
                    use_dns_cache=False,
                ),
                timeout=ClientTimeout(total=None, connect=self._config.connect_timeout),
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=(*OURS, "Content-Type"),
                trace_configs=[_marking()],
                # A proxy out of the environment would see every person asked about.
                trust_env=False,
            )
            self._open._retry_connection = False  # noqa: SLF001 - see `Http.build`
        return self._open


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
