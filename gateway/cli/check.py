"""`check` and `explain`: what a config folder says, without running it."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from connectors.words import Outcome, Purpose

from ..catalog.dry_run import build, look_through
from ..catalog.reading import Catalog, CatalogError, read_catalog, read_own_settings
from ..catalog.view import Explained
from ..stages.plan import Seat, Unit
from . import printing, process

Config = Annotated[
    Path,
    typer.Argument(exists=True, file_okay=False, help="The config folder."),
]


def check(
    config: Config,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Findings and counts as JSON.")] = False,
) -> None:
    """
    Say everything that is wrong with a config folder; nothing is run, and no secret is read.

    As JSON: `findings`, each with file, line, column, path and message, and `checked`, with how
    many of each kind were looked at. "?" stands for what is still to be decided.

    Example: bureau-gateway check config

    Exit codes: 0 all is well, 1 there are findings.
    """
    findings = look_through(config, process.environment())
    checked = _counts(read_catalog(config)[0])
    if as_json:
        told = {"findings": list(map(printing.finding_dict, findings)), "checked": checked}
        process.say(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            process.say(str(finding))
        counted = ", ".join(f"{count} {kind}" for kind, count in checked.items())
        process.say(f"{len(findings)} findings in {counted}" if findings else f"fine: {counted}")
    raise typer.Exit(process.FAILED if findings else process.FINE)


def explain(
    product: Annotated[str, typer.Argument(help="The product, by its name in the catalog.")],
    config: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The config folder.")
    ] = Path("config"),
    fields: Annotated[
        list[str] | None, typer.Option(help="A UserInfo path; repeat it for more. Left out: all.")
    ] = None,
    purpose: Annotated[
        Purpose | None, typer.Option(case_sensitive=False, help="Leave out whom it rules out.")
    ] = None,
    max_cost: Annotated[
        str | None, typer.Option(help="The most it may cost, in the billing currency: 25.00")
    ] = None,
) -> None:
    """
    Show whom an inquiry would ask, in which order, for what, and at what price.

    Cache and consent are not known here: a real inquiry may ask fewer, and never more.
    Of a waterfall the next is asked only if the one before it ended in a way on which it goes
    on; the expected price is that of everybody having a hit.

    Example: bureau-gateway explain loan_v1 --config config --fields credit_summary

    Exit codes: 0 a plan, 1 the config folder has findings, 2 there is no such product.
    """
    catalog, folder = read_catalog(config)
    env = process.environment()
    try:
        settings = read_own_settings(folder, env)
        currency = settings.billing_currency
        view = build(catalog, env, currency, settings.plugins).view(currency)
    except CatalogError as error:
        raise typer.Exit(printing.blame(error)) from None
    if product not in view.products:
        known = ", ".join(sorted(view.products))
        raise typer.BadParameter(f"there is no product {product}; there is {known}")
    wanted = tuple(fields or ()) or view.products[product].fields
    explained = view.explain(product, wanted, purpose, _amount(max_cost))
    _show(explained, product, currency)
    raise typer.Exit(process.FINE)


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise typer.BadParameter("--max-cost is an amount, 0 or more: 25.00")
    return found


def _show(explained: Explained, product: str, currency: str) -> None:
    rows = (
        (
            seat.connector,
            seat.bureau,
            explained.left_out.get(seat.connector) or str(explained.waves[seat.connector]),
            _kind(seat),
            _price(seat.price, currency) if seat.connector in explained.waves else "",
            "\n".join(explained.fields.get(seat.connector, ())),
        )
        for seat in explained.seats
    )
    columns = ("connector", "bureau", "wave", "", "price", "fields")
    console = process.console()
    console.print(printing.table(f"Plan of {product}", columns, rows, "connector"))
    for unit in explained.waterfalls:
        console.print(_waterfall(unit))
    price = explained.price
    console.print(
        f"price: {price.least:.2f} to {_price(price.most, currency)},"
        f" expected {_price(price.expected, currency)}"
    )
    if explained.uncovered:
        console.print(f"nobody gives: {', '.join(explained.uncovered)}")


def _kind(seat: Seat) -> str:
    words = ["required"] if seat.required else []
    return " ".join([*words, f"in {seat.unit}"] if seat.waterfall else words)


def _waterfall(unit: Unit) -> str:
    rules = unit.seats[0].waterfall
    if rules is None:
        return ""
    order = " > ".join(rules.order)
    ends = ", ".join(outcome for outcome in Outcome if outcome in rules.continue_on)
    return f"{unit.name}: {order}; {rules.min_success} must answer; goes on after {ends}"


def _price(price: Decimal, currency: str) -> str:
    return f"{price:.2f} {currency}"


def _counts(catalog: Catalog) -> dict[str, int]:
    return {
        "bureaus": len(catalog.bureaus),
        "connectors": len(catalog.connectors),
        "products": len(catalog.products),
        "callers": len(catalog.callers),
        "tables": len(catalog.tables),
        "inline tests": sum(len(one.spec.tests) for one in catalog.connectors.values()),
    }
