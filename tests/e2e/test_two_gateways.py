"""Two gateways on one PostgreSQL and one Valkey: one inquiry is one purchase, whoever takes it."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from datachannel_client import GatewayRefusal
from gateway.cli.demo_folder import DemoFolder
from gateway.rpc.translate import amount
from gateway.security.keys import Keys
from gateway.store.ledger.verify import verify
from tests.cache.conftest import server, valkey
from tests.ledger_databases import database

from .house import CONFIG, House, open_house

__all__ = ["server", "valkey"]

Houses = tuple[House, House]


@pytest.fixture
async def shared(tmp_path: Path, postgres: str) -> AsyncIterator[str]:
    async with database("postgresql", tmp_path, lambda: postgres) as made:
        yield made.url


@pytest.fixture
async def houses(tmp_path: Path, shared: str, valkey: str) -> AsyncIterator[Houses]:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("data", "secrets"))
    own = config / "gateway.yaml"
    text, url = own.read_text("utf-8"), shared.replace("postgresql:", "postgresql+asyncpg:")
    for store in ("ledger", "profile", "jobs"):
        text = text.replace(
            f"{store}: sqlite:///${{env.GATEWAY_DATA:data}}/{store}.db", f'{store}: "{url}"'
        )
    own.write_text(text.replace("cache: memory", f'cache: {{redis: "{valkey}"}}'), "utf-8")
    DemoFolder.at(tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(open_house(tmp_path / "one", config))
        other = await stack.enter_async_context(open_house(tmp_path / "other", config))
        yield one, other


def bills(houses: Houses) -> Counter[str]:
    """Count what is charged for, by bureau, at both gateways together."""
    return Counter(call.bureau for house in houses for call in house.demo.bureaus.billed())


async def test_one_inquiry_at_two_gateways_is_made_once(houses: Houses) -> None:
    one, other = houses
    request = one.request()
    request.consent.recipients.extend(set(other.demo.recipients) - set(one.demo.recipients))
    first, second = await asyncio.gather(
        *(house.client.get_user_info(request, timeout=10) for house in houses),
        return_exceptions=True,
    )
    told = [each for each in (first, second) if not isinstance(each, BaseException)]
    refused = [each for each in (first, second) if isinstance(each, BaseException)]
    # Whoever came second waited for the first, or was told that it is still under way.
    assert all(
        isinstance(each, GatewayRefusal) and each.reason == "IDEMPOTENCY_IN_PROGRESS"
        for each in refused
    )
    again = await other.client.get_user_info(request, timeout=10)

    assert told
    assert again.replayed and amount(again.cost) == 0
    assert again.user_info == told[0].user_info
    assert set(bills(houses).values()) == {1}


async def test_what_one_has_bought_the_other_gives_from_the_cache(houses: Houses) -> None:
    one, other = houses
    await one.ask()
    before = bills(houses)
    report = await other.ask()

    assert amount(report.cost) == 0
    assert bills(houses) == before


async def test_both_write_one_ledger_each_its_own_chain(houses: Houses, tmp_path: Path) -> None:
    for house in houses:
        await house.ask()
    ledger = houses[0].demo.gateway.stores.ledger
    master = (tmp_path / "one" / "secrets" / "master_key").read_text("utf-8")
    key = Keys.of(master, "test").ledger
    report = await verify(ledger.reading, ledger.instance.heads, key)

    assert report.breaks == ()
    assert report.instances == len(houses)
