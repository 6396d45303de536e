"""TLS: which version, who the bureau proves to be, for how long, and whether it takes us."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

from connectors.faults import ConfigError

from .finding import Told, failed, fine, skipped, warned
from .network import hung_up, in_time
from .patient import PATIENCE, Patient

SOON = 30
"""Days before its end at which a certificate should have been renewed."""

_OBJECTION = 0.5
"""Seconds in which a bureau says that it does not take us: in TLS 1.3 that comes afterwards."""
_DAY = 86_400.0


async def tls(patient: Patient) -> Told:
    """Shake hands, and tell of the bureau's certificate."""
    if not patient.is_secure:
        return skipped("base_url says that there is none: nobody else should be on the way")
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        _, writer = await _connected(patient)
    except ConfigError as error:
        return failed(str(error), "correct the files under tls in the bureau's file")
    except ssl.SSLCertVerificationError as error:
        return failed(f"not who we want: {error.verify_message}", _about(error))
    except (OSError, TimeoutError) as error:
        return failed(f"no handshake: {type(error).__name__}", "check scheme and port of base_url")
    seconds = loop.time() - begun
    handshake = writer.get_extra_info("ssl_object")
    certificate = handshake.getpeercert()
    days = (ssl.cert_time_to_seconds(certificate["notAfter"]) - _now(patient)) / _DAY
    said = (
        f"{handshake.version()}, {handshake.cipher()[0]}; proved to be {_names(certificate)}"
        f" for {days:.0f} days more"
    )
    await hung_up(writer)
    if days < SOON:
        return warned(said, "ask the bureau when its new certificate comes, and from whom")
    return in_time(patient, seconds, said)


async def client_certificate(patient: Patient) -> Told:
    """Wait a moment after the handshake for an objection."""
    if not patient.is_secure:
        return skipped("there is no TLS")
    given = patient.spec.tls is not None and patient.spec.tls.client_cert is not None
    reader, writer = await _connected(patient)
    objection = ""
    try:
        async with asyncio.timeout(_OBJECTION):
            # Nobody speaks before he is asked: what comes is an objection, or the end.
            objection = "it hung up" if await reader.read(1) == b"" else ""
    except TimeoutError:
        pass
    except ssl.SSLError as error:
        objection = (error.reason or "an alert").lower().replace("_", " ")
    except OSError as error:
        objection = type(error).__name__
    finally:
        await hung_up(writer)
    if not objection:
        return fine("ours is accepted") if given else skipped("the bureau's file names none")
    todo = "have the bureau enter our certificate" if given else "set tls.client_cert"
    return failed(f"after the handshake: {objection}", f"{todo}, or ask whether it has expired")


async def _connected(patient: Patient) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address, context = patient.address, patient.context()
    async with asyncio.timeout(PATIENCE):
        return await asyncio.open_connection(
            patient.addresses[0], address.port, ssl=context, server_hostname=address.host
        )


def _about(error: ssl.SSLCertVerificationError) -> str:
    words = error.verify_message
    if "expired" in words:
        return "the bureau must renew its certificate; and look at this machine's clock"
    if "mismatch" in words or "not valid for" in words:
        return "base_url must have the name that the certificate is for"
    return "put the authority that signs for the bureau into tls.ca, if the bureau confirms it"


def _names(certificate: Mapping[str, Any]) -> str:
    names = [value for kind, value in certificate.get("subjectAltName", ()) if kind != "URI"]
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")  # noqa: PLR2004 - a line's worth


def _now(patient: Patient) -> float:
    return patient.kit.clock.utc().timestamp()
