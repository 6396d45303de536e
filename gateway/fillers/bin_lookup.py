"""Which bank issued a card, by the first digits of its number."""

from __future__ import annotations

from typing import Literal

from connectors.contract import Values
from connectors.kit import Strict

from ..subject.filling import FieldOrigin, Filling
from .contract import Filler, FillerKit, Need, filled
from .prefixes import chosen, longest, shipped

_LENGTHS = range(5, 11)


class BinLookup(Strict):
    """
    Derives `bank_name`, `bank_code` and `bank_card_type`.

    ``{kind: bin_lookup, names: bin_names, codes: bin_codes, types: bin_types}``

    Without tables of its own it knows the large banks only: card schemes sell
    their lists, and do not let them be given away.
    """

    kind: Literal["bin_lookup"] = "bin_lookup"
    names: str | None = None
    """A table of `config/tables/`: first digits -> the bank's name."""
    codes: str | None = None
    """A table of `config/tables/`: first digits -> the bank's code."""
    types: str | None = None
    """A table of `config/tables/`: first digits -> DEBIT, CREDIT, QUASI_CREDIT or PREPAID."""

    def build(self, tools: FillerKit) -> Filler:
        tables = {
            path: chosen(tools.kit, name, key, shipped("bins", path))
            for path, key, name in (
                ("bank_name", "names", self.names),
                ("bank_code", "codes", self.codes),
                ("bank_card_type", "types", self.types),
            )
        }

        async def fill(subject: Values, _: Need) -> tuple[Filling, ...]:
            card = subject.get("bank_card")
            if not isinstance(card, str):
                return ()
            says = {path: longest(card, table, _LENGTHS) for path, table in tables.items()}
            return filled(subject, FieldOrigin.DERIVED, self.kind, says)

        return fill
