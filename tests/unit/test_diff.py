"""A changed mapping is held against the answers that came, and against what its version says."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from connectors.kit import RawAnswer
from connectors.words import FieldStatus, Outcome
from gateway.cli import app
from gateway.cli.diffing.side import Seen
from gateway.cli.diffing.tally import Tally, masked
from gateway.cli.diffing.versions import Level, announced
from gateway.clock import LoopClock
from gateway.security.keys import Keys
from gateway.store.raw_answers import SealedAnswers
from gateway.store.sealing import Sealer
from gateway.stores import KEY_ID
from tests.config_folder import ConfigFolder
from tests.unit.test_sealed_answers import query

MASTER = "ab" * 32
NAME = "canary-of-a-person"
OWN = """\
insecure: true
stores:
  ledger: sqlite:///data/ledger.db
  profile: sqlite:///data/profile.db
  answers: sqlite:///data/answers.db
secrets: {directory: secrets}
keys: {master: "${secrets.master_key}"}
jurisdiction: CN
billing_currency: CNY
"""


@pytest.fixture
def old(tmp_path: Path) -> ConfigFolder:
    (tmp_path / "old" / "secrets").mkdir(parents=True)
    folder = ConfigFolder(tmp_path / "old")
    folder.files["gateway.yaml"] = OWN
    folder.change("connectors/score.yaml", "bureau: acme", "version: 1.0.0\nbureau: acme")
    folder.write()
    (folder.root / "secrets" / "master_key").write_text(MASTER)
    return folder


@pytest.fixture
def new(old: ConfigFolder) -> ConfigFolder:
    shutil.copytree(old.root, old.root.parent / "new")
    return ConfigFolder(old.root.parent / "new", dict(old.files))


def keep(folder: ConfigFolder, *documents: dict[str, Any]) -> None:
    """Fill the store of a folder, as its gateway would."""

    async def stored() -> None:
        key = Keys.of(MASTER, "test").answers
        sealer = Sealer(KEY_ID, {KEY_ID: key}, SystemRandom())
        file = folder.root / "data" / "answers.db"
        store = SealedAnswers(file, sealer, LoopClock(), 86_400.0)
        await store.start()
        for index, document in enumerate(documents):
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=index)
            body = json.dumps({**document, "name": NAME}).encode()
            store.keep(query(f"call-{index}"), RawAnswer("score", "1.0.0", 200, {}, body, at))
        await store.aclose()

    asyncio.run(stored())


def diff(old: ConfigFolder, new: ConfigFolder, *arguments: str) -> Result:
    new.write()
    words = ["diff", str(old.root), str(new.root), "--connector", "score", *arguments]
    found = CliRunner().invoke(app, words, env={"COLUMNS": "160"})
    assert NAME not in found.output
    return found


@pytest.mark.parametrize(
    "before, after, level",
    [
        ("1.0.0", "1.0.0", Level.NONE),
        ("1.0.0", "1.0.1", Level.PATCH),
        ("1.0.9", "1.1.0", Level.MINOR),
        ("1.9.9", "2.0.0", Level.MAJOR),
        ("2.0.0", "1.9.0", Level.NONE),
    ],
)
def test_a_version_announces_as_much_as_it_is_raised(before: str, after: str, level: Level) -> None:
    assert announced(before, after) is level


def test_the_same_file_is_the_same(old: ConfigFolder, new: ConfigFolder) -> None:
    found = diff(old, new)

    assert found.exit_code == 0
    assert found.stdout == "score: 1.0.0\n  the same\n"


def test_files_are_compared_row_by_row(old: ConfigFolder, new: ConfigFolder) -> None:
    new.change("connectors/score.yaml", "path: risk,", "path: gang,")
    new.change(
        "connectors/score.yaml",
        "mapping:\n",
        '  - {outcome: NO_HIT, status: 200, body: {code: "1"}}\nmapping:\n'
        "  fraud.days_since_last_application: {path: days, type: int}\n",
    )

    found = diff(old, new)

    assert found.exit_code == 1
    assert "changed mapping fraud.gang_risk: path" in found.stdout
    assert "added mapping fraud.days_since_last_application" in found.stdout
    assert "added outcomes[1] (NO_HIT)" in found.stdout
    assert (
        "NOT ANNOUNCED: this is a minor change at least, and the version says none" in found.stdout
    )
    new.change("connectors/score.yaml", "version: 1.0.0", "version: 1.1.0")
    assert diff(old, new).exit_code == 0


def test_a_target_that_is_gone_is_a_major_change(old: ConfigFolder, new: ConfigFolder) -> None:
    new.change("connectors/score.yaml", "fraud.gang_risk: {", "fraud.risk_score: {")
    new.change("connectors/score.yaml", "version: 1.0.0", "version: 1.1.0")

    found = diff(old, new, "--json")

    (told,) = json.loads(found.stdout)
    assert (found.exit_code, told["announced"], told["needed"]) == (1, "MINOR", "MAJOR")


def test_answers_are_read_by_both_and_counted(old: ConfigFolder, new: ConfigFolder) -> None:
    keep(
        old,
        {"code": "0", "risk": "0.1", "gang": "0.1"},
        {"code": "0", "risk": "0.2", "gang": "0.3"},
        {"code": "0", "gang": "0.5"},
        {"code": "0", "risk": "0.4"},
        {"code": "7"},
    )
    new.change("connectors/score.yaml", "path: risk,", "path: gang,")
    new.change(
        "connectors/score.yaml",
        "mapping:\n",
        '  - {outcome: NO_HIT, status: 200, body: {code: "7"}}\nmapping:\n',
    )

    told = json.loads(diff(old, new, "--replay", "--json").stdout)[0]

    assert told["answers"] == 5
    assert told["outcomes"] == {"BAD_RESPONSE to NO_HIT": 1}
    field = told["fields"]["fraud.gang_risk"]
    assert (field["equal"], field["changed"]) == (2, 1)
    assert (field["appeared"], field["disappeared"]) == (1, 1)
    assert "examples" not in field
    assert told["needed"] == "MAJOR"


def test_shares_are_shown_and_values_only_masked(old: ConfigFolder, new: ConfigFolder) -> None:
    keep(old, *({"code": "0", "risk": "0.25", "gang": "0.75"} for _ in range(4)))
    new.change("connectors/score.yaml", "path: risk,", "path: gang,")

    plain = diff(old, new, "--replay")
    shown = diff(old, new, "--replay", "--show-values")

    assert "4 answers read by both" in plain.stdout
    assert "4 (100.0 %)" in plain.stdout
    assert "fraud.gang_risk: 0••• -> 0•••" in shown.stdout
    assert "0.25" not in plain.stdout + shown.stdout
    assert "•" not in plain.stdout


def test_a_replay_that_changes_nothing_needs_no_more_than_a_patch(
    old: ConfigFolder, new: ConfigFolder
) -> None:
    keep(old, {"code": "0", "risk": "0.5"})
    new.change("connectors/score.yaml", "path: risk,", "path: '@.risk',")
    assert diff(old, new, "--replay").exit_code == 1

    new.change("connectors/score.yaml", "version: 1.0.0", "version: 1.0.1")
    found = diff(old, new, "--replay")

    assert (found.exit_code, "1 fields are equal" in found.stdout) == (0, True)


def test_only_the_newest_are_read(old: ConfigFolder, new: ConfigFolder) -> None:
    keep(old, *({"code": "0", "risk": "0.5"} for _ in range(5)))

    told = json.loads(diff(old, new, "--replay", "--last", "2", "--json").stdout)[0]

    assert told["answers"] == 2


def test_whom_an_answer_was_about_is_not_asked_again(old: ConfigFolder, new: ConfigFolder) -> None:
    check = 'response: {subject_check: [{path: name, equals: "${subject.name}"}]}\noutcomes:'
    for folder in (old, new):
        folder.change("connectors/score.yaml", "outcomes:", check)
    old.write()
    keep(old, {"code": "0", "risk": "0.5"})

    told = json.loads(diff(old, new, "--replay", "--json").stdout)[0]

    assert (told["outcomes"], told["fields"]["fraud.gang_risk"]["equal"]) == ({}, 1)


@pytest.mark.parametrize("wrong", ["store", "key", "connector"])
def test_what_can_not_be_replayed_is_said(old: ConfigFolder, new: ConfigFolder, wrong: str) -> None:
    if wrong == "store":
        assert diff(old, new, "--replay").exit_code == 2
    elif wrong == "key":
        keep(old, {"code": "0"})
        (old.root / "secrets" / "master_key").unlink()
        assert diff(old, new, "--replay").exit_code == 1
    else:
        assert diff(old, new, "--connector", "nobody").exit_code == 2


def test_a_status_alone_is_a_difference() -> None:
    tally = Tally()
    before = Seen(Outcome.HIT, {"a": None}, {"a": FieldStatus.NULL_VALUE})
    tally.add(before, Seen(Outcome.HIT, {"a": None}, {"a": FieldStatus.INVALID_VALUE}))

    assert tally.fields["a"].counts == {"status changed": 1}
    assert tally.level is Level.MAJOR


def test_a_mask_keeps_one_letter() -> None:
    assert (masked("EMPLOYED"), masked(None)) == ("E•••••••", "nothing")
