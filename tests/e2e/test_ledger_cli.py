"""The ledger from the command line: what is unknown, what it cost, and what ends it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.cli.demo_folder import SUBJECT, DemoFolder
from gateway.clock import LoopClock
from gateway.reconciling.running import reconciling
from mock_bureaus import MockBureaus, Step
from tests.shipped import CONFIG

from .house import House, open_house, outcomes

HARD = "credit_report"


@dataclass(frozen=True, slots=True)
class Office:
    """What a gateway left behind, and the command line over it."""

    env: dict[str, str]
    data: Path
    reference: str
    """Of the one call that the bureau answered to nobody."""

    async def run(self, *arguments: str, config: Path = CONFIG) -> Result:
        """Run a command in a thread of its own: it runs a loop of its own."""
        words = ["ledger", *arguments, "--config", str(config)]
        given = {**self.env, "COLUMNS": "200"}
        told: Result = await asyncio.to_thread(CliRunner().invoke, app, words, env=given)
        return told

    async def json(self, *arguments: str) -> Any:
        told = await self.run(*arguments, "--json")
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)


async def lose_one(house: House) -> str:
    """Have the dearest bureau work, bill, and answer to nobody."""
    house.demo.bureaus.script(HARD, Step("billed_reset"))
    report = await house.ask()
    assert outcomes(report)[HARD] == "LOST"
    (billed,) = house.demo.bureaus.billed(HARD)
    return billed.reference


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    async with open_house(tmp_path / "data") as house:
        reference = await lose_one(house)
    made = DemoFolder.at(tmp_path / "data")
    env = dict(made.env(MockBureaus()))
    return Office(env, tmp_path / "data", reference)


async def test_what_nobody_knows_is_listed_with_what_it_may_cost(office: Office) -> None:
    (call,) = await office.json("unknown")

    assert (call["connector"], call["our_reference"]) == (HARD, office.reference)
    assert (call["outcome"], call["billed"], call["cost"]) == ("LOST", "UNKNOWN", "5.00")
    assert SUBJECT["id_number"] not in json.dumps(call)


async def test_days_add_up_by_caller_product_and_connector(office: Office) -> None:
    lines = await office.json("usage")

    hard = next(line for line in lines if line["connector"] == HARD)
    assert (hard["tenant"], hard["caller"], hard["product"]) == (
        "lender_a",
        "scoring_service",
        "loan_v1",
    )
    assert (hard["calls"], hard["billed"], hard["unknown"], hard["cost"]) == (1, 0, 1, "5.00")


async def test_a_word_by_hand_is_one_more_row_and_the_last_counts(office: Office) -> None:
    (call,) = await office.json("unknown")
    told = await office.run("resolve", call["call_id"], "--billed", "yes", "--cost", "4.80")

    assert told.exit_code == 0, told.output
    assert await office.json("unknown") == []
    (found,) = [one for one in await office.json("search") if one["connector"] == HARD]
    assert (found["billed"], found["cost"], found["source"]) == ("YES", "4.80", "by_hand")
    assert found["outcome"] == "LOST"
    assert (await office.run("verify")).exit_code == 0


@pytest.mark.parametrize("arguments", [("nothing", "--billed", "no")])
async def test_nothing_is_written_of_a_call_that_is_known(
    office: Office, arguments: tuple[str, ...]
) -> None:
    told = await office.run("resolve", *arguments)

    assert told.exit_code == 1
    assert "no call of that id is unknown" in told.stderr


async def test_a_word_by_hand_is_corrected_by_one_more(office: Office) -> None:
    (call,) = await office.json("unknown")
    early = await office.run("resolve", call["call_id"], "--billed", "no", "--correct")
    await office.run("resolve", call["call_id"], "--billed", "no")
    again = await office.run("resolve", call["call_id"], "--billed", "yes")
    words = ("resolve", call["call_id"], "--billed", "yes", "--correct")
    priceless = await office.run(*words)
    told = await office.run(*words, "--cost", "4.80")

    assert (early.exit_code, again.exit_code, priceless.exit_code) == (1, 1, 2)
    assert "--correct" in again.stderr
    assert told.exit_code == 0, told.output
    (found,) = [one for one in await office.json("search") if one["connector"] == HARD]
    assert (found["billed"], found["cost"], found["source"]) == ("YES", "4.80", "by_hand")
    assert (await office.run("verify")).exit_code == 0


async def test_what_is_not_billed_has_no_cost(office: Office) -> None:
    (call,) = await office.json("unknown")
    told = await office.run("resolve", call["call_id"], "--billed", "no", "--cost", "5")

    assert told.exit_code == 2
    assert len(await office.json("unknown")) == 1


@pytest.mark.parametrize("cost", ["much", "-1", "NaN", "1e30", "5,00", "5.123", "9" * 12])
async def test_a_cost_that_is_none_is_a_wrong_question(office: Office, cost: str) -> None:
    told = await office.run("resolve", "any", "--billed", "yes", f"--cost={cost}")

    assert told.exit_code == 2


async def test_a_bill_settles_what_was_unknown_once_it_is_written(office: Office) -> None:
    bill = office.data / "bill.csv"
    bill.write_text(f"customerReferenceIdentifier,fee\n{office.reference},5.00\n")
    days = ("--since", "2020-01-01", "--until", "2099-12-31")
    first = await office.run("import", "creditfile", str(bill), *days)
    open_still = await office.json("unknown")
    second = await office.run("import", "creditfile", str(bill), *days, "--write")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert len(open_still) == 1
    assert await office.json("unknown") == []
    (found,) = [one for one in await office.json("search") if one["connector"] == HARD]
    assert (found["billed"], found["source"]) == ("YES", "billing_file")
    assert "1 calls as charged and 0 as not; 0 disagreements" in second.stdout
    (line,) = [line for line in first.stdout.splitlines() if office.reference in line]
    assert line.endswith("5.00 CNY")


async def test_a_bill_with_an_amount_that_is_none_is_refused_whole(office: Office) -> None:
    bill = office.data / "bill.csv"
    rows = f'{office.reference},5.00\nref-1,"5,00"\nref-2,1e400\nref-3,5.123456789\n'
    bill.write_text(f"customerReferenceIdentifier,fee\n{rows}")
    days = ("--since", "2020-01-01", "--until", "2099-12-31")
    told = await office.run("import", "creditfile", str(bill), *days, "--write")

    assert told.exit_code == 1
    assert [f"line {line}: fee" in told.stderr for line in range(2, 6)] == [False, *[True] * 3]
    assert told.stderr.count(str(bill)) == 3
    assert len(await office.json("unknown")) == 1


@pytest.mark.parametrize(
    ("amount", "what", "left"), [("500.00", "OTHER_AMOUNT", 0), ("-5.00", "CREDITED", 1)]
)
async def test_another_amount_than_the_price_is_told_and_a_credit_books_nothing(
    office: Office, amount: str, what: str, left: int
) -> None:
    bill = office.data / "bill.csv"
    bill.write_text(f"customerReferenceIdentifier,fee\n{office.reference},{amount}\n")
    days = ("--since", "2020-01-01", "--until", "2099-12-31")
    for write in ((), ("--write",)):
        told = await office.run("import", "creditfile", str(bill), *days, *write)
        assert told.exit_code == 1
        assert what in told.stdout
        assert amount in told.stdout

    assert len(await office.json("unknown")) == left


async def test_a_bill_is_of_days_as_its_bureau_counts_them(office: Office) -> None:
    """The call of a bureau fourteen hours ahead may be of tomorrow, and is on tomorrow's bill."""
    (call,) = await office.json("unknown")
    config = office.data / "config"
    shutil.copytree(CONFIG, config)
    bureau = config / "bureaus" / "creditfile.yaml"
    zone = ZoneInfo("Pacific/Kiritimati")
    bureau.write_text(f"{bureau.read_text()}timezone: {zone.key}\n")
    bill = office.data / "bill.csv"
    bill.write_text("customerReferenceIdentifier,fee\n")
    at = datetime.fromisoformat(call["intended_at"]).astimezone(zone).date()
    for day, settled in ((at, 1), (at - timedelta(days=1), 0)):
        days = ("--since", "2020-01-01", "--until", day.isoformat())
        told = await office.run("import", "creditfile", str(bill), *days, config=config)
        assert f"0 calls as charged and {settled} as not" in told.stdout, told.output


@pytest.mark.parametrize("command", ["usage", "search"])
async def test_the_last_day_of_the_calendar_is_a_day(office: Office, command: str) -> None:
    assert await office.json(command, "--until", "9999-12-31") != []


async def test_a_bill_that_disagrees_is_told_and_changes_nothing_known(office: Office) -> None:
    bill = office.data / "bill.csv"
    bill.write_text("customerReferenceIdentifier,fee\nnobody-knows,5.00\n")
    days = ("--since", "2020-01-01", "--until", "2099-12-31")
    told = await office.run("import", "creditfile", str(bill), *days, "--write")

    assert told.exit_code == 1
    (line,) = [line for line in told.stdout.splitlines() if "NOT_OURS" in line]
    assert "5.00" in line
    assert "0 calls as charged and 1 as not; 1 disagreements" in told.stdout


async def test_who_was_asked_about_a_person_is_found_by_the_person(office: Office) -> None:
    person = office.data / "person.json"
    person.write_text(json.dumps({"id_number": SUBJECT["id_number"]}))
    stranger = office.data / "stranger.json"
    stranger.write_text(json.dumps({"id_number": "110105199001010029"}))

    found = await office.json("search", "--tenant", "lender_a", "--subject", str(person))
    assert HARD in {one["connector"] for one in found}
    assert await office.json("search", "--tenant", "lender_a", "--subject", str(stranger)) == []
    assert (await office.run("search", "--subject", str(person))).exit_code == 2


@pytest.mark.parametrize(
    "person",
    [
        {"date_of_birth": "1990-13-45"},
        {"date_of_birth": {"year": 1990, "month": 13, "day": 45}},
        {"date_of_birth": "1990-01"},
        {"date_of_birth": "1990-jan-01"},
        {"address": "Somewhere 5"},
        {},
    ],
)
async def test_nobody_is_told_that_nobody_asked_about_a_person_who_was_not_read(
    office: Office, person: dict[str, object]
) -> None:
    file = office.data / "person.json"
    file.write_text(json.dumps({**person}))
    told = await office.run("search", "--tenant", "lender_a", "--subject", str(file))

    assert told.exit_code == 2, told.output
    assert all(name in told.output for name in person)
    assert not any(part in told.output for part in ("1990", "jan", "Somewhere"))


async def test_a_row_that_somebody_touched_is_found(office: Office) -> None:
    assert "unbroken" in (await office.run("verify")).stdout
    with closing(sqlite3.connect(office.data / "ledger.db")) as file, file:
        file.execute("DROP TRIGGER outcomes_no_update")
        file.execute("UPDATE outcomes SET cost = '0' WHERE billed = 'UNKNOWN'")

    told = await office.run("verify")
    assert told.exit_code == 1
    assert "a row is not as it was written" in told.stderr


async def test_nobody_writes_beside_a_running_gateway_and_everybody_reads(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data") as house:
        await lose_one(house)
        env = dict(house.demo.folder.env(house.demo.bureaus))
        office = Office(env, tmp_path / "data", "")
        (call,) = await office.json("unknown")
        told = await office.run("resolve", call["call_id"], "--billed", "no")

    assert told.exit_code == 1
    assert "stop the gateway first" in told.stderr


async def test_a_bureau_that_can_be_asked_after_a_call_ends_it_by_itself(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data") as house:
        reference = await lose_one(house)
        gateway, clock = house.demo.gateway, LoopClock()
        statuses = {
            name: replace(status, after=0.001)
            for name, status in gateway.assembled.statuses.items()
        }
        async with reconciling(gateway.stores.ledger, statuses, clock, "v1") as reconciler:
            assert await reconciler.reconcile() == 1
            assert await reconciler.reconcile() == 0
        office = Office(dict(house.demo.folder.env(house.demo.bureaus)), tmp_path / "data", "")
        (found,) = [
            one
            for one in await office.json("search", "--connector", HARD)
            if one["effect"] == "hard_inquiry"
        ]

        assert (found["billed"], found["cost"], found["source"]) == ("YES", "5.00", "status_query")
        assert (found["outcome"], found["our_reference"]) == ("LOST", reference)
        assert await office.json("unknown") == []
        # Asked after, and not asked again.
        assert len(house.demo.bureaus.billed(HARD)) == 1
