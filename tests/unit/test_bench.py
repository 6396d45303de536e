"""What the benchmark runs on is sound; how fast it is, no test says."""

from __future__ import annotations

from pathlib import Path

import pytest
from stdnum.cn import ric

from bench.people import DAYS, PEOPLE, id_number
from gateway.catalog.dry_run import look_through

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
