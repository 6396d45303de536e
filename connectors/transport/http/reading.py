"""Answers, read as their bytes come: llhttp parses, we hold them against our limits."""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Final, NoReturn

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from ...contract import WireReply
from ...errors import Unreadable
from ..inflate import Inflating
from .terms import Terms

HEADERS: Final = 256
"""Of one answer, its trailers too."""

HEADER_BYTES: Final = 64 * 2**10
"""Of one answer, its trailers and the informational ones before it too."""

BARE_BYTES: Final = 2 * HEADER_BYTES
"""How many may come in a row, of heads, chunk extensions and trailers, without one of a body."""

# As plain numbers: what is read of the enumeration is found anew each time.
_FIRST: Final = int(HTTPStatus.CONTINUE)
_SWITCHING: Final = int(HTTPStatus.SWITCHING_PROTOCOLS)
_FINAL: Final = int(HTTPStatus.OK)
_EMPTY: Final = frozenset({int(HTTPStatus.NO_CONTENT), int(HTTPStatus.NOT_MODIFIED)})


class Reading:
    """
    Reads the answers on one connection, one after the other.

    `feed` and `end` give an answer once it is whole, and raise `Unreadable`.
    """

    clean: bool = False
    """Whether the answer ended where it said, and the connection may carry the next request."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._parser = HttpResponseParser(self)
        self.expect(bodiless=False)

    def expect(self, *, bodiless: bool) -> None:
        """Begin with the next answer; one to HEAD is `bodiless`, whatever length it tells."""
        self.clean = False
        self._bodiless = bodiless
        self._reply: WireReply | None = None
        self._fault = ""
        """Why we stopped the parser; empty where it stopped by itself."""
        self._status = 0
        self._pairs: list[tuple[bytes, bytes]] = []
        self._headers: dict[str, str] | None = None
        self._inflating: Inflating | None = None
        self._body: bytes | bytearray = b""
        self._bare = self._head = 0

    def feed(self, data: bytes) -> WireReply | None:
        self._bare += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self.clean = False
            if self._reply is None:
                raise Unreadable(self._terms.bureau, self._fault or "not HTTP") from None
        if self._reply is None and self._bare > BARE_BYTES:
            raise Unreadable(self._terms.bureau, "headers over the cap")
        return self._reply

    def end(self) -> WireReply | None:
        """Take the connection's end as the answer's, where nothing else tells it."""
        headers = self._headers
        if self._reply is not None or headers is None:
            return self._reply
        if "content-length" in headers or "transfer-encoding" in headers:
            return None
        try:
            self._finish()
        except ValueError:
            raise Unreadable(self._terms.bureau, self._fault) from None
        return self._reply

    # What follows is called by the parser, which turns an exception into one of its own.

    def on_message_begin(self) -> None:
        if self._reply is not None:
            self._refuse("more than one answer")
        self._pairs, self._headers = [], None

    def on_header(self, name: bytes, value: bytes) -> None:
        self._pairs.append((name, value))
        self._head += len(name) + len(value)
        if self._head > HEADER_BYTES or len(self._pairs) > HEADERS:
            self._refuse("headers over the cap")

    def on_headers_complete(self) -> None:
        self._status = status = self._parser.get_status_code()
        if status < _FIRST or status == _SWITCHING:
            self._refuse("a status that is none")
        if status < _FINAL:
            return
        self._headers = headers = {_name(name): _text(value) for name, value in self._pairs}
        if "transfer-encoding" in headers:
            self._check_chunked()
        if encoding := headers.get("content-encoding"):
            self._inflating = self._unpacking(encoding)
        if self._bodiless or status in _EMPTY:
            self._finish()
        elif int(headers.get("content-length", 0)) > self._terms.most:
            self._refuse("answer over max_response_size")

    def on_body(self, data: bytes) -> None:
        self._bare = 0
        if self._reply is not None:
            self._refuse("a body that there can not be")
        if self._inflating is not None:
            data = self._inflated(self._inflating, data)
        if len(self._body) + len(data) > self._terms.most:
            self._refuse("answer over max_response_size")
        if not self._body:
            # Mostly it comes at once, and is not copied.
            self._body = data
            return
        if isinstance(self._body, bytes):
            self._body = bytearray(self._body)
        self._body += data

    def on_message_complete(self) -> None:
        if self._status < _FINAL:
            return
        self.clean = self._parser.should_keep_alive()
        if self._reply is None:
            self._finish()

    def _finish(self) -> None:
        if self._inflating is not None:
            try:
                self._inflating.close()
            except ValueError as error:
                self._refuse(str(error))
        self._reply = WireReply(self._status, self._headers or {}, bytes(self._body))
        self._body = b""

    def _check_chunked(self) -> None:
        told = [value for name, value in self._pairs if _name(name) == "transfer-encoding"]
        if len(told) != 1 or told[0].strip().lower() != b"chunked":
            self._refuse("a transfer encoding that was not asked for")

    def _unpacking(self, encoding: str) -> Inflating | None:
        try:
            return self._terms.unpacking(encoding)
        except ValueError as error:
            self._refuse(str(error))

    def _inflated(self, inflating: Inflating, data: bytes) -> bytes:
        try:
            return inflating.feed(data)
        except ValueError as error:
            self._refuse(str(error))

    def _refuse(self, note: str) -> NoReturn:
        self._fault = note
        raise ValueError(note)


@lru_cache(maxsize=1024)
def _name(name: bytes) -> str:
    return name.decode("ascii").lower()


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
