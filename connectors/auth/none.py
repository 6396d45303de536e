"""For bureaus that know us by our address, our certificate or our signature alone."""

from __future__ import annotations

from typing import Literal

from ..contract import Transport, Values
from ..kit import Kit, Strict
from ..message.draft import Draft
from ..template import Language
from .contract import Auth


class NoAuth(Strict):
    """Sends the message as it is; it is its own credentials."""

    kind: Literal["none"] = "none"

    def build(self, _kit: Kit, _language: Language, _transport: Transport, _bureau: str) -> Auth:
        return self

    @property
    def renewable(self) -> bool:
        return False

    @property
    def references(self) -> frozenset[str]:
        return frozenset()

    async def values(self) -> Values:
        return {}

    def apply(self, draft: Draft, _values: Values) -> Draft:
        return draft

    async def renew(self, stale: Values) -> None:
        """There is nothing to get."""
