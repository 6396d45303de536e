"""Which carrier a Chinese mobile number was given out by."""

from __future__ import annotations

from typing import Literal

from connectors.contract import Values
from connectors.kit import Strict

from ..subject.filling import FieldOrigin, Filling
from .contract import Filler, FillerKit, Need, filled
from .prefixes import chosen, longest, shipped

_LENGTHS = range(3, 8)


class MobileLookup(Strict):
    """
    Derives `mobile_carrier`, of a normalised number.

    ``{kind: mobile_lookup, carriers: my_segments}``

    A hint and no more: since 2019 people take their number along to another
    carrier. Of the segments of virtual operators it says nothing.
    """

    kind: Literal["mobile_lookup"] = "mobile_lookup"
    carriers: str | None = None
    """A table of `config/tables/`: first digits -> the carrier's name."""

    def build(self, tools: FillerKit) -> Filler:
        ours = shipped("carriers", "mobile_carrier")
        table = chosen(tools.kit, self.carriers, "carriers", ours)

        async def fill(subject: Values, _: Need) -> tuple[Filling, ...]:
            number = subject.get("mobile")
            if not isinstance(number, str):
                return ()
            says = {"mobile_carrier": longest(number, table, _LENGTHS)}
            return filled(subject, FieldOrigin.DERIVED, self.kind, says)

        return fill
