"""The ledger from the command line: what is unknown, what it cost, and what ends it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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

    async def run(self, *arguments: str) -> Result:
        """Run a command in a thread of its own: it runs a loop of its own."""
        words = ["ledger", *arguments, "--config", str(CONFIG)]
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


@pytest.mark.parametrize("cost", ["much", "-1", "NaN"])
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


async def test_a_bill_that_disagrees_is_told_and_changes_nothing_known(office: Office) -> None:
    bill = office.data / "bill.csv"
    bill.write_text("customerReferenceIdentifier,fee\nnobody-knows,5.00\n")
    days = ("--since", "2020-01-01", "--until", "2099-12-31")
    told = await office.run("import", "creditfile", str(bill), *days, "--write")

    assert told.exit_code == 1
    assert "NOT_OURS" in told.stdout
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
