"""A gateway that keeps raw answers keeps them sealed, less what is dropped, and not for ever."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import SystemRandom

from typer.testing import CliRunner

from gateway.cli import app
from gateway.clock import LoopClock
from gateway.security.keys import Keys
from gateway.store.raw_answers import AnswersReader, KeptAnswer
from gateway.store.sealing import Sealer
from gateway.stores import KEY_ID

from .house import CONFIG, House, open_house, outcomes

CANARIES = ("110105199001010002", "测试丙", "19900000001", "1990-01-01", "01011990")


STORE = "  answers: sqlite:///${env.GATEWAY_DATA:data}/answers.db"


def copied(folder: Path, *stores: str) -> Path:
    """Copy the shipped config, with or without a store of answers."""
    config = folder / "config"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("data", "secrets"))
    own = config / "gateway.yaml"
    lines = [line for line in own.read_text("utf-8").splitlines() if "answers:" not in line]
    begin = lines.index("stores:") + 1
    own.write_text("\n".join([*lines[:begin], *stores, *lines[begin:]]), "utf-8")
    return config


def keeping(folder: Path) -> Path:
    """Have it keep answers, and drop a part of one."""
    config = copied(folder, STORE)
    report = config / "connectors" / "credit_report.yaml"
    text = report.read_text("utf-8")
    assert "\nresponse:\n" in text
    drop = "\nresponse:\n  drop: ['consumers.creditReport[0].trades']\n"
    report.write_text(text.replace("\nresponse:\n", drop, 1), "utf-8")
    return config


def kept(house: House, connector: str) -> list[KeptAnswer]:
    made = house.demo.folder.pki
    key = Keys.of((made.secrets / "master_key").read_text(), "test").answers
    sealer = Sealer(KEY_ID, {KEY_ID: key}, SystemRandom())
    return list(AnswersReader(made.folder / "answers.db", sealer, LoopClock()).of(connector, 10))


def everything(folder: Path, name: str) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.name.startswith(name))


async def test_nothing_is_kept_unless_that_is_said(tmp_path: Path) -> None:
    async with open_house(tmp_path / "demo", copied(tmp_path)) as house:
        await house.ask()
        assert house.demo.gateway.stores.answers.lost == 0

    assert not (tmp_path / "demo" / "answers.db").exists()


async def test_answers_are_kept_sealed_and_less_what_is_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    async with open_house(folder, keeping(tmp_path)) as house:
        report = await house.ask()
        assert outcomes(report)["credit_report"] == "HIT"
        assert house.demo.gateway.stores.answers.lost == 0
        secrets = [file.read_bytes() for file in house.demo.folder.pki.secrets.iterdir()]
        answered = house
    (answer,) = kept(answered, "credit_report")
    document = answer.answer.document
    assert b'"models"' in document
    assert b'"trades"' not in document
    assert kept(answered, "police_id")
    written = everything(folder, "answers.db")
    assert b"credit_report" in written
    for canary in (*(text.encode() for text in CANARIES), *secrets):
        assert canary not in written
    calls = {call.intent.call_id for call in answered.ledger.calls()}
    assert answer.call_id in calls


async def test_what_is_kept_no_longer_is_gone_when_the_gateway_starts(tmp_path: Path) -> None:
    folder, config = tmp_path / "demo", keeping(tmp_path)
    async with open_house(folder, config) as house:
        await house.ask()
    with closing(sqlite3.connect(folder / "answers.db")) as store, store:
        store.execute(
            "UPDATE answers SET kept_until = '2025-01-01' WHERE connector = 'credit_report'"
        )

    async with open_house(folder, config) as house:
        assert kept(house, "credit_report") == []
        assert kept(house, "police_id") != []


async def test_a_store_that_is_gone_costs_answers_and_no_inquiry(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    async with open_house(folder, keeping(tmp_path)) as house:
        with closing(sqlite3.connect(folder / "answers.db")) as store, store:
            store.execute("DROP TABLE answers")
        report = await house.ask()
        answers = house.demo.gateway.stores.answers

        assert outcomes(report)["credit_report"] == "HIT"
        await answers.aclose()
        assert answers.lost > 0


async def test_a_gateways_answers_are_replayed_by_diff(tmp_path: Path) -> None:
    config, new = keeping(tmp_path), tmp_path / "new"
    async with open_house(tmp_path / "demo", config) as house:
        await house.ask()
    shutil.copytree(config, new)
    report = new / "connectors" / "credit_report.yaml"
    text = report.read_text("utf-8")
    assert "path: score, type: int" in text
    report.write_text(text.replace("path: score, type: int", "path: points, type: int"), "utf-8")
    demo = tmp_path / "demo"
    env = {"GATEWAY_DATA": str(demo), "GATEWAY_SECRETS": str(demo / "secrets")}

    words = ["diff", str(config), str(new), "--connector", "credit_report", "--replay"]
    found = CliRunner().invoke(app, words, env=env)

    assert found.exit_code == 1
    assert "1 answers read by both" in found.stdout
    assert "credit_summary.scores" in found.stdout
    assert not any(canary in found.output for canary in CANARIES)
