"""HTTP/1.1 by aiohttp."""

from __future__ import annotations

from asyncio import CancelledError, current_task
from io import BytesIO
from types import SimpleNamespace
from typing import Final

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
from yarl import URL

from ...contract import Attempt, Wire, WireReply
from ...errors import ConnectorError, Lost, NotSent, Unreadable
from .resolver import Resolver
from .terms import OURS, Terms

LARGE: Final = 2**20
"""Bytes past which aiohttp wants to be given a stream."""


class AiohttpTransport:
    """
    Speaks aiohttp on one side, and our own errors on the other.

    Whatever fails before the attempt is marked as sent is `NotSent`, and
    whatever fails after is `Lost`: the mark decides, not the exception.
    """

    def __init__(self, terms: Terms) -> None:
        """Take wires whose target begins with the address's prefix: it was signed with it."""
        # A private switch, and money hangs on it: without it a GET is bought twice.
        if "_retry_connection" not in ClientSession.ATTRS:
            raise RuntimeError("this aiohttp can not be kept from sending again by itself")
        self._terms = terms
        self._bureau = terms.bureau
        self._open: ClientSession | None = None
        self._closed = False

    async def send(self, wire: Wire) -> WireReply:
        if self._closed:
            raise NotSent(self._bureau, "closed")
        try:
            return await self._send(wire)
        except CancelledError:
            # Who waits for its pool when that is closed is cancelled, though nobody meant him.
            task = current_task()
            if not self._closed or task is None or task.cancelling():
                raise
            raise self._failure(wire.attempt, "closed") from None
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
            URL(self._terms.address.origin + wire.target, encoded=True),
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
        most = self._terms.most
        if (response.content_length or 0) > most:
            raise Unreadable(self._bureau, "answer over max_response_size")
        try:
            inflating = self._terms.unpacking(response.headers.get("Content-Encoding", ""))
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

    def _failure(self, attempt: Attempt, name: str) -> ConnectorError:
        return Lost(self._bureau, name) if attempt.sent else NotSent(self._bureau, name)

    def _headers(self, wire: Wire) -> CIMultiDict[str]:
        headers = CIMultiDict(wire.headers)
        for name, value in self._terms.defaults.items():
            headers.setdefault(name, value)
        return headers

    def _session(self) -> ClientSession:
        """Open on first use, as aiohttp binds a session to the loop that runs then."""
        if self._open is None:
            pool = self._terms.pool
            self._open = ClientSession(
                connector=TCPConnector(
                    limit=pool.max_connections,
                    keepalive_timeout=pool.idle,
                    ssl=self._terms.context or True,
                    resolver=Resolver(self._terms.door),
                    # Each connection goes where its own look-up led, and was checked.
                    use_dns_cache=False,
                ),
                timeout=ClientTimeout(total=None, connect=self._terms.connect_timeout),
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=(*OURS, "Content-Type"),
                trace_configs=[_marking(self._bureau)],
                # A proxy out of the environment would see every person asked about.
                trust_env=False,
            )
            self._open._retry_connection = False  # noqa: SLF001 - see above
        return self._open


def _marking(bureau: str) -> TraceConfig:
    """
    Mark an attempt as sent once it holds a connection.

    aiohttp writes only after one of these two has returned: a new connection
    is complete (TCP, and TLS where there is any), or an old one is taken.
    """

    async def mark(_: ClientSession, context: SimpleNamespace, __: object) -> None:
        context.trace_request_ctx.leave(bureau)

    trace = TraceConfig()
    trace.on_connection_create_end.append(mark)
    trace.on_connection_reuseconn.append(mark)
    return trace
