"""Asks in steps, each of which may refer to what the ones before it gave."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..contract import Call, Query, Reply, Values
from ..errors import ConnectorError, LedgerDown, Lost
from ..kit import Tokens
from ..words import Billed, Outcome

GOES_ON = frozenset({Outcome.HIT, Outcome.PENDING})
"""What a step must answer for the next one to be sent."""


@dataclass(frozen=True, slots=True)
class Link:
    """One message, with the layers of an attempt around it."""

    name: str
    call: Call


@dataclass(slots=True)
class Account:
    """What all messages of one query cost: its price is for all of them together."""

    price: Decimal
    billed: Billed = Billed.NO
    attempts: int = 0
    elsewhere: bool = False
    """Of a job: whether the price is booked on another call than its submission."""

    @property
    def cost(self) -> Decimal:
        return Decimal(0) if self.billed is Billed.NO else self.price

    @property
    def is_paid(self) -> bool:
        return self.billed is Billed.YES

    def add(self, end: Reply | ConnectorError) -> None:
        self.attempts += end.attempts
        self.bill(end.billed)

    def bill(self, billed: Billed) -> None:
        """Hear one word on the bill; the gravest counts."""
        if billed is Billed.YES or (billed is Billed.UNKNOWN and not self.is_paid):
            self.billed = billed

    def on_reply(self, reply: Reply) -> Reply:
        """Write the bill of all messages on the last one's reply."""
        return replace(
            reply,
            billed=self.billed,
            cost=self.cost,
            attempts=self.attempts,
            captured={},
            step="",
        )

    def on_error(self, error: ConnectorError) -> None:
        error.billed, error.cost, error.attempts = self.billed, self.cost, self.attempts


@dataclass(slots=True)
class Walk:
    """One query's way through its messages: how far it has come, and what they gave."""

    account: Account
    steps: dict[str, object] = field(default_factory=dict)
    at: str = ""
    """The name of the last link that was asked."""

    async def through(self, query: Query, links: Iterable[Link]) -> Reply:
        """
        Ask one after the other; give the last one's reply.

        One that ends in anything but HIT or PENDING is the end of all. What has
        been billed on the way stays billed, however it ends: `LedgerDown` says that
        nothing was sent, so that after a purchase it is `Lost`.
        """
        bought = ""
        for link in links:
            before, self.at = self.at, link.name
            earlier = {**query.earlier, "steps": self.steps}
            paid = self.account.is_paid
            asked = replace(query, earlier=earlier, paid=paid, step=link.name)
            try:
                reply = await link.call(asked)
            except ConnectorError as error:
                self.account.add(error)
                self.account.on_error(error)
                raise
            except LedgerDown as error:
                # Of this one nothing was sent, but of those before it.
                self.at = before
                if self.account.billed is Billed.NO:
                    raise
                lost = Lost(query.connector, "ledger")
                lost.call_id = bought
                self.account.on_error(lost)
                raise lost from error
            self.account.add(reply)
            bought = bought if reply.billed is Billed.NO else reply.call_id
            if reply.outcome not in GOES_ON:
                break
            self.steps |= named(link.name, reply.captured)
        return reply


@dataclass(frozen=True, slots=True)
class Chained:
    """A layer: the steps first, the call itself last."""

    links: tuple[Link, ...]
    tokens: Tokens
    reference: int
    """The length of our reference, which all messages share."""
    price: Decimal

    def __call__(self, call: Call) -> Call:
        if not self.links:
            return call

        async def ask(query: Query) -> Reply:
            query = replace(query, reference=self.tokens.reference(self.reference))
            walk = Walk(Account(self.price))
            steps = (Link(link.name, apart(link.call)) for link in self.links)
            reply = await walk.through(query, (*steps, Link("", call)))
            return walk.account.on_reply(reply)

        return ask


def apart(call: Call) -> Call:
    """Tell whoever waits for a step's late answer that it came, and no more: it is not theirs."""

    async def ask(query: Query) -> Reply:
        async def lost(late: Future[Reply]) -> Reply:
            await asyncio.wait({late})
            raise Lost(query.connector, "a step that was answered too late")

        def outlived(late: Future[Reply]) -> None:
            waiting = asyncio.create_task(lost(late))
            # Retrieved: often nobody waits.
            waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
            query.outlived(waiting)

        return await call(replace(query, outlived=outlived))

    return ask


def named(name: str, captured: Values) -> dict[str, object]:
    """Put what a message gave below its name: ``${steps.NAME.path}``."""
    return {f"{name}.{path}": value for path, value in captured.items()}
