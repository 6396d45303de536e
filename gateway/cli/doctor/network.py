"""The lower layers: where the bureau is, and whether it takes a connection."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from connectors.errors import NotSent
from connectors.faults import ConfigError

from .finding import Told, failed, fine, warned
from .patient import PATIENCE, Patient


async def dns(patient: Patient) -> Told:
    """Look the bureau's name up, and hold what it leads to against the egress rules."""
    try:
        address, door = patient.address, patient.door
    except ConfigError as error:
        return failed(str(error), "correct base_url and egress in the bureau's file")
    try:
        async with asyncio.timeout(PATIENCE):
            patient.addresses = await door.addresses(address.host, address.port)
    except TimeoutError:
        return failed(f"no answer about {address.host}", "ask who runs the name servers here")
    except NotSent as error:
        return failed(f"{address.host}: {error.note}", _about(error.note))
    return fine(f"{address.host} is {', '.join(patient.addresses)}, which egress allows")


def _about(note: str) -> str:
    if note == "egress: host not listed":
        return "add the host to egress.hosts in the bureau's file"
    if note.startswith("egress:"):
        return "a name that leads into the house is refused; if it is meant, list its network too"
    return "check the name in base_url, and whether this machine may look names up"


async def tcp(patient: Patient) -> Told:
    """Connect to each address, and hang up."""
    port, loop = patient.address.port, asyncio.get_running_loop()
    begun, refused = loop.time(), list[str]()
    for address in patient.addresses:
        try:
            async with asyncio.timeout(PATIENCE):
                _, writer = await asyncio.open_connection(address, port)
        except (OSError, TimeoutError) as error:
            refused.append(f"{address}: {type(error).__name__}")
            continue
        await hung_up(writer)
        if refused:
            return warned(
                f"{address} takes connections at port {port}, and others do not:"
                f" {', '.join(refused)}",
                "tell the bureau; connections go to the others too",
            )
        return in_time(patient, loop.time() - begun, f"{address} takes connections at port {port}")
    return failed(
        f"nobody takes connections at port {port}: {', '.join(refused)}",
        "ask whether a firewall, here or at the bureau, must let this machine's address through",
    )


def in_time(patient: Patient, seconds: float, said: str) -> Told:
    """Warn of what is slower than the gateway's patience with it."""
    most = patient.connect_timeout
    if seconds <= most:
        return fine(said)
    return warned(f"{said}, after {seconds:.1f} s", f"connect_timeout is {most:g} s: raise it")


async def hung_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await writer.wait_closed()
