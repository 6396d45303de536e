"""What every kind is made from: a strict config model, and the ports that the gateway fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random, SystemRandom
from typing import Protocol

from google.protobuf.message import Message
from pydantic import BaseModel, ConfigDict

from .contract import Query, Reply
from .job import Jobs
from .keeping import Cache, Leasing, Unshared
from .words import Billed, Effect, Outcome, ServedFrom


class Strict(BaseModel):
    """Configuration that cannot change and refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Secret:
    """A secret's value; it can not print itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(****)"

    __str__ = __repr__


class Clock(Protocol):
    """The only way this package learns the time or waits."""

    def now(self) -> float:
        """Monotonic seconds; the event loop's own time."""
        ...

    def utc(self) -> datetime:
        """Wall-clock time, aware, UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class Tokens(Protocol):
    """What must never be the same twice, and can not be guessed."""

    def nonce(self) -> str: ...

    def call_id(self) -> str: ...

    def reference(self, length: int) -> str:
        """Make our reference of a query: lower-case letters and digits."""
        ...


@dataclass(frozen=True, slots=True)
class Drawn:
    """Tokens out of chance."""

    random: Random = field(default_factory=SystemRandom)

    def nonce(self) -> str:
        return self._hex(32)

    def call_id(self) -> str:
        return self._hex(32)

    def reference(self, length: int) -> str:
        return self._hex(length)

    def _hex(self, length: int) -> str:
        return self.random.randbytes((length + 1) // 2).hex()[:length]


class Secrets(Protocol):
    """Where secrets come from. Config holds their names, never their values."""

    def read(self, name: str) -> Secret:
        """Look a secret up; raises `ConfigError`, which names it, where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """How one attempt ended, for the ledger."""

    outcome: Outcome
    billed: Billed
    cost: Decimal
    bureau_reference: str
    latency: float
    """Seconds."""


class Ledger(Protocol):
    """
    Returns from either only when the row is durable.

    Queues the row before it first waits, in the order of the calls, so that a
    cancel ends the wait and never the row. Raises `LedgerDown` (fail closed).
    """

    async def intent(self, query: Query, effect: Effect) -> None:
        """
        Write down that a bureau is about to be asked.

        A cancel is heard when it is known that the row is written; where it is not,
        that is raised instead, so that no end is written down of it.

        Raises `Unresolved` for a hard inquiry where an earlier one of the same
        tenant, subject, connector and purpose is open, or ended unknown, and the
        standing does not acknowledge it; then no row is written.
        """
        ...

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None:
        """
        Write down what became of it; of several rows of one call the last counts.

        A `reply` is kept with the row, sealed: what was paid for is not lost with
        whoever waited for it.
        """
        ...


class History(Protocol):
    """What the ledger tells of earlier calls. Reads; raises `LedgerDown`."""

    async def attempts(self, connectors: frozenset[str], since: datetime, until: datetime) -> int:
        """Count the intents of these connectors in that time, of all callers and processes."""
        ...

    async def spent(self, tenant: str, caller: str, since: datetime, until: datetime) -> Decimal:
        """Add up what a caller's calls of that time cost; what may have been billed counts."""
        ...


class Unrecorded:
    """Knows of no earlier call."""

    async def attempts(self, _connectors: frozenset[str], _: datetime, __: datetime) -> int:
        return 0

    async def spent(self, _tenant: str, _caller: str, _: datetime, __: datetime) -> Decimal:
        return Decimal(0)


class Spending(Protocol):
    """Keeps callers to what they may spend. Neither waits nor fails otherwise."""

    def debit(self, query: Query, price: Decimal) -> None:
        """Take a price before its intent is written. Raises `SpendCapped`, and takes nothing."""
        ...

    def settle(self, query: Query, price: Decimal, cost: Decimal) -> None:
        """Put what a call cost in the place of the price that was taken for it."""
        ...


class Uncapped:
    """Lets everybody spend."""

    def debit(self, query: Query, price: Decimal) -> None: ...

    def settle(self, query: Query, price: Decimal, cost: Decimal) -> None: ...


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What a bureau answered, opened, decoded, and less what is never stored."""

    connector: str
    version: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    document: bytes = field(repr=False)
    """XML where the connector's codec reads that, else JSON; `Reading.reread` reads it."""
    retrieved_at: datetime


class RawAnswers(Protocol):
    """Keeps raw answers sealed. Must not raise or wait: an answer is worth more than its copy."""

    def keep(self, query: Query, answer: RawAnswer) -> None: ...


class Unkept:
    """Keeps no raw answers."""

    def keep(self, query: Query, answer: RawAnswer) -> None: ...


class Observer(Protocol):
    """Is told of each query once, with its final outcome. Must not raise or wait."""

    def asked(
        self, query: Query, outcome: Outcome, served_from: ServedFrom, seconds: float
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Schema:
    """What connectors may refer to and map to; passed in, so that no stub is imported here."""

    user_info: type[Message]
    keys: Mapping[str, tuple[str, ...]]
    """Natural keys by list: ``{"fraud.multi_lending": ("window", "key", ...)}``."""
    roots: Mapping[str, Mapping[str, type]]
    """Type by path by root: ``{"subject": {"date_of_birth": date, ...}, ...}``."""


@dataclass(frozen=True, slots=True)
class Kit:
    """The tools a config model may use when it builds its part."""

    clock: Clock
    random: Random
    secrets: Secrets
    env: Mapping[str, str] = field(repr=False)
    ledger: Ledger
    cache: Cache
    observer: Observer
    schema: Schema
    cache_key: bytes = field(repr=False)
    """Keys the names of questions, so that none can be guessed from a person's data."""
    currency: str
    """The one billing currency (ISO 4217); empty in a dry run that does not know it."""
    files: Path
    """The folder below which certificates and databases are looked up."""
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Look-up tables of `config/tables/`, by name."""
    tokens: Tokens = field(default_factory=Drawn)
    history: History = field(default_factory=Unrecorded)
    spending: Spending = field(default_factory=Uncapped)
    jobs: Jobs | None = None
    """Where submitted questions are kept; without it a connector with a `job` can not be built."""
    raw_answers: RawAnswers = field(default_factory=Unkept)
    answer_keys: tuple[bytes, ...] = field(default=(), repr=False)
    """
    Key the names of answers, the current one first; where there is none, `cache_key` does.

    They may change while answers are kept. That of questions may not: a job that
    is open is found by it.
    """
    lease: Leasing = Unshared
    """Tells other processes what is being asked here."""
    callback_url: str = ""
    """Below which bureaus call back; empty where nobody listens."""
    plugins: frozenset[str] = frozenset()
    """Classes (``package.module:Class``) that a config may name as transports."""

    @property
    def naming(self) -> tuple[bytes, ...]:
        return self.answer_keys or (self.cache_key,)
