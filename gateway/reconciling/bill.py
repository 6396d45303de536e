"""A bureau's bill, read: all that is wrong with the file at once, and nothing of it twice."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from connectors.answer.bill import BillingFile

from .amount import NoAmount, Notation

_REST = "\n"
"""What a row has beyond the head's columns; no column is called so."""


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

    @property
    def is_credit(self) -> bool:
        """Whether it gives money back."""
        return self.amount is not None and self.amount < 0


@dataclass(frozen=True, slots=True)
class Bill:
    """All charges, by the reference of their call."""

    by_reference: Mapping[str, tuple[Charge, ...]] = field(repr=False)

    @property
    def charges(self) -> int:
        return sum(map(len, self.by_reference.values()))


def read_bill(file: Path, layout: BillingFile, notation: Notation) -> Bill:
    """
    Read a bill. Raises `UnreadableBill` where any row of it can not be read.

    Half a bill would have calls that stand in the other half counted as not charged.
    """
    charges: dict[str, list[Charge]] = {}
    faults: list[str] = []
    try:
        with file.open(encoding=layout.charset, newline="") as lines:
            # An open quote would swallow the rows behind it, which then count as not charged.
            rows = csv.DictReader(lines, restkey=_REST, delimiter=layout.delimiter, strict=True)
            for charge in _charges(rows, layout, notation):
                if isinstance(charge, str):
                    faults.append(charge)
                else:
                    charges.setdefault(charge.reference, []).append(charge)
    except UnicodeError:
        faults.append(f"is not in {layout.charset}")
    except csv.Error as error:
        faults.append(f"is no CSV: {error}")
    if faults:
        raise UnreadableBill(faults)
    return Bill({reference: tuple(each) for reference, each in charges.items()})


def _charges(
    rows: csv.DictReader[str], layout: BillingFile, notation: Notation
) -> Iterator[Charge | str]:
    wanted = [name for name in (layout.reference, layout.amount) if name is not None]
    heads = rows.fieldnames or ()
    if missing := [name for name in wanted if name not in heads]:
        yield f"has no column {', '.join(missing)}"
        return
    if twice := [name for name in wanted if heads.count(name) > 1]:
        yield f"has more than one column {', '.join(twice)}"
        return
    for row in rows:
        line = f"line {rows.line_num}"
        if any(row.get(_REST) or ()):
            # An amount whose decimal comma is not quoted looks so, and like a smaller one.
            yield f"{line}: has more columns than the head of the file"
            continue
        reference = (row[layout.reference] or "").strip()
        if not reference:
            yield f"{line}: {layout.reference} is empty"
            continue
        try:
            amount = None if layout.amount is None else notation.read(row[layout.amount])
        except NoAmount as error:
            yield f"{line}: {layout.amount} {error}"
            continue
        yield Charge(rows.line_num, reference, amount)
