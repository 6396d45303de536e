"""What the benchmark runs on is sound; how fast it is, no test says."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from stdnum.cn import ric

from bench.ledger_off import without_ledger
from bench.people import DAYS, PEOPLE, id_number
from gateway.app import Streams, running
from gateway.catalog.dry_run import look_through
from gateway.cli.demo_folder import DemoFolder
from mock_bureaus import MockBureaus
from mock_bureaus.keys.certificates import server_context

SHIPPED = Path(__file__).parents[2] / "config"
CONFIG = Path(__file__).parents[2] / "bench" / "config"
ENV = {"BENCH_WORK": "/nowhere", "BENCH_BUREAU": "http://127.0.0.1:1/0"}


def test_its_config_has_no_findings() -> None:
    assert look_through(CONFIG, ENV) == ()


@pytest.mark.parametrize("person", [0, 1, DAYS - 1, DAYS, PEOPLE // 2, PEOPLE - 1])
def test_its_numbers_check(person: int) -> None:
    assert ric.is_valid(id_number(person))


def test_no_two_of_its_persons_share_a_number() -> None:
    nearby = [*range(5_000), *range(DAYS, DAYS + 5_000)]
    assert len({id_number(person) for person in nearby}) == len(nearby)


async def test_a_gateway_starts_and_ends_without_a_ledger(tmp_path: Path) -> None:
    """It follows what a ledger has to have: else the comparison breaks where nobody looks."""
    made = DemoFolder.at(tmp_path)
    async with MockBureaus(credentials=made.credentials, mutual_tls=server_context()) as bureaus:
        env, nowhere = made.env(bureaus), Streams(StringIO(), StringIO())
        async with running(
            SHIPPED, env, nowhere, listen="127.0.0.1:0", stores_of=without_ledger
        ) as gateway:
            assert gateway.port
