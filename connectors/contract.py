"""
The vocabulary of one conversation with one connector.

    Query --render, seal, sign--> Wire --send--> WireReply --decode, classify, map--> Reply

A `Call` answers a query. A `Layer` wraps a call in one more concern, and the
result is again a call. Everything in this package is one, the other, or a part
of the call at the bottom: the `Connector`.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from .errors import ConnectorError, NotSent, TimedOut
from .words import Billed, Effect, FieldStatus, Outcome, Purpose, ReuseMode, ServedFrom

Values = Mapping[str, object]
"""Typed values by dotted path (``address.city``); what is absent is not there."""

Document = object
"""What a codec reads: JSON's types with exact numbers, or an XML element."""

UNREADABLE: Final = object()
"""What a path gives that leads to something which can not be read: it is there, and is no value."""

Pairs = tuple[tuple[str, str], ...]
"""Names and values in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class ConsentRef:
    """The consent on which a query stands."""

    id: str
    granted_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What travels with a query about the inquiry behind it: all that layers may know."""

    tenant: str
    caller: str
    inquiry_id: str
    purpose: Purpose
    consent: ConsentRef | None
    subject_token: str
    """Keyed hash of the subject: equal for equal persons of one tenant, and no way back."""
    config_version: str
    reuse: ReuseMode = ReuseMode.DEFAULT
    max_age: float | None = None
    """Seconds; what is older is asked anew."""
    acknowledged: frozenset[str] = frozenset()
    """Calls whose unknown outcome the caller knows of: they block no hard inquiry."""


@dataclass(slots=True)
class Attempt:
    """One try at one query; the only mutable thing in it."""

    number: int = 1
    call_id: str = ""
    our_reference: str = ""
    """Stable across the attempts of one query."""
    effect: Effect = Effect.CHARGEABLE
    price: Decimal = Decimal(0)
    """What it costs, if the bureau bills it."""
    sent: bool = False
    """Whether the first byte may have left. Set before it is written, never unset."""
    called_off: bool = False
    """Whether somebody was told that it never left: from then on it must not."""
    begun: bool = False
    """Whether its time runs: it has left all queues of ours."""
    spared: bool = False
    """Whether it has ended in a failure that is written down and not billed."""
    settling: Future[Reply] | None = field(default=None, repr=False, compare=False)
    """Where it goes on though its waiter has gone: it is paid for, and was sent."""

    def leave(self, connector: str) -> None:
        """Say that the first byte leaves now. Raises `NotSent` where it was called off."""
        if self.called_off:
            raise NotSent(connector, "called off")
        self.sent = True

    def unanswered(
        self, connector: str, note: str, sent: type[ConnectorError] = TimedOut
    ) -> ConnectorError:
        """Describe the end of a wait for this attempt: never sent, or else of kind `sent`."""
        error = (sent if self.sent else NotSent)(connector, note)
        return self.accounted(error)

    def accounted(self, error: ConnectorError) -> ConnectorError:
        """Name the call that failed, and what it costs until somebody knows better."""
        error.call_id, error.attempts = self.call_id, self.number
        if self.effect is Effect.FREE and error.billed is not Billed.YES:
            # YES is the bureau's own word, of the job that a free message asks after.
            error.billed = Billed.NO
        error.cost = Decimal(0) if error.billed is Billed.NO else self.price
        return error


@dataclass(frozen=True, slots=True)
class FieldNote:
    """What became of one mapping target."""

    status: FieldStatus
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How the mapping of one answer went, in values."""

    mapped: int = 0
    invalid: int = 0
    unmapped: int = 0
    """Codes that no label table lists."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one connector knew."""

    connector: str
    version: str
    outcome: Outcome
    user_info: bytes = field(default=b"", repr=False)
    """A serialised `UserInfo`: this is what is cached."""
    meta: Mapping[str, FieldNote] = field(default_factory=dict)
    """By mapping target."""
    mapped: Counts = Counts()
    billed: Billed = Billed.NO
    cost: Decimal = Decimal(0)
    """In the gateway's billing currency; 0 when reused."""
    attempts: int = 1
    call_id: str = ""
    bureau_reference: str = ""
    served_from: ServedFrom = ServedFrom.LIVE
    observed_at: datetime | None = None
    """When the bureau says that it knew this."""
    retrieved_at: datetime | None = None
    """When the answer reached us; aware, UTC."""
    whole: bool = True
    """Whether each of its sections was answered: what is not whole is not given again."""
    captured: Values = field(default_factory=dict, repr=False)
    """What later messages of the same query refer to, by path; never kept."""
    failed_call: str = ""
    """Of STALE: the call that failed instead, to which `billed` and `cost` belong."""
    job: str = ""
    """Of PENDING: names the job that goes on."""
    wait: float | None = None
    """Of PENDING: seconds after which to ask again, where the bureau said so."""
    word: Billed | None = None
    """Of a status query: what the row that held says of the call that is asked after."""
    step: str = ""
    """The message that gave it, where others of the same query follow: it is no answer yet."""


def forget(_: Future[Reply]) -> None:
    """Nobody above cares for what comes late."""


def disregard(_: Attempt) -> None:
    """Nobody above cares for the single attempt."""


@dataclass(frozen=True, slots=True)
class Query:
    """What we want to know of one connector."""

    connector: str
    standing: Standing
    deadline: Callable[[], float]
    """Monotonic. Read it late: a flight's is the latest of its waiters, and may move."""
    attempt: Attempt = field(default_factory=Attempt)
    outlived: Callable[[Future[Reply]], None] = field(default=forget, repr=False)
    """Told of a sent, paid attempt at the moment its wait ends without it."""
    attempted: Callable[[Attempt], None] = field(default=disregard, repr=False)
    """Told of each attempt as it is made, so that whoever waits knows its phase."""
    subject: Values = field(default_factory=dict, repr=False)
    inquiry: Values = field(default_factory=dict, repr=False)
    application: Values = field(default_factory=dict, repr=False)
    device: Values = field(default_factory=dict, repr=False)
    consent: Values = field(default_factory=dict, repr=False)
    user_info: Values = field(default_factory=dict, repr=False)
    """Only what the connectors named by ``needs:`` mapped."""
    reference: str = ""
    """Ours, where it is older than the first attempt: all messages of a query share it."""
    earlier: Mapping[str, Values] = field(default_factory=dict, repr=False)
    """What earlier messages of the same query gave, below ``steps``, ``job`` and ``callback``."""
    paid: bool = False
    """Whether an earlier message of it was billed: its price is for all of them together."""
    step: str = ""
    """Names the message, where others of the same query follow it."""


def with_pair(pairs: Pairs, name: str, value: str) -> Pairs:
    """Put a header at the end, and away with what has its name already."""
    lower = name.lower()
    if any([pair[0].lower() == lower for pair in pairs]):  # noqa: C419 (a generator costs more)
        pairs = tuple(pair for pair in pairs if pair[0].lower() != lower)
    return (*pairs, (name, value))


@dataclass(frozen=True, slots=True)
class Wire:
    """A message ready to leave the house, whatever carries it."""

    attempt: Attempt
    method: str
    target: str = field(repr=False)
    """Path with query, or an SQL statement."""
    headers: Pairs = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    bound: Values = field(default_factory=dict, repr=False)
    """Values that never become text: SQL arguments by name."""

    def with_header(self, name: str, value: str) -> Wire:
        headers = with_pair(self.headers, name, value)
        return Wire(self.attempt, self.method, self.target, headers, self.body, self.bound)


@dataclass(frozen=True, slots=True)
class WireReply:
    """A message as it came in, before anyone has read it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case; of a repeated header the last."""
    body: bytes = field(default=b"", repr=False)


Call = Callable[[Query], Coroutine[Any, Any, Reply]]
Layer = Callable[[Call], Call]


class Transport(Protocol):
    """Carries a message to a bureau and brings the answer back."""

    async def send(self, wire: Wire) -> WireReply:
        """
        Send once: no retry, no redirect, no silent re-send.

        Calls ``wire.attempt.leave`` before the first byte may leave, without a
        turn of the loop between the two. Raises `NotSent` only when that is proved, else `Lost`;
        `Unreadable` when the answer passes a cap.
        """
        ...

    async def aclose(self) -> None: ...


class Codec(Protocol):
    """Turns a document into bytes and back, and knows nothing else."""

    def encode(self, document: Document) -> bytes: ...

    def decode(self, body: bytes) -> Document:
        """Read a body. Raises `ValueError` without quoting it."""
        ...

    def selector(self, path: str) -> Callable[[Document], object]:
        """
        Compile a path (dotted or JMESPath; XPath for XML).

        The function gives None where the path leads nowhere, `UNREADABLE` where
        it leads to what it can not take, and does not raise. Raises `ValueError`
        for a path that is none.
        """
        ...


def stack(*layers: Layer) -> Layer:
    """
    Compose layers into one; the first one listed is the first to see a query.

    The order is the behaviour: ``stack(reuse, retry)`` never retries a hit,
    ``stack(retry, reuse)`` looks in the cache before every attempt.
    """

    def stacked(call: Call) -> Call:
        for layer in reversed(layers):
            call = layer(call)
        return call

    return stacked
