"""A bureau's bill, read: all that is wrong with the file at once, and nothing of it twice."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from connectors.answer.bill import BillingFile

MOST_FAULTS = 20
"""Faults that are told of one file."""


class UnreadableBill(Exception):
    """The file is no bill of that layout; names lines and columns, and no values."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@dataclass(frozen=True, slots=True)
class Charge:
    """One row of a bill."""

    line: int
    reference: str
    amount: Decimal | None
    """None where the bill does not say."""


@dataclass(frozen=True, slots=True)
class Bill:
    """All charges, by the reference of their call."""

    by_reference: Mapping[str, tuple[Charge, ...]] = field(repr=False)

    @property
    def charges(self) -> int:
        return sum(map(len, self.by_reference.values()))


def read_bill(file: Path, layout: BillingFile) -> Bill:
    """
    Read a bill. Raises `UnreadableBill` where any row of it can not be read.

    Half a bill would have calls that stand in the other half counted as not charged.
    """
    charges: dict[str, list[Charge]] = {}
    faults: list[str] = []
    try:
        with file.open(encoding=layout.charset, newline="") as lines:
            for charge in _charges(csv.DictReader(lines, delimiter=layout.delimiter), layout):
                if isinstance(charge, str):
                    faults.append(charge)
                else:
                    charges.setdefault(charge.reference, []).append(charge)
    except UnicodeDecodeError:
        faults.append(f"is not in {layout.charset}")
    except csv.Error as error:
        faults.append(f"is no CSV: {error}")
    if faults:
        raise UnreadableBill(faults[:MOST_FAULTS])
    return Bill({reference: tuple(each) for reference, each in charges.items()})


def _charges(rows: csv.DictReader[str], layout: BillingFile) -> Iterator[Charge | str]:
    wanted = [name for name in (layout.reference, layout.amount) if name is not None]
    if missing := [name for name in wanted if name not in (rows.fieldnames or ())]:
        yield f"has no column {', '.join(missing)}"
        return
    for row in rows:
        reference = (row[layout.reference] or "").strip()
        if not reference:
            yield f"line {rows.line_num}: {layout.reference} is empty"
            continue
        try:
            amount = _amount(row, layout)
        except InvalidOperation:
            yield f"line {rows.line_num}: {layout.amount} is no amount"
            continue
        yield Charge(rows.line_num, reference, amount)


def _amount(row: Mapping[str, str | None], layout: BillingFile) -> Decimal | None:
    if layout.amount is None:
        return None
    grouped = "," if layout.decimal == "." else "."
    text = (row[layout.amount] or "").strip().replace(grouped, "").replace(layout.decimal, ".")
    amount = Decimal(text)
    if not amount.is_finite():
        raise InvalidOperation
    return amount
