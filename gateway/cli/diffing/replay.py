"""Reads stored answers again, by both versions."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

import typer
from rich.progress import Progress

from ...clock import LoopClock
from ...store.raw_answers import AnswersReader
from ...store.sealing import Sealer
from ...stores import KEY_ID
from .. import process
from ..trying.folder import OpenFolder
from .side import Side
from .tally import Tally


@dataclass(frozen=True, slots=True)
class Replay:
    """A store of answers, and how many of them to read."""

    reader: AnswersReader
    last: int

    @classmethod
    def of(cls, folder: OpenFolder, store: Path | None, last: int) -> Replay:
        """Open the folder's store, or another that is sealed by its key."""
        if store is None:
            if folder.settings.stores.answers is None:
                raise typer.BadParameter("gateway.yaml has no stores.answers: name one by --store")
            store = folder.root / folder.settings.stores.answers.removeprefix("sqlite:///")
        if not store.is_file():
            raise typer.BadParameter(f"{store} is not there: no answer was kept yet")
        sealer = Sealer(KEY_ID, {KEY_ID: folder.keys().answers}, SystemRandom())
        return cls(AnswersReader(store, sealer, LoopClock()), last)

    def compare(self, old: Side, new: Side) -> Tally:
        """Tell what both make of the newest answers. Raises `BadParameter` for what is no store."""
        tally = Tally()
        console = process.error_console()
        name = old.spec.name
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            kept = self.reader.of(name, self.last)
            try:
                for one in progress.track(kept, total=self.last, description=f"Reading {name}"):
                    tally.add(old.see(one.answer), new.see(one.answer))
            except sqlite3.Error as error:
                raise typer.BadParameter(f"{self.reader.file}: {error}") from None
        return tally
