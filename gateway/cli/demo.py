"""`demo`: mock bureaus, a gateway, and inquiries that show what it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from datachannel_client import Client, GatewayRefusal

from ..catalog.reading import CatalogError
from ..clock import LoopClock
from ..store.ledger.contract import CallRow
from . import printing, process
from .accounts.showing import money
from .demo_acts import SECONDS, Act, Told, first_acts, question
from .demo_folder import Demo, running_demo
from .demo_money import last_acts, unknown_after


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
    Show the gateway at work: mock bureaus, a gateway, and inquiries over gRPC with TLS.

    Keys, certificates and the lender's own data are made once, in a folder that git ignores.

    Example: bureau-gateway demo

    Exit codes: 0 every act did what it shows, 1 one did not, or the config has findings.
    """
    process.run(_demo(config, folder, as_json=as_json))


async def _demo(config: Path, folder: Path, *, as_json: bool) -> int:
    clock = LoopClock()
    begun = clock.now()
    played: list[tuple[Act, Told, tuple[str, ...]]] = []
    unknown: tuple[CallRow, ...] = ()
    try:
        async with (
            running_demo(config, folder, process.environment(), "127.0.0.1:0") as running,
            running.door.client() as client,
        ):
            now = clock.utc()
            asked = question(now, running.recipients)
            for act in (*first_acts(asked, now), *last_acts(asked, running)):
                act.before()
                told = await _play(act, client)
                played.append((act, told, tuple(act.lapses(told))))
                if not as_json:
                    _show(len(played), *played[-1])
            unknown = await unknown_after(running)
            if not as_json:
                _show_end(running, unknown)
    except CatalogError as error:
        return printing.blame(error)
    seconds = clock.now() - begun
    lapses = sum(len(lapsed) for _, _, lapsed in played) + (not unknown)
    if as_json:
        document = {"acts": [_act_dict(*one) for one in played], "seconds": round(seconds, 3)}
        process.say(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        process.say(f"{len(played)} acts in {seconds:.1f} s, {lapses} lapses")
    return process.FAILED if lapses else process.FINE


async def _play(act: Act, client: Client) -> Told:
    try:
        return Told(report=await client.get_user_info(act.request, timeout=SECONDS))
    except GatewayRefusal as refused:
        return Told(refusal=refused)


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


def _show_end(running: Demo, unknown: tuple[CallRow, ...]) -> None:
    calls = running.bureaus.calls
    billed = sum(call.billed for call in calls)
    process.say(f"\nThe bureaus saw {len(calls)} calls in all, and will bill {billed} of them.")
    for call in unknown:
        cost = money(call.cost, call.currency)
        process.say(
            f"The ledger has one of {call.connector} as {call.outcome}, billed {call.billed}, at"
            f" most {cost}: until its bureau\nsays so, or its bill, it is neither asked again nor"
            " forgotten (`bureau-gateway ledger unknown`)."
        )
    if not unknown:
        process.say("LAPSE: the ledger knows of no call whose outcome is unknown")
