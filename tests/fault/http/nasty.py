"""Answers of servers that break the rules, and what must become of each: a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from connectors.errors import ConnectorError, Lost, TimedOut, Unreadable

Ended = type[ConnectorError] | bytes
"""How a send ends: with an error, or with a body; `TimedOut` where only a timeout ends it."""

Then = Literal["close", "reset", "half-close", "hold", "again"]
"""What the server does next: `again` writes its last piece for as long as somebody takes it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One server."""

    name: str
    answer: tuple[bytes, ...]
    """Written in as many pieces."""
    then: Then
    own: Ended
    aiohttp: Ended | None = None
    """Where it is laxer, or stricter."""

    def expected(self, engine: str) -> Ended:
        return self.aiohttp if engine == "aiohttp" and self.aiohttp is not None else self.own


# In what follows | is the end of a line: it makes rows that can be read.


def _row(
    name: str,
    answer: bytes | tuple[bytes, ...],
    then: Then,
    own: Ended,
    aiohttp: Ended | None = None,
) -> Row:
    pieces = answer if isinstance(answer, tuple) else (answer,)
    return Row(name, tuple(piece.replace(b"|", b"\r\n") for piece in pieces), then, own, aiohttp)


OK: Final = b"HTTP/1.1 200 OK|"
TE: Final = b"Transfer-Encoding: "
DONE: Final = OK + b"Content-Length: 4||done"
CHUNKED: Final = OK + b"Transfer-Encoding: chunked||"
CLOSED: Final = DONE.replace(b"OK|", b"OK|Connection: close|")
HINT: Final = b"HTTP/1.1 100 Continue|"
EARLY: Final = b"HTTP/1.1 103 Early Hints|Link: </a>|X-A: 1||"
SWITCH: Final = b"HTTP/1.1 101 Switching Protocols|"
OLD: Final = b"HTTP/1.0 200 OK|"
NO_BODY: Final = OK + b"Content-Length: 0|"


def _length(told: bytes) -> bytes:
    return OK + b"Content-Length: " + told + b"||hello"


LENGTHS: Final = (
    _row("longer than the body, closed", _length(b"100"), "close", Lost),
    _row("longer than the body, half-closed", _length(b"100"), "half-close", Lost),
    _row("longer than the body, reset", _length(b"100"), "reset", Lost),
    _row("shorter than the body", _length(b"2"), "hold", b"he", Unreadable),
    _row("none, of a body", _length(b"0"), "hold", b"", Unreadable),
    _row("negative", _length(b"-5"), "hold", Unreadable),
    _row("signed", _length(b"+5"), "hold", Unreadable),
    _row("empty", _length(b""), "hold", Unreadable),
    _row("a word", _length(b"five"), "hold", Unreadable),
    _row("in hex", _length(b"0x5"), "hold", Unreadable),
    _row("with a fraction", _length(b"5.0"), "hold", Unreadable),
    _row("past 64 bits", _length(b"9" * 30), "hold", Unreadable),
    _row("over the cap", _length(b"9" * 12), "hold", Unreadable),
    _row("twice, equal", _length(b"5|Content-Length: 5"), "hold", Unreadable),
    _row("twice, different", _length(b"5|Content-Length: 6"), "hold", Unreadable),
    _row("a list", _length(b"5, 5"), "hold", Unreadable),
    _row("and chunks", _length(b"5|Transfer-Encoding: chunked"), "hold", Unreadable),
    _row("chunks and length", CHUNKED[:-1] + b"Content-Length: 4||0||", "hold", Unreadable),
)  # fmt: skip

CHUNKS: Final = (
    _row("good ones", CHUNKED + b"3|abc|2|de|0||", "hold", b"abcde"),
    _row("no last one, closed", CHUNKED + b"3|abc|", "close", Lost),
    _row("no last one, half-closed", CHUNKED + b"3|abc|", "half-close", Lost),
    _row("no last one, reset", CHUNKED + b"3|abc|", "reset", Lost),
    _row("the last line missing, closed", CHUNKED + b"3|abc|0|", "close", Lost),
    _row("a size that is none", CHUNKED + b"xyz|abc|0||", "hold", Unreadable),
    _row("a negative size", CHUNKED + b"-3|abc|0||", "hold", Unreadable),
    _row("an empty size", CHUNKED + b"|abc|0||", "hold", Unreadable),
    _row("a size past 64 bits", CHUNKED + b"f" * 17 + b"|abc|", "hold", Unreadable),
    _row("a size with a space", CHUNKED + b"3 |abc|0||", "hold", Unreadable, b"abc"),
    _row("more than its size", CHUNKED + b"3|abcd|0||", "hold", Unreadable),
    _row("no line end after it", CHUNKED + b"3|abc0||", "hold", Unreadable),
    _row("less than its size", CHUNKED + b"64|abc|0||", "close", Lost),
    _row("bare line feeds", CHUNKED + b"3\nabc\n0\n\n", "hold", Unreadable),
    _row("an extension", CHUNKED + b"3;a=b|abc|0||", "hold", b"abc"),
    _row("a great extension", CHUNKED + b"3;" + b"a" * 60_000 + b"|abc|0||", "hold", b"abc"),
    _row("an endless extension", (CHUNKED + b"3;a=", b"a" * 4096), "again", Unreadable, TimedOut),
    _row("trailers", CHUNKED + b"3|abc|0|X-Sum: 1||", "hold", b"abc"),
    _row("endless trailers", (CHUNKED + b"3|abc|0|", b"X-Sum: 1|" * 64), "again", Unreadable, Lost),
    _row("an endless trailer", (CHUNKED + b"0|X: ", b"a" * 4096), "again", Unreadable, TimedOut),
    _row("chunks twice", OK + TE + b"chunked|" + TE + b"chunked||0||", "hold", Unreadable, b""),
    _row("chunks of gzip", OK + TE + b"gzip, chunked||3|abc|0||", "hold", Unreadable, b"abc"),
    _row("gzip without chunks", OK + TE + b"gzip||abc", "close", Unreadable, b"abc"),
    _row("a coding that is none", OK + TE + b"xchunked||abc", "close", Unreadable, b"abc"),
)  # fmt: skip

INFORMATIONAL: Final = (
    _row("100", HINT + b"|" + DONE, "hold", b"done"),
    _row("100 by itself", (HINT + b"|", DONE), "hold", b"done"),
    _row("several, with headers", (EARLY * 3, HINT + b"|", DONE), "hold", b"done"),
    _row("100 with a length", HINT + b"Content-Length: 4||" + DONE, "hold", b"done"),
    _row("100 with a body", HINT + b"Content-Length: 4||body" + DONE, "hold", Unreadable),
    _row("100 that closes", HINT + b"Connection: close||" + DONE, "hold", Unreadable),
    _row("100 and no more", HINT + b"|", "close", Lost),
    _row("100 without an end", (HINT + b"|",) * 2, "again", Unreadable, TimedOut),
    _row("101 without an upgrade", SWITCH + b"|", "hold", Unreadable, b""),
    _row("101", SWITCH + b"Connection: upgrade|Upgrade: websocket||", "hold", Unreadable, b""),
)  # fmt: skip

STATUS_LINES: Final = (
    _row("another protocol", b"SSH-2.0-OpenSSH_9.9||", "hold", Unreadable),
    _row("a page alone", b"<html>busy</html>||", "hold", Unreadable),
    _row("TLS", b"\x15\x03\x01\x00\x02\x02\x46", "close", Unreadable),
    _row("zeros", b"\0" * 64, "hold", Unreadable),
    _row("no number", b"HTTP/1.1 OK|Content-Length: 0||", "hold", Unreadable),
    _row("two digits", b"HTTP/1.1 20 OK|Content-Length: 0||", "hold", Unreadable),
    _row("four digits", b"HTTP/1.1 2000 OK|Content-Length: 0||", "hold", Unreadable),
    _row("below 100", b"HTTP/1.1 099 Low|Content-Length: 0||", "hold", Unreadable, b""),
    _row("a version that is none", b"HTTP/3.7 200 OK|Content-Length: 0||", "hold", Unreadable),
    _row("no version", b"HTTP 200 OK|Content-Length: 0||", "hold", Unreadable),
    _row("no reason", b"HTTP/1.1 200|Content-Length: 4||done", "hold", b"done"),
    _row("empty lines before it", b"||" + DONE, "hold", b"done"),
    _row("zero in the reason", b"HTTP/1.1 200 O\0K|Content-Length: 0||", "hold", b""),
    _row("an endless reason", (b"HTTP/1.1 200 O", b"K" * 4096), "again", Unreadable),
)  # fmt: skip

HEADERS: Final = (
    _row("zero in a value", NO_BODY + b"X-A: a\0b||", "hold", Unreadable),
    _row("zero in a name", NO_BODY + b"X\0A: a||", "hold", Unreadable),
    _row("a value over two lines", NO_BODY + b"X-A: a| b||", "hold", Unreadable, b""),
    _row("a space before the colon", NO_BODY + b"X-A : a||", "hold", Unreadable),
    _row("no colon", NO_BODY + b"X-A||", "hold", Unreadable),
    _row("no name", NO_BODY + b": a||", "hold", Unreadable),
    _row("bare line feeds", DONE.replace(b"|", b"\n"), "hold", Unreadable, b"done"),
    _row("a bare carriage return", NO_BODY + b"X-A: a\rX-B: b||", "hold", Unreadable),
    _row("beyond ASCII", OK + "X-A: 测试|Content-Length: 4||done".encode(), "hold", b"done"),
    _row("too many", NO_BODY + b"X-A: a|" * 300 + b"|", "hold", Unreadable),
    _row("too long", NO_BODY + b"X-A: " + b"a" * 2**17 + b"||", "hold", Unreadable),
    _row("without an end", (OK, b"X-A: a|" * 64), "again", Unreadable),
    _row("a value without an end", (OK + b"X-A: ", b"a" * 4096), "again", Unreadable),
    _row("a name without an end", (OK, b"a" * 4096), "again", Unreadable),
    _row("broken off, closed", OK + b"Content-Le", "close", Lost),
    _row("broken off, reset", OK + b"Content-Le", "reset", Lost),
    _row("byte by byte", tuple(bytes([byte]) for byte in DONE), "hold", b"done"),
)  # fmt: skip

ENDS: Final = (
    _row("nothing, closed", b"", "close", Lost),
    _row("nothing, half-closed", b"", "half-close", Lost),
    _row("nothing, reset", b"", "reset", Lost),
    _row("an answer, closed", DONE, "close", b"done"),
    _row("an answer, half-closed", DONE, "half-close", b"done"),
    _row("the end is the end, closed", OK + b"|done", "close", b"done"),
    _row("the end is the end, half-closed", OK + b"|done", "half-close", b"done"),
    _row("the end is a reset", OK + b"|done", "reset", Lost, b"done"),
    _row("1.0, closed", OLD + b"|done", "close", b"done"),
    _row("1.0 with a length", OLD + b"Content-Length: 4||done", "hold", b"done"),
    _row("1.0 and kept", OLD + b"Connection: keep-alive|Content-Length: 4||done", "hold", b"done"),
    _row("said to close and held", CLOSED, "hold", b"done"),
    _row("said to close and closed", CLOSED, "close", b"done"),
    _row("204 with a length", b"HTTP/1.1 204 No|Content-Length: 4||", "hold", b""),
    _row("204 with a body", b"HTTP/1.1 204 No|Content-Length: 4||fake", "hold", b"", Unreadable),
    _row("204 with chunks", b"HTTP/1.1 204 No|Transfer-Encoding: chunked||", "hold", b""),
    _row("304 with a length", b"HTTP/1.1 304 X|Content-Length: 9999999||", "hold", b"", Unreadable),
    _row("another answer after it", DONE + DONE.replace(b"done", b"fake"), "hold", b"done"),
    _row("garbage after it", DONE + b"\0\0\0\0", "hold", b"done", Unreadable),
    _row("an empty line after it", DONE + b"|", "hold", b"done"),
    _row("a letter after it", DONE + b"H", "hold", b"done"),
)  # fmt: skip

TABLE: Final = {
    f"{about}: {row.name}": row
    for about, rows in {
        "length": LENGTHS,
        "chunks": CHUNKS,
        "1xx": INFORMATIONAL,
        "status line": STATUS_LINES,
        "headers": HEADERS,
        "end": ENDS,
    }.items()
    for row in rows
}
