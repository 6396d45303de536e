"""`demo`: mock bureaus, a gateway, and three inquiries that show what it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from datachannel.v1 import inquiry_pb2, report_pb2
from google.protobuf.json_format import ParseDict

from datachannel_client import Client, GatewayRefusal

from ..catalog.reading import CatalogError
from ..clock import LoopClock
from ..rpc.translate import amount
from . import printing, process
from .ask import Request
from .demo_folder import PRODUCT, SUBJECT, Demo, running_demo

SECONDS = 10.0
"""Of one inquiry."""
_BUREAUS = 5
"""How many must have told something."""
_PURPOSE = inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Act:
    """One inquiry, what it is to show, and what it did not show."""

    title: str
    request: Request
    lapses: Callable[[Told], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What came of an act: one of the two."""

    report: report_pb2.Report | None = None
    refusal: GatewayRefusal | None = None


def demo(
    config: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The config folder.")
    ] = Path("config"),
    folder: Annotated[
        Path, typer.Option(file_okay=False, help="Where it keeps its keys and data.")
    ] = Path(".demo"),
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """
    Show the gateway at work: mock bureaus, a gateway, three inquiries over gRPC with TLS.

    Keys, certificates and the lender's own data are made once, in a folder that git ignores.

    Example: bureau-gateway demo

    Exit codes: 0 every act did what it shows, 1 one did not, or the config has findings.
    """
    process.run(_demo(config, folder, as_json=as_json))


async def _demo(config: Path, folder: Path, *, as_json: bool) -> int:
    clock = LoopClock()
    begun = clock.now()
    played: list[tuple[Act, Told, tuple[str, ...]]] = []
    try:
        async with (
            running_demo(config, folder, process.environment(), "127.0.0.1:0") as running,
            running.door.client() as client,
        ):
            for act in acts(clock.utc(), running.recipients):
                told = await _play(act, client)
                played.append((act, told, tuple(act.lapses(told))))
                if not as_json:
                    _show(len(played), *played[-1])
            if not as_json:
                _show_bills(running)
    except CatalogError as error:
        return printing.blame(error)
    seconds = clock.now() - begun
    lapses = sum(len(lapsed) for _, _, lapsed in played)
    if as_json:
        document = {"acts": [_act_dict(*one) for one in played], "seconds": round(seconds, 3)}
        process.say(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        process.say(f"{len(played)} acts in {seconds:.1f} s, {lapses} lapses")
    return process.FAILED if lapses else process.FINE


def acts(now: datetime, bureaus: Iterable[str]) -> tuple[Act, ...]:
    """Write the three questions anew: inquiry ids are used once."""
    question = Request(
        product=PRODUCT,
        purpose=_PURPOSE,
        subject=ParseDict(SUBJECT, inquiry_pb2.Subject()),
        consent=inquiry_pb2.Consent(
            id="demo-consent-1", purposes=[_PURPOSE], recipients=bureaus, sensitive=True
        ),
    )
    question.consent.granted_at.FromDatetime(now - 2 * _DAY)
    return (
        Act(
            "A full inquiry: no mobile and no birth date given, both filled",
            _anew(question, now + _DAY),
            _first,
        ),
        Act(
            "The same question under a new inquiry id: from the cache, at no cost",
            _anew(question, now + _DAY),
            _second,
        ),
        Act(
            "The same question on a consent that has expired: refused, nothing asked",
            _anew(question, now - _DAY),
            _third,
        ),
    )


def _anew(question: Request, consent_ends: datetime) -> Request:
    request = Request(inquiry_id=str(uuid4()))
    request.MergeFrom(question)
    request.consent.expires_at.FromDatetime(consent_ends)
    return request


async def _play(act: Act, client: Client) -> Told:
    try:
        return Told(report=await client.get_user_info(act.request, timeout=SECONDS))
    except GatewayRefusal as refused:
        return Told(refusal=refused)


def _first(told: Told) -> Iterator[str]:
    if told.report is None:
        yield "there is no report"
        return
    outcomes = [one.outcome for one in told.report.connectors]
    hits, misses = outcomes.count(report_pb2.OUTCOME_HIT), outcomes.count(report_pb2.OUTCOME_NO_HIT)
    origins = {one.path: one.origin for one in told.report.filled}
    if hits < _BUREAUS:
        yield f"{hits} bureaus told something, not {_BUREAUS} or more"
    if misses == 0:
        yield "every bureau knew the subject: there is no NO_HIT"
    if origins.get("subject.mobile") != report_pb2.FIELD_ORIGIN_STORED:
        yield "the mobile was not filled from the preset database"
    if origins.get("subject.date_of_birth") != report_pb2.FIELD_ORIGIN_DERIVED:
        yield "the date of birth was not derived"
    if amount(told.report.cost) == 0:
        yield "it cost nothing"


def _second(told: Told) -> Iterator[str]:
    if told.report is None:
        yield "there is no report"
        return
    served = [one.served_from for one in told.report.connectors]
    if amount(told.report.cost) != 0:
        yield f"it cost {printing.money(told.report.cost)}"
    if served.count(report_pb2.SERVED_FROM_CACHE) < _BUREAUS:
        yield f"less than {_BUREAUS} answers are from the cache"


def _third(told: Told) -> Iterator[str]:
    refused = told.refusal
    if refused is None:
        yield "it was not refused"
    elif (refused.code.name, refused.reason) != ("FAILED_PRECONDITION", "CONSENT_EXPIRED"):
        yield f"it was refused for another reason: {refused.code.name} {refused.reason}"


def _show(number: int, act: Act, told: Told, lapses: tuple[str, ...]) -> None:
    console = process.console()
    console.rule(f"{number}. {act.title}", align="left")
    if told.report is not None:
        console.print(printing.report_view(told.report, facts=number == 1))
    if told.refusal is not None:
        console.print(printing.refusal_view(told.refusal))
    for lapse in lapses:
        console.print(f"LAPSE: {lapse}", style="bold red")


def _act_dict(act: Act, told: Told, lapses: tuple[str, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": act.title, "inquiry_id": act.request.inquiry_id}
    if told.report is not None:
        shown["report"] = printing.report_dict(told.report)
    if told.refusal is not None:
        shown["refusal"] = printing.refusal_dict(told.refusal)
    return {**shown, "lapses": list(lapses)}


def _show_bills(running: Demo) -> None:
    calls = running.bureaus.calls
    billed = sum(call.billed for call in calls)
    process.say(f"\nThe bureaus saw {len(calls)} calls in all, and will bill {billed} of them.")
