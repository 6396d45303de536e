"""`ask`: one inquiry to a running gateway."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import uuid4

import typer
from datachannel.v1 import data_channel_service_pb2, inquiry_pb2, report_pb2
from google.protobuf.message import Message

from connectors.words import Purpose
from datachannel_client import Client, GatewayRefusal, Tls

from ..fields.json_form import read_into
from ..rpc.enums import PURPOSES
from . import printing, process

Request = data_channel_service_pb2.GetUserInfoRequest
M = TypeVar("M", bound=Message)

_File = Annotated[Path | None, typer.Option(exists=True, dir_okay=False)]


@dataclass(frozen=True, slots=True)
class Door:
    """Where a gateway is, and what proves us to it."""

    target: str
    api_key: str | None = None
    tls: Tls | None = None

    def client(self) -> Client:
        return Client(self.target, api_key=self.api_key, tls=self.tls, insecure=self.tls is None)


def ask(  # noqa: PLR0913, PLR0917 - one for each option
    product: Annotated[str, typer.Argument(help="The product, by its name in the catalog.")],
    subject: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="JSON of the person asked about.")
    ],
    target: Annotated[str, typer.Option(help="HOST:PORT of the gateway.")] = "127.0.0.1:7443",
    api_key_file: _File = None,
    ca: _File = None,
    cert: _File = None,
    key: _File = None,
    purpose: Annotated[Purpose, typer.Option(case_sensitive=False)] = Purpose.CREDIT_ORIGINATION,
    consent: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON of what the subject agreed to."),
    ] = None,
    fields: Annotated[
        list[str] | None, typer.Option(help="A UserInfo path; repeat it for more. Left out: all.")
    ] = None,
    inquiry_id: Annotated[str | None, typer.Option(help="Left out: a new one.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds.", min=0.001)] = 10.0,
    *,
    insecure: Annotated[bool, typer.Option("--insecure", help="No TLS.")] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="Tell of each connector as it answers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
) -> None:
    """
    Ask a running gateway about one person.

    Subject and consent are JSON under the names of the protos; dates and times are ISO 8601.

    Example: bureau-gateway ask loan_v1 --subject me.json --consent consent.json
    --ca ca.pem --cert client.pem --key client.key --api-key-file api_key

    Exit codes: 0 a report, 1 a refusal, 2 a wrong question.
    """
    request = Request(
        inquiry_id=inquiry_id or str(uuid4()),
        product=product,
        purpose=PURPOSES[purpose],
        subject=read_message(subject, inquiry_pb2.Subject),
        consent=read_message(consent, inquiry_pb2.Consent) if consent else None,
    )
    request.fields.paths.extend(fields or ())
    tls = None if insecure else Tls(_bytes(ca), _bytes(cert), _bytes(key))
    api_key = _api_key(api_key_file) if api_key_file else None
    asking = _heard if stream else _asked
    process.run(_ask(Door(target, api_key, tls), asking(request, timeout), as_json=as_json))


Asking = Callable[[Client], Awaitable[report_pb2.Report]]


def _asked(request: Request, seconds: float) -> Asking:
    return lambda client: client.get_user_info(request, timeout=seconds)


def _heard(request: Request, seconds: float) -> Asking:
    """Tell of each connector beside the result: that is the report, as without."""

    async def ask(client: Client) -> report_pb2.Report:
        report = report_pb2.Report()
        async for event in client.stream_user_info(request, timeout=seconds):
            if isinstance(event, report_pb2.Report):
                report = event
            else:
                process.complain(printing.answer_line(event))
        return report

    return ask


async def _ask(door: Door, asking: Asking, *, as_json: bool) -> int:
    try:
        async with door.client() as client:
            report = await asking(client)
    except GatewayRefusal as refused:
        if as_json:
            process.say(json.dumps({"refusal": printing.refusal_dict(refused)}, indent=2))
        else:
            process.console().print(printing.refusal_view(refused))
        return process.FAILED
    if as_json:
        process.say(json.dumps(printing.report_dict(report), ensure_ascii=False, indent=2))
    else:
        process.console().print(printing.report_view(report))
    return process.FINE


def _bytes(file: Path | None) -> bytes | None:
    return file.read_bytes() if file else None


def _api_key(file: Path) -> str:
    key = file.read_text(encoding="utf-8").strip()
    if not (key and key.isascii() and key.isprintable()):
        raise typer.BadParameter(f"{file}: must be one line of printable ASCII, an API key")
    return key


def read_message(file: Path, kind: Callable[[], M]) -> M:
    """Read a message of one of the caller's files; what is wrong there is a wrong question."""
    message = kind()
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except UnicodeError:
        raise typer.BadParameter(f"{file}: is not in UTF-8") from None
    except ValueError as error:
        raise typer.BadParameter(f"{file}: {error}") from None
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{file}: must be a JSON object")
    if wrong := read_into(message, found):
        told = "; ".join(f"{each.path} {each.description}" for each in wrong)
        raise typer.BadParameter(f"{file}: {told}")
    return message
