"""What goes to and fro in one call, seen where it leaves and comes in."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.auth import Auth
from connectors.contract import Transport, Values, Wire, WireReply
from connectors.errors import ConnectorError, Lost
from connectors.message.draft import Draft


@dataclass(slots=True)
class Exchange:
    """One message, and what came of it."""

    wire: Wire
    reply: WireReply | ConnectorError
    is_login: bool = False
    """Whether it asked for a token: it is about nobody, and its answer is a secret."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A transport that keeps what it carries."""

    inner: Transport
    exchanges: list[Exchange] = field(default_factory=list)

    async def send(self, wire: Wire) -> WireReply:
        # Kept before it leaves: of what is cancelled, nobody says what came.
        seen = Exchange(wire, Lost("", "no answer"))
        self.exchanges.append(seen)
        try:
            seen.reply = await self.inner.send(wire)
        except ConnectorError as error:
            seen.reply = error
            raise
        return seen.reply

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass(frozen=True, slots=True)
class Witnessed:
    """Credentials that are noted as they are given, and got anew only where that is allowed."""

    inner: Auth
    tap: Tap
    given: set[str]
    """Values that must not be shown."""
    may_renew: bool

    @property
    def renewable(self) -> bool:
        return self.may_renew and self.inner.renewable

    @property
    def references(self) -> frozenset[str]:
        return self.inner.references

    async def values(self) -> Values:
        before = len(self.tap.exchanges)
        try:
            values = await self.inner.values()
        finally:
            for exchange in self.tap.exchanges[before:]:
                exchange.is_login = True
        self.given.update(str(value) for value in values.values())
        return values

    def apply(self, draft: Draft, values: Values) -> Draft:
        return self.inner.apply(draft, values)

    async def renew(self, stale: Values) -> None:
        await self.inner.renew(stale)
