"""Where the words of exceptions go: beside a SQLite ledger, or to a place that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.serve import opened
from gateway.config.document import read
from gateway.config.settings import Settings, read_settings

POSTGRESQL = "postgresql+asyncpg://gateway:hunter2@127.0.0.1:1/ledger"


def settings(ledger: str, more: str = "") -> Settings:
    text = f"""
        insecure: true
        stores: {{ledger: "{ledger}", profile: "sqlite:///data/profile.db"}}
        keys: {{master: "${{secrets.master_key}}"}}
        jurisdiction: CN
        billing_currency: EUR
        {more}
    """
    (document,) = read(Path("gateway.yaml"), text.encode())
    found = read_settings(document, {})
    assert isinstance(found, Settings), [str(one) for one in found]
    return found


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a config folder, and another one in which the gateway is started."""
    (tmp_path / "config").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "config"


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_it_is_beside_a_sqlite_ledger(config: Path) -> None:
    with opened(settings("sqlite:///data/ledger.db"), config):
        assert files(config.parent) == ["config/data/protected.log"]


def test_a_database_s_url_becomes_no_folder(config: Path) -> None:
    with opened(settings(POSTGRESQL), config):
        assert files(config.parent) == ["here/data/protected.log"]
        assert list(config.iterdir()) == []


@pytest.mark.parametrize("ledger", ["sqlite:///data/ledger.db", POSTGRESQL])
def test_it_is_where_it_is_said(config: Path, ledger: str) -> None:
    with opened(settings(ledger, "log: {protected: ../kept/words.log}"), config):
        assert files(config.parent) == ["kept/words.log"]
