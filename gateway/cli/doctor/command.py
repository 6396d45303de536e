"""`doctor`: its options, its layers, and how they are shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from datachannel.v1 import inquiry_pb2

from connectors.transport import Grpc, Http, Sql
from connectors.words import Purpose

from ...catalog.reading import CatalogError
from .. import printing, process
from ..ask import read_message
from ..trying.call import Order
from ..trying.folder import OpenFolder
from ..trying.question import Question, tenant_of
from . import answering, certificates, credentials, network
from .business import Business
from .finding import Finding, Layer, State, examined
from .patient import Patient

_FILE = typer.Option(exists=True, dir_okay=False, help="As `try` takes it.")


def doctor(  # noqa: PLR0913, PLR0917 - one for each option
    bureau: Annotated[str, typer.Argument(help="The bureau, by its name in the config.")],
    folder: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The config folder.")
    ] = Path("config"),
    connector: Annotated[
        str | None, typer.Option(help="One of its connectors that is free, for a question.")
    ] = None,
    subject: Annotated[Path | None, _FILE] = None,
    consent: Annotated[Path | None, _FILE] = None,
    purpose: Annotated[
        Purpose, typer.Option(case_sensitive=False, help="Of that question.")
    ] = Purpose.CREDIT_ORIGINATION,
    tenant: Annotated[
        str | None, typer.Option(help="Left out: the only one of the callers'.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON.")] = False,
) -> None:
    """
    Say, layer by layer, why a bureau does not answer: and spend nothing on it.

    Looks at secrets, DNS and egress, TCP, TLS and certificates, HTTP, clocks and the login.
    Nobody's data is sent, but to a free connector that is named. No secret is shown.

    Example: bureau-gateway doctor creditfile --folder config

    Exit codes: 0 nothing failed, 1 something did, or the folder has findings, 2 a wrong question.
    """
    process.leave_no_core()
    try:
        opened = OpenFolder.at(folder, process.environment())
        patient = Patient(opened, opened.bureau(bureau).spec, opened.kit())
        order = None
        if connector is not None:
            if opened.connector(connector).spec.bureau != bureau:
                raise typer.BadParameter(f"{connector} is not of {bureau}")
            order = _order(opened, connector, purpose, subject, consent, tenant)
    except CatalogError as error:
        raise typer.Exit(printing.blame(error)) from None
    process.run(_doctor(patient, Business(opened, order), as_json=as_json))


def _order(
    folder: OpenFolder,
    connector: str,
    purpose: Purpose,
    subject: Path | None,
    consent: Path | None,
    tenant: str | None,
) -> Order | None:
    if subject is None:
        return None
    question = Question(
        purpose=purpose,
        subject=read_message(subject, inquiry_pb2.Subject),
        consent=read_message(consent, inquiry_pb2.Consent) if consent else None,
        tenant=tenant_of(folder, tenant),
    )
    return Order(connector, question, deadline=10.0)


async def _doctor(patient: Patient, business: Business, *, as_json: bool) -> int:
    try:
        layers = _layers(patient, business)
        findings = [finding async for finding in examined(layers, patient.kit.clock)]
    finally:
        await patient.aclose()
    failures = sum(finding.told.state is State.FAILED for finding in findings)
    if as_json:
        told = {
            "bureau": patient.spec.name,
            "layers": [finding.as_json() for finding in findings],
            "failed": failures,
        }
        process.say(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(patient.spec.name, findings)
    return process.FAILED if failures else process.FINE


def _layers(patient: Patient, business: Business) -> Iterator[Layer]:
    """Give the layers of a way, the lowest first."""
    yield Layer("secrets", partial(credentials.secrets, patient))
    transport = patient.spec.transport
    if isinstance(transport, Http | Grpc):
        yield Layer("DNS", partial(network.dns, patient))
        yield Layer("TCP", partial(network.tcp, patient), ("DNS",))
        yield Layer("TLS", partial(certificates.tls, patient), ("TCP",))
        certificate = partial(certificates.client_certificate, patient)
        yield Layer("client certificate", certificate, ("TLS",))
    if isinstance(transport, Http):
        yield Layer("HTTP", partial(answering.http, patient), ("client certificate",))
        yield Layer("clock", partial(answering.clock, patient), ("HTTP",))
        top = "HTTP"
    elif isinstance(transport, Grpc):
        yield Layer("gRPC", partial(answering.grpc, patient), ("client certificate",))
        top = "gRPC"
    elif isinstance(transport, Sql):
        yield Layer("database", partial(answering.database, patient), ("secrets",))
        top = "database"
    else:
        yield Layer("plug-in", partial(answering.plugin, patient), ("secrets",))
        top = "plug-in"
    yield Layer("auth", partial(credentials.auth, patient), ("secrets", top))
    yield Layer("business", business, ("secrets", top, "auth"))


def _show(bureau: str, findings: list[Finding]) -> None:
    rows = (
        (
            finding.layer,
            finding.told.state,
            f"{finding.seconds * 1000:.0f} ms",
            finding.told.said + (f"\nDo: {finding.told.todo}" if finding.told.todo else ""),
        )
        for finding in findings
    )
    columns = ("layer", "state", "time", "found")
    process.console().print(printing.table(f"Bureau {bureau}", columns, rows, "layer"))
