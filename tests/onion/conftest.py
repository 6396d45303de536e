"""One connector's layers, on time that only passes when nothing else is left to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Call, stack
from connectors.keeping import Leasing, Unshared
from connectors.kit import Clock, Kit
from connectors.policy.breaker.breaker import Breaker
from connectors.policy.ledger import Owned, Recorded
from connectors.policy.limit.limit import Limit
from connectors.policy.observe import observe
from connectors.policy.renew import renew
from connectors.policy.retry.retry import Retry
from connectors.policy.retry.terms import Terms
from connectors.policy.retry.tokens import RetryTokens
from connectors.policy.reuse.reuse import Reuse
from connectors.policy.timeout import Timeout
from connectors.words import Effect, Outcome
from tests.fakes import EMPTY_SCHEMA, NoSecrets
from tests.virtual import LOOPS, VirtualClock, VirtualLoop

from .fakes import Act, Bureau, FakeCache, FakeLedger, FakeObserver

UTC = ZoneInfo("UTC")


def pytest_asyncio_loop_factories() -> Mapping[str, type[VirtualLoop]]:
    return LOOPS


@dataclass
class House:
    """Builds one connector's onion, and shows its parts."""

    clock: Clock = field(default_factory=VirtualClock)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    cache: Any = field(default_factory=FakeCache)
    """A `Cache`."""
    lease: Leasing = Unshared
    observer: FakeObserver = field(default_factory=FakeObserver)
    owned: Owned = field(default_factory=Owned)
    bureau: Bureau = field(default_factory=lambda: Bureau([]))
    bottom: Call | None = None
    """Asked instead of the bureau, where it is given."""

    def kit(self) -> Kit:
        return Kit(
            clock=self.clock,
            random=Random(7),
            secrets=NoSecrets(),
            env={},
            ledger=self.ledger,
            cache=self.cache,
            observer=self.observer,
            schema=EMPTY_SCHEMA,
            cache_key=b"k" * 32,
            lease=self.lease,
            currency="EUR",
            files=Path(),
        )

    def connector(
        self,
        *acts: Act,
        free: bool = False,
        timeout: float = 5.0,
        limit: Limit | None = None,
        unbilled: frozenset[Outcome] = frozenset(),
        settle: float = 60.0,
        reuse: Mapping[str, object] | None = None,
    ) -> Call:
        self.bureau.acts = list(acts)
        kit = self.kit()
        effect = Effect.FREE if free else Effect.CHARGEABLE
        times = Timeout(attempt=f"{timeout}s", settle=f"{settle}s")  # type: ignore[arg-type] # as YAML has it
        rule = Reuse.model_validate({"ttl": "24h", **(reuse or {})})
        return stack(
            observe(kit),
            rule.build(kit, lambda query: (str(query.subject["name"]),), self.owned, times.settle),
            renew,
            Retry().build(kit, Terms(effect, Decimal("0.35"), unbilled), RetryTokens()),
            Breaker().build(kit),
            (limit or Limit()).build(kit, UTC).of("acme", times.min_attempt),
            times.build(kit),
            Recorded(kit, self.owned, effect, times.settle),
        )(self.bottom or self.bureau)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """No test may leave a task behind, nor an intent without its outcome."""
    before = asyncio.all_tasks()
    house = House()
    yield house
    await house.owned.settled()
    await asyncio.sleep(1)
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}
    assert len(house.ledger.intents()) == len(house.ledger.outcomes())
