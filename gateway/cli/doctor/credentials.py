"""Whether we have what the bureau knows us by, and whether it still does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from connectors.auth import NoAuth
from connectors.bureau import Bureau
from connectors.errors import ConnectorError, Refused
from connectors.faults import ConfigError

from ..trying.folder import named_secrets
from .finding import Told, failed, fine, skipped
from .patient import PATIENCE, Patient

_WHOLE = 3 * PATIENCE
"""Seconds for a login: a connection, and an answer."""


async def secrets(patient: Patient) -> Told:
    """Look for every secret that the bureau's file and its connectors' name."""
    connectors = [
        entry.spec
        for entry in patient.folder.catalog.connectors.values()
        if entry.spec.bureau == patient.spec.name
    ]
    wanted = sorted({name for one in (patient.spec, *connectors) for name in named_secrets(one)})
    missing: Mapping[str, str] = {
        name: said for name in wanted if (said := _fault(patient, name)) is not None
    }
    if missing:
        return failed("; ".join(missing.values()), "store it where gateway.yaml says secrets are")
    return fine(f"there: {', '.join(wanted)}") if wanted else skipped("none is named")


def _fault(patient: Patient, name: str) -> str | None:
    try:
        patient.kit.secrets.read(name)
    except ConfigError as error:
        return str(error)
    return None


async def auth(patient: Patient) -> Told:
    """Log in, where there is a login; what is fixed can not be tried without a question."""
    spec = patient.spec
    if isinstance(spec.auth, NoAuth):
        return skipped("there is none in the bureau's file; a signature is tried by a question")
    try:
        bureau = spec.build(patient.kit)
    except ConfigError as error:
        return failed(str(error), "correct the bureau's file; `check` says where")
    patient.open.append(bureau.transport)
    if not bureau.auth.renewable:
        return fine(f"{spec.auth.kind}: the credentials are there; only a question tries them")
    return await _logged_in(bureau)


async def _logged_in(bureau: Bureau) -> Told:
    try:
        async with asyncio.timeout(_WHOLE):
            await bureau.auth.values()
    except TimeoutError:
        return failed(f"no token within {_WHOLE:g} s", "ask the bureau whether its login is up")
    except Refused as error:
        todo = "the bureau does not know these credentials: compare them, and do not try too often"
        return failed(f"refused ({error.note})", todo)
    except ConnectorError as error:
        return failed(error.note, "compare the login in the bureau's file with its manual")
    return fine("a token was given")
