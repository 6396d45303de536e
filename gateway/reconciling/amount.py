"""Amounts as bills and people write them: taken where they can mean one thing alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from connectors.mapping.types.currency import decimals

_LARGEST = Decimal(1_000_000_000)
"""No one call costs as much, in any currency."""


class NoAmount(ValueError):
    """A text is no amount; says by which rule, and not what it is."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How amounts are written, and how fine they may be."""

    places: int
    """Decimals at most."""
    point: Literal[".", ","] = "."
    """What stands before the decimals; the other of the two groups digits by three."""

    @classmethod
    def of(
        cls, currency: str, prices: Iterable[Decimal], point: Literal[".", ","] = "."
    ) -> Notation:
        """Take as many decimals as the currency has, or a price that is finer than its coins."""
        finest = max((-_exponent(price) for price in prices), default=0)
        return cls(max(decimals(currency), finest), point)

    def read(self, text: str | None) -> Decimal:
        """Read an amount; one with a minus is a credit. Raises `NoAmount`."""
        group = "," if self.point == "." else "."
        whole = rf"[0-9]+|[0-9]{{1,3}}(?:\{group}[0-9]{{3}})+"
        form = rf"(-?)({whole})(?:\{self.point}([0-9]+))?"
        found = re.fullmatch(form, (text or "").strip())
        if found is None:
            told = f"digits, `{self.point}` before decimals, `{group}` between groups of three"
            raise NoAmount(f"is no amount: {told}")
        sign, digits, fraction = found[1], found[2].replace(group, ""), found[3] or ""
        if len(fraction) > self.places:
            raise NoAmount(f"has more than {self.places} decimals")
        amount = Decimal(f"{digits}.{fraction}" if fraction else digits)
        if amount >= _LARGEST:
            raise NoAmount("is larger than any call's cost")
        return -amount if sign and amount else amount


def _exponent(price: Decimal) -> int:
    exponent = price.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
