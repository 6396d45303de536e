"""`try`: its options, and what it says before and after."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from datachannel.v1 import inquiry_pb2, user_info_pb2

from connectors.errors import LedgerDown
from connectors.words import Purpose

from ...catalog.reading import CatalogError
from ...errors import GatewayError
from .. import printing, process
from ..ask import read_message
from . import shown
from .bill import Bill, destination_of, language_of
from .call import Called, Order, called
from .folder import OpenFolder
from .question import Question, tenant_of
from .recording import Recording, recorded, refuse_unrecordable
from .redacted import Redacted, redacted

File = Annotated[Path | None, typer.Option(exists=True, dir_okay=False)]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be shown and kept of a call."""

    is_agreed: bool
    as_json: bool
    show_request: bool
    record: Path | None

    @property
    def of_messages(self) -> bool:
        return self.show_request or self.record is not None


def try_(  # noqa: PLR0913, PLR0917 - one for each option
    connector: Annotated[str, typer.Argument(help="The connector, by its name in the config.")],
    subject: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="JSON of the person asked about.")
    ],
    purpose: Annotated[Purpose, typer.Option(case_sensitive=False, help="Why it is asked.")],
    folder: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The config folder.")
    ] = Path("config"),
    consent: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON of what the subject agreed to."),
    ] = None,
    inputs: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Repeat it for more.")
    ] = None,
    application: File = None,
    device: File = None,
    user_info: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON of what `needs` would have told."),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="Left out: the only one of the callers'.")
    ] = None,
    deadline: Annotated[float, typer.Option(min=0.1, help="Seconds; of a job: of all polls.")] = 10,
    attempts: Annotated[int, typer.Option(min=1, max=3, help="What is unsafe is not redone.")] = 1,
    ledger: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Instead of the folder's own.")
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write what came as a test, with nobody in it."),
    ] = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    show_request: Annotated[
        bool, typer.Option("--show-request", help="What was sent, without persons and secrets.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="What came, as JSON.")] = False,
) -> None:
    """
    Make one call of one connector, outside any product: a real one, that may cost money.

    Price, effect and destination are said first. It is written into the folder's ledger as
    of the caller `cli`: purpose, and consent where the connector wants one, are checked as
    in any inquiry. Nothing is taken from a cache, and nothing is asked again.

    Example: bureau-gateway try credit_report --folder config --subject me.json
    --consent consent.json --purpose CREDIT_ORIGINATION --record fixture.yaml

    Exit codes: 0 an answer, or PENDING; 1 none, a refusal, or findings; 2 a wrong question, or
    nobody to agree and no --yes.
    """
    process.leave_no_core()
    wishes = Wishes(yes, as_json, show_request, record)
    try:
        opened = OpenFolder.at(folder, process.environment())
        question = Question(
            purpose=purpose,
            subject=read_message(subject, inquiry_pb2.Subject),
            consent=read_message(consent, inquiry_pb2.Consent) if consent else None,
            tenant=tenant_of(opened, tenant),
            inputs=dict(map(pair, inputs or ())),
            application=read_message(application, inquiry_pb2.Application) if application else None,
            device=read_message(device, inquiry_pb2.Device) if device else None,
            user_info=read_message(user_info, user_info_pb2.UserInfo) if user_info else None,
        )
        order = Order(connector, question, deadline, attempts, ledger)
        _agree(opened, order, wishes)
    except CatalogError as error:
        raise typer.Exit(printing.blame(error)) from None
    process.run(_try(opened, order, wishes))


def pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise typer.BadParameter("is NAME=VALUE")
    return name, value


def _agree(folder: OpenFolder, order: Order, wishes: Wishes) -> None:
    """Say what it will do, and wait for a yes; without anybody to say it, refuse."""
    spec = folder.connector(order.connector).spec
    if wishes.record is not None:
        refuse_unrecordable(spec, wishes.record)
    bureau = folder.bureau(spec.bureau).spec
    destination = destination_of(bureau, language_of(folder.kit()))
    console = process.error_console()
    for line in Bill(spec, folder.settings.billing_currency, destination).lines():
        console.print(line)
    if wishes.is_agreed:
        return
    if not process.is_attended():
        process.complain("nobody is here to agree to that: say --yes")
        raise typer.Exit(process.MISUSED)
    if not typer.confirm("Ask?", err=True):
        process.complain("nothing was asked")
        raise typer.Exit(process.FAILED)


async def _try(folder: OpenFolder, order: Order, wishes: Wishes) -> int:
    try:
        came = await called(folder, order)
    except CatalogError as error:
        return printing.blame(error)
    except GatewayError as refused:
        process.complain(f"refused, and nothing was asked: {refused.reason}")
        return process.FAILED
    except LedgerDown as error:
        process.complain(f"nothing was asked: {error}")
        return process.FAILED
    recording = await _recorded(folder, came, order) if wishes.of_messages else None
    requests = redacted(came, folder.secrets.known, recording) if wishes.show_request else ()
    _say(came, folder.settings.billing_currency, wishes, requests)
    if recording is not None and wishes.record is not None:
        _keep(recording, wishes.record)
    return process.FINE if shown.is_well(came) else process.FAILED


async def _recorded(folder: OpenFolder, came: Called, order: Order) -> Recording | None:
    try:
        return await recorded(folder, came, order.deadline)
    except Exception as error:  # noqa: BLE001 - it may be paid for: what came is shown all the same
        process.complain(f"it can not be recorded: {type(error).__name__}")
        return None


def _say(came: Called, currency: str, wishes: Wishes, requests: tuple[Redacted, ...]) -> None:
    if wishes.as_json:
        told = shown.as_json(came, currency)
        if wishes.show_request:
            told["requests"] = [request.as_json() for request in requests]
        process.say(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for request in requests:
        process.say(request.text())
    process.console().print(shown.view(came, currency))


def _keep(recording: Recording, file: Path) -> None:
    # Nobody is in it, but who is to see that reads it first: it is not for everybody yet.
    file.touch(mode=0o600)
    file.write_text(recording.yaml, encoding="utf-8")
    process.complain(f"{file}: a test of what came; read it before you keep it")
    for line in recording.told:
        process.complain(f"  {line}")
