"""Servers that do exactly one wrong thing, byte by byte."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Play = Callable[["Visit"], Awaitable[None]]


@dataclass
class Visit:
    """One connection that came in."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[bytes] = field(default_factory=list)

    async def request(self) -> bytes:
        """Read one request: its head, and the body that it announces."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        body = b""
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                body = await self.reader.readexactly(int(line.split(b":")[1]))
        self.requests.append(head + body)
        return head + body

    async def answer(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        lines = (f"HTTP/1.1 {status}", *(headers or (f"Content-Length: {len(body)}",)))
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await self.writer.drain()

    async def hung_up(self) -> None:
        """Wait until the other side has closed."""
        try:
            while await self.reader.read(1024):
                pass
        except ConnectionError:
            pass
        self.closed.set()

    def reset(self) -> None:
        """Close as a broken machine does: with RST, whatever was read and written."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


@dataclass
class Server:
    """A server of one play."""

    port: int
    visits: list[Visit]
    arrived: asyncio.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def secure_url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def hits(self) -> int:
        return sum(len(visit.requests) for visit in self.visits)


@asynccontextmanager
async def serve(play: Play, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    visits: list[Visit] = []
    arrived = asyncio.Event()

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = Visit(reader, writer, len(visits))
        visits.append(visit)
        arrived.set()
        try:
            await play(visit)
        except (ConnectionError, asyncio.IncompleteReadError):
            visit.closed.set()
        finally:
            writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0, ssl=context)
    try:
        yield Server(server.sockets[0].getsockname()[1], visits, arrived)
    finally:
        server.close()
        for visit in visits:
            visit.writer.transport.abort()
        await server.wait_closed()


@dataclass(frozen=True)
class Certificates:
    """A certificate, for 127.0.0.1 unless told otherwise, that is its own authority."""

    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def certify(
    folder: Path, name: str = "server", *, host: str = "127.0.0.1", expired: bool = False
) -> Certificates:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    ends = now + timedelta(days=-1 if expired else 1)
    is_address = host.replace(".", "").isdigit()
    named = x509.IPAddress(IPv4Address(host)) if is_address else x509.DNSName(host)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificates(folder / f"{name}.pem", folder / f"{name}.key")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return made
