"""`ledger search`: who asked what, about whom, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from datachannel.v1 import inquiry_pb2, values_pb2

from connectors.contract import Values

from ...fields.schema import label, values
from ...rpc.translate_inquiry import unreadable_parts
from ...rules import build_rules
from ...store.ledger.contract import CallRow
from ...store.ledger.reading.calls import Sought
from ...store.ledger.reading.calls import search as find
from .. import process
from ..ask import read_message
from .opening import HERE, AsJson, Config, OpenLedger, run
from .period import Since, Until, period
from .showing import call_dict, moment, money, say_json, show


def search(  # noqa: PLR0913, PLR0917 - one for each option
    config: Config = HERE,
    tenant: Annotated[str, typer.Option(help="Its own calls alone.")] = "",
    caller: Annotated[str, typer.Option(help="Its own calls alone.")] = "",
    connector: Annotated[str, typer.Option(help="Calls of this one.")] = "",
    inquiry: Annotated[str, typer.Option(help="Calls for this inquiry, by its id.")] = "",
    subject: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON of a person; needs --tenant."),
    ] = None,
    since: Since = None,
    until: Until = None,
    most: Annotated[int, typer.Option(min=1, help="How many, the newest.")] = 1000,
    *,
    as_json: AsJson = False,
) -> None:
    """
    List calls by whom, about whom, of what and when.

    The ledger knows no person, only keyed tokens: of a --subject file the token is made as for
    an inquiry, once as the file has it, and once by the rules of each product.

    Example: bureau-gateway ledger search --tenant lender_a --subject person.json

    Exit codes: 0 listed, be there any or none; 1 the ledger can not be read; 2 a wrong question.
    """
    if subject is not None and not tenant:
        raise typer.BadParameter("tokens of persons differ by tenant: --tenant is needed")
    person = None if subject is None else _person(subject)
    begin, end = period(since, until)

    async def work(found: OpenLedger) -> int:
        tokens = [""] if person is None else _tokens(found, tenant, person)
        calls: list[CallRow] = []
        for token in tokens:
            sought = Sought(tenant, caller, token, connector, inquiry, begin, end, most)
            calls += await find(found.ledger.reading, sought)
        calls.sort(key=lambda call: call.intended_at)
        if as_json:
            say_json([call_dict(call) for call in calls])
        else:
            _show(calls)
        return process.FINE

    run(config, work, writes=False)


def _person(file: Path) -> Values:
    """Read a person; of one of whom a part was lost, nobody would have asked."""
    message = read_message(file, inquiry_pb2.Subject)
    if wrong := tuple(unreadable_parts(message, "subject")):
        told = "; ".join(f"{each.path} {each.description}" for each in wrong)
        raise typer.BadParameter(f"{file}: {told}")
    if not (person := values(message)):
        raise typer.BadParameter(f"{file}: says nothing of a person")
    return person


def _tokens(found: OpenLedger, tenant: str, person: Values) -> list[str]:
    """Make the tokens under which a person may have been asked about."""
    kit, keys = found.folder.kit(), found.keys
    written = list(_kinds(person))
    kinds = tuple(written)
    for entry in found.folder.catalog.products.values():
        judge = build_rules(entry.spec.rules, kit)
        written += ({**each, **judge(each).normalised} for each in kinds)
    return list(dict.fromkeys(keys.subject_token(tenant, each) for each in written))


def _kinds(person: Values) -> Iterator[Values]:
    """Give a person whose number is of no kind that is said with every kind that there is."""
    yield person
    if "id_number" in person and "id_type" not in person:
        for kind in values_pb2.IdType.values():
            yield {**person, "id_type": label(values_pb2.IdType.DESCRIPTOR, kind)}


def _show(calls: list[CallRow]) -> None:
    heads = ("at", "caller", "inquiry", "connector", "purpose", "outcome", "billed", "cost")
    rows = [
        (
            moment(call.intended_at),
            f"{call.tenant}/{call.caller}",
            call.inquiry_id,
            call.connector,
            call.purpose,
            call.outcome or "none yet",
            call.billed or "",
            money(call.cost, call.currency),
        )
        for call in calls
    ]
    if rows:
        show(heads, rows, right=("cost",))
    process.say(f"{len(rows)} calls")
