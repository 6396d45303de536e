"""The address at which bureaus call back: taken early, and answered at last."""

from __future__ import annotations

import socket
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.faults import ConfigError
from connectors.job import Jobs
from connectors.shape.callback import CallbackReading
from connectors.shape.work import Work

from ..config.settings import Settings
from ..security.tls import Tls
from ..telemetry.log import Log
from .listener import Desk, Listener, bound


@dataclass(slots=True)
class Doorbell:
    """Nothing rings where no address is configured."""

    url: str
    _listening: socket.socket | None
    _tls: Tls | None
    _listener: Listener | None = field(default=None)

    @classmethod
    def at(cls, settings: Settings, tls: Tls | None) -> Doorbell:
        """Take the address. Raises `ConfigError` where somebody else has it."""
        address = settings.listen.callbacks
        if address is None:
            return cls("", None, None)
        try:
            listening = bound(address)
        except OSError as error:
            message = f"{address} can not be listened on: {error.strerror}"
            raise ConfigError(message, ("listen", "callbacks")) from None
        host = address.rpartition(":")[0]
        scheme = "http" if tls is None else "https"
        own = f"{scheme}://{host}:{listening.getsockname()[1]}"
        return cls((settings.callback_url or own).rstrip("/"), listening, tls)

    async def open(
        self,
        readings: Mapping[str, CallbackReading],
        work: Mapping[str, Work],
        jobs: Jobs,
        log: Log,
    ) -> None:
        """Let bureaus call."""
        if self._listening is None:
            return
        desks = {
            name: Desk(reading, work[name].called_back)
            for name, reading in readings.items()
            if name in work
        }
        self._listener = Listener(
            desks, jobs, lambda name, ended: log.event("called_back", connector=name, ended=ended)
        )
        await self._listener.start(self._listening, _context(self._tls))

    async def aclose(self) -> None:
        if self._listener is not None:
            await self._listener.aclose()
        if self._listening is not None:
            self._listening.close()


def _context(tls: Tls | None) -> ssl.SSLContext | None:
    if tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL reads from files alone.
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder, "cert.pem"), Path(folder, "key.pem")
        certificate.write_bytes(tls.certificate)
        key.touch(mode=0o600)
        key.write_bytes(tls.key)
        context.load_cert_chain(certificate, key)
    return context
