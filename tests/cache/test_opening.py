"""The cache that `gateway.yaml` names, by the keys that it names."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from connectors.faults import ConfigError
from connectors.keeping import Unshared
from gateway.config.settings import Settings
from gateway.security.cache_keys import CacheKeys
from gateway.security.keys import Keys
from gateway.store.cache.events import CacheEvent
from gateway.store.cache.memory import MemoryCache
from gateway.store.cache.opening import Opened, Tools, open_cache, opened
from gateway.store.cache.shared.leases import SharedLease
from gateway.store.cache.tiers import TieredCache
from gateway.telemetry.observer import CacheCounters
from tests.standins import DictSecrets, HandClock, anything

from .processes import KEY, NEWER, Start, place

SECRETS = {"master_key": KEY, "newer": NEWER, "short": "aa"}
REDIS = "redis://127.0.0.1:1"


def settings(cache: object = "memory", *keys: str) -> Settings:
    return Settings.model_validate(
        {
            "insecure": True,
            "stores": {"ledger": "sqlite:///l.db", "profile": "sqlite:///p.db", "cache": cache},
            "keys": {
                "master": "${secrets.master_key}",
                "cache": [f"${{secrets.{name}}}" for name in keys],
            },
            "jurisdiction": "CN",
            "billing_currency": "EUR",
        }
    )


def open_one(found: Settings) -> Opened:
    return open_cache(found, Path("/config"), DictSecrets(SECRETS), Tools(HandClock(), Random(1)))


def test_nothing_is_shared_unless_that_is_said() -> None:
    cache = open_one(settings())

    assert isinstance(cache.store, MemoryCache)
    assert cache.lease is Unshared


@pytest.mark.parametrize("scheme", ["redis", "rediss", "valkey", "valkeys"])
async def test_a_redis_is_named_by_its_url(scheme: str) -> None:
    cache = open_one(settings({"redis": f"{scheme}://:word@cache.example:6380/2"}))

    assert isinstance(cache.store, TieredCache)
    assert isinstance(cache.lease("q"), SharedLease)
    await cache.store.aclose()


def test_the_caches_keys_are_the_masters_until_others_are_named() -> None:
    master, newer = CacheKeys.of(KEY, "test"), CacheKeys.of(NEWER, "test")

    assert open_one(settings()).names == (master.names,) == (Keys.of(KEY, "test").cache,)
    assert open_one(settings("memory", "newer")).names == (newer.names,)
    assert open_one(settings("memory", "newer", "master_key")).names == (newer.names, master.names)


def test_no_key_tells_of_another() -> None:
    found = [CacheKeys.of(key, "test") for key in (KEY, NEWER)]
    values = {value for each in found for value in (each.names, each.values, each.subjects)}

    assert len(values) == 6 and len({each.id for each in found}) == 2
    assert not any(value.hex().startswith(each.id) for value in values for each in found)


def test_a_key_that_is_none_is_named_and_not_shown() -> None:
    with pytest.raises(ConfigError, match=r"keys.cache\[1\]: the master key has less"):
        open_one(settings("memory", "newer", "short"))


def test_without_the_extra_it_says_which_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gateway.store.cache.shared.client", None)
    with pytest.raises(ConfigError, match=r"bureau-gateway\[redis\]") as error:
        open_one(settings({"redis": REDIS}))

    assert error.value.findings[0].at == ("stores", "cache", "redis")


async def test_what_was_told_last_goes_out_before_it_is_closed(valkey: str, start: Start) -> None:
    found = settings({"redis": valkey, "namespace": "tests"})
    tools = Tools(start(valkey).clock, Random(1))
    async with opened(found, Path("/config"), DictSecrets(SECRETS), tools) as cache:
        await cache.store.put(place(), start(valkey).kept("kept"))

    assert await start(valkey).get(place()) == "kept"


async def test_looks_are_counted_and_a_moved_value_is_logged(valkey: str, start: Start) -> None:
    class Log:
        told: list[str]

        def __init__(self) -> None:
            self.told = []
            self.inquiry = self.incident = anything()

        def event(self, event: str, **_: object) -> None:
            self.told.append(event)

    log = Log()
    counters = CacheCounters(log)
    await start(valkey, [NEWER]).put(place())
    found = settings({"redis": valkey, "namespace": "tests"})
    tools = Tools(start(valkey).clock, Random(1), counters, log.event, budget=1.0)
    async with opened(found, Path("/config"), DictSecrets(SECRETS), tools) as cache:
        assert await cache.store.get(place(), lambda _: True) is None

    assert counters.seen_total == Counter({CacheEvent.UNSEALABLE: 1, CacheEvent.MISS: 1})
    assert log.told == ["cache_value_unsealable"]
