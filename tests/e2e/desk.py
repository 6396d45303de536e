"""The command line beside mock bureaus, on a copy of the shipped config."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.cli.demo_folder import SUBJECT, DemoFolder
from mock_bureaus import MockBureaus
from mock_bureaus.keys.certificates import server_context

from ..ledger_reader import LedgerReader

CONFIG = Path(__file__).parents[2] / "config"
PERSON = {**SUBJECT, "mobile": "19900000001", "date_of_birth": "1990-01-01"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody types commands."""

    bureaus: MockBureaus
    made: DemoFolder
    config: Path
    env: Mapping[str, str]

    async def run(self, *arguments: str | Path, **env: str) -> Result:
        """Run a command in a thread of its own, which has no terminal."""
        words = [str(each) for each in arguments]
        given = {**self.env, "COLUMNS": "200", **env}
        return await asyncio.to_thread(CliRunner().invoke, app, words, env=given)

    async def asked(self, connector: str, *arguments: str | Path, **env: str) -> Result:
        """Try a connector about the one person, on a good consent."""
        return await self.run(
            *("try", connector, "--folder", self.config, "--subject", self.subject()),
            *("--consent", self.consent(), "--purpose", "CREDIT_ORIGINATION", *arguments),
            **env,
        )

    def subject(self, **changes: object) -> Path:
        return self._written("subject.json", {**PERSON, **changes})

    def consent(self, **changes: object) -> Path:
        now = datetime.now(UTC)
        names = sorted(file.stem for file in (self.config / "bureaus").glob("*.yaml"))
        given = {
            "id": "consent-1",
            "granted_at": (now - timedelta(days=1)).isoformat(),
            "expires_at": (now + timedelta(days=1)).isoformat(),
            "purposes": ["CREDIT_ORIGINATION"],
            "recipients": names,
            "sensitive": True,
        }
        return self._written("consent.json", {**given, **changes})

    @property
    def ledger(self) -> LedgerReader:
        return LedgerReader(self.made.pki.folder / "ledger.db")

    @property
    def secrets(self) -> dict[str, str]:
        files = self.made.pki.secrets.iterdir()
        return {file.name: file.read_text("utf-8").strip() for file in files}

    def change(self, file: str, old: str, new: str) -> None:
        path = self.config / file
        text = path.read_text("utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), "utf-8")

    def _written(self, name: str, content: Mapping[str, Any]) -> Path:
        file = self.config.parent / name
        file.write_text(json.dumps(content), "utf-8")
        return file


@asynccontextmanager
async def open_desk(folder: Path) -> AsyncIterator[Desk]:
    made = DemoFolder.at(folder / "demo")
    config = folder / "config"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("data", "secrets"))
    tls = server_context()
    async with MockBureaus(credentials=made.credentials, mutual_tls=tls) as bureaus:
        yield Desk(bureaus, made, config, made.env(bureaus))
