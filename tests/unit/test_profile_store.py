"""The preset database, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from connectors.faults import ConfigError
from gateway.fillers import Forgetful, Stored
from gateway.store.profile import Profiles
from gateway.store.sealing import Sealer, Unsealable

from ..standins import HandClock

NOW = HandClock().utc()
DAY = 86400.0


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/profile.db"
    found: str = request.getfixturevalue("postgres")
    return found


SWAP = """
update profile set value = (select value from profile other where other.customer > profile.customer)
where customer = (select min(customer) from profile)
"""


def sealer(current: str = "k1", *known: str) -> Sealer:
    keys = {key: key.encode() * 16 for key in (current, *known)}
    return Sealer(current, keys, Random(1))


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def at(url: str, sealed_by: Sealer | None = None) -> Profiles:
    return Profiles.at(url, sealed_by or sealer(), b"c" * 32, HandClock())


@pytest.fixture
async def profiles(url: str) -> AsyncIterator[Profiles]:
    opened = at(url)
    await opened.create()
    async with opened.engine.begin() as connection:
        await connection.execute(text("delete from profile"))
    yield opened
    await opened.aclose()


async def test_typed_values_come_back_with_their_time(profiles: Profiles) -> None:
    since = NOW - timedelta(days=3, microseconds=7)
    values = {"name": "测试甲", "date_of_birth": date(1990, 1, 1), "address.city": "{}"}

    await profiles.put("lender_a", "c-1", values, since)

    known = await profiles.get("lender_a", "c-1", [*values, "mobile"], 90 * DAY)
    assert known == {path: Stored(value, since) for path, value in values.items()}


async def test_only_what_is_asked_for_is_given(profiles: Profiles) -> None:
    await profiles.put("lender_a", "c-1", {"name": "测试甲", "mobile": "1"}, NOW)

    assert set(await profiles.get("lender_a", "c-1", ["name"], DAY)) == {"name"}
    assert await profiles.get("lender_a", "c-1", [], DAY) == {}


async def test_tenants_and_customers_are_apart(profiles: Profiles) -> None:
    await profiles.put("lender_a", "c-1", {"name": "测试甲"}, NOW)

    assert await profiles.get("lender_b", "c-1", ["name"], DAY) == {}
    assert await profiles.get("lender_a", "c-2", ["name"], DAY) == {}


async def test_what_is_too_old_is_not_given(profiles: Profiles) -> None:
    await profiles.put("lender_a", "c-1", {"name": "测试甲"}, NOW - timedelta(days=90))

    assert await profiles.get("lender_a", "c-1", ["name"], 90 * DAY)
    assert await profiles.get("lender_a", "c-1", ["name"], 90 * DAY - 1) == {}


async def test_what_was_confirmed_last_stays(profiles: Profiles) -> None:
    later, earlier = NOW - timedelta(hours=1), NOW - timedelta(hours=2)

    for mobile, since in (("1", earlier), ("3", later), ("2", earlier)):
        await profiles.put("lender_a", "c-1", {"mobile": mobile}, since)

    known = await profiles.get("lender_a", "c-1", ["mobile"], DAY)
    assert known == {"mobile": Stored("3", later)}


async def test_a_customer_can_be_forgotten(profiles: Profiles) -> None:
    await profiles.put("lender_a", "c-1", {"name": "测试甲", "mobile": "1"}, NOW)
    await profiles.put("lender_a", "c-2", {"name": "测试乙"}, NOW)

    assert await profiles.erase("lender_a", "c-1") == 2
    assert await profiles.get("lender_a", "c-1", ["name", "mobile"], DAY) == {}
    assert await profiles.get("lender_a", "c-2", ["name"], DAY)


async def test_rows_that_were_swapped_are_absent(
    profiles: Profiles, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The log hears of it, by path; standard output belongs to the command."""
    await profiles.put("lender_a", "c-1", {"name": "测试甲"}, NOW)
    await profiles.put("lender_a", "c-2", {"name": "测试乙"}, NOW)
    async with profiles.engine.begin() as connection:
        await connection.execute(text(SWAP))

    found = [await profiles.get("lender_a", customer, ["name"], DAY) for customer in ("c-1", "c-2")]

    assert sorted(len(each) for each in found) == [0, 1]
    assert caplog.messages == ["a stored value of name does not open"]
    assert capsys.readouterr().out == ""


async def test_a_value_that_is_made_to_look_fresh_is_absent(profiles: Profiles) -> None:
    await profiles.put("lender_a", "c-1", {"name": "测试甲"}, NOW - timedelta(days=9))
    async with profiles.engine.begin() as connection:
        await connection.execute(text("update profile set confirmed_at = confirmed_at + 1000000"))

    assert await profiles.get("lender_a", "c-1", ["name"], 90 * DAY) == {}


async def test_keys_can_change(profiles: Profiles, url: str) -> None:
    await profiles.put("lender_a", "c-1", {"name": "测试甲"}, NOW)
    rotated, forgetful = at(url, sealer("k2", "k1")), at(url, sealer("k2"))

    assert await rotated.get("lender_a", "c-1", ["name"], DAY)
    assert await forgetful.get("lender_a", "c-1", ["name"], DAY) == {}

    await rotated.aclose()
    await forgetful.aclose()


async def test_nothing_personal_is_in_the_file(tmp_path: Path) -> None:
    profiles = at(f"sqlite:///{tmp_path}/profile.db")
    await profiles.create()
    canaries = {"name": "金丝雀", "mobile": "19987654321", "date_of_birth": date(1987, 6, 5)}

    await profiles.put("lender_a", "customer-canary", canaries, NOW)
    await profiles.aclose()

    kept = all_bytes(tmp_path)
    assert b"lender_a" in kept
    for canary in ("金丝雀", "\\u91d1", "19987654321", "1987-06-05", "customer-canary"):
        assert canary.encode() not in kept


@pytest.mark.parametrize("broken", ["sqlite:///{}/new.db", "postgresql:///x?host={}/nowhere"])
async def test_a_database_that_fails_gives_no_answer(broken: str, tmp_path: Path) -> None:
    """One has no table, the other no server."""
    profiles = at(broken.format(tmp_path))

    with pytest.raises(Forgetful) as caught:
        await profiles.get("lender_a", "c-canary", ["name"], DAY)
    await profiles.aclose()
    assert "canary" not in repr(caught.value)


async def test_a_database_that_fails_at_the_start_says_so_without_its_url(tmp_path: Path) -> None:
    profiles = at(f"postgresql://u:canary@/x?host={tmp_path}/nowhere")

    with pytest.raises(Forgetful) as caught:
        await profiles.create()
    await profiles.aclose()
    assert "canary" not in repr(caught.value)


def test_what_is_no_url_is_a_fault_of_the_config_and_never_quoted() -> None:
    with pytest.raises(ConfigError) as caught:
        at("sqlite://:canary@@/x:y")

    assert "canary" not in repr(caught.value)


async def test_what_has_no_form_here_is_refused(profiles: Profiles) -> None:
    with pytest.raises(TypeError):
        await profiles.put("lender_a", "c-1", {"name": datetime(2025, 1, 1, tzinfo=UTC)}, NOW)


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    sealed = sealer().seal(b"value", b"here")

    assert sealer().open("k1", sealed, b"here") == b"value"
    for key, place, value in [
        ("k1", b"there", sealed),
        ("k2", b"here", sealed),
        ("k1", b"here", sealed[:-1]),
        ("k1", b"here", b""),
    ]:
        with pytest.raises(Unsealable):
            sealer("k1", "k2").open(key, value, place)


def test_equal_values_are_sealed_unlike() -> None:
    one = sealer()

    assert one.seal(b"value", b"here") != one.seal(b"value", b"here")


@pytest.mark.parametrize("keys", [{}, {"k1": b"short"}])
def test_a_sealer_needs_a_key_of_the_right_length(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="key"):
        Sealer("k1", keys, Random(1))


def test_keys_do_not_print() -> None:
    assert "k1k1" not in repr(at("sqlite://"))
    assert "cccc" not in repr(at("sqlite://"))
