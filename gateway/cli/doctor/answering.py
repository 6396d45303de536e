"""Whether there is a bureau behind the connection: nobody's data is sent, and nothing is bought."""

from __future__ import annotations

import asyncio
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Protocol, runtime_checkable

from connectors.contract import Attempt, Wire
from connectors.errors import ConnectorError
from connectors.faults import ConfigError

from .finding import Told, failed, fine, skipped, warned
from .patient import PATIENCE, Patient

SKEW = 30
"""Seconds between two clocks from which on signatures and tokens begin to fail."""


@runtime_checkable
class _Readies(Protocol):
    """A transport that can connect without asking anything."""

    async def ready(self) -> None: ...


async def http(patient: Patient) -> Told:
    """Ask for the head of `base_url`, over the gateway's own transport."""
    reached = patient.reached()
    target = reached.prefix or "/"
    try:
        async with asyncio.timeout(PATIENCE):
            reply = await reached.transport.send(Wire(Attempt(), "HEAD", target))
    except TimeoutError:
        return failed(f"no answer to HEAD within {PATIENCE:g} s", "ask the bureau whether it is up")
    except ConnectorError as error:
        return failed(f"HEAD: {error.note}", "ask the bureau; who answers there speaks no HTTP")
    patient.reply = reply
    said = f"answers {reply.status} to HEAD {target}"
    broken = reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if broken and reply.status != HTTPStatus.NOT_IMPLEMENTED:
        return warned(said, "ask the bureau whether it is up; or see what `try` says")
    return fine(f"{said}: it is there, whatever it thinks of that")


async def clock(patient: Patient) -> Told:
    """Hold the bureau's clock against ours."""
    said = patient.reply.headers.get("date", "") if patient.reply else ""
    theirs = _read(said)
    if theirs is None:
        return skipped("its answer has no Date")
    apart = (patient.kit.clock.utc() - theirs).total_seconds()
    if abs(apart) <= SKEW:
        return fine(f"{abs(apart):.0f} s apart")
    side = "ahead of" if apart > 0 else "behind"
    return warned(
        f"ours is {abs(apart):.0f} s {side} theirs",
        "set this machine's clock (NTP): signatures and tokens with a time in them will fail",
    )


async def database(patient: Patient) -> Told:
    """Connect, and select a constant."""
    try:
        await patient.reached().transport.send(Wire(Attempt(), "SQL", "select 1"))
    except ConfigError as error:
        return failed(str(error), "correct transport.dsn in the bureau's file")
    except ConnectorError as error:
        return failed(
            f"select 1: {error.note}", "check transport.dsn, the file or server, the user"
        )
    return fine("select 1 is answered")


async def grpc(patient: Patient) -> Told:
    """Open a channel, and call nothing."""
    transport = patient.reached().transport
    if not isinstance(transport, _Readies):
        return skipped("this transport can not be tried without a call")
    try:
        await transport.ready()
    except ConnectorError as error:
        return failed(f"no channel: {error.note}", "check whether gRPC is spoken at that port")
    return fine("a channel stands; no method was called")


async def plugin(patient: Patient) -> Told:
    """Import the class, and make one."""
    try:
        patient.reached()
    except ConfigError as error:
        return failed(str(error), "list it under plugins in gateway.yaml, and install its package")
    return fine("is there, and can be made")


def _read(date: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(date)
    except ValueError:
        return None
    return read if read.tzinfo else None
