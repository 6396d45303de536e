"""`diff`: its options, and what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ...catalog.reading import CatalogError
from .. import printing, process
from ..trying.folder import OpenFolder
from .replay import Replay
from .side import Side
from .structure import Change, changes
from .tally import EQUAL, KINDS, Tally
from .versions import Level, announced

_FOLDER = typer.Argument(exists=True, file_okay=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """What two versions of one connector make of an answer, and what that announces."""

    connector: str
    versions: tuple[str, str]
    changes: tuple[Change, ...]
    tally: Tally | None

    @property
    def announced(self) -> Level:
        return announced(*self.versions)

    @property
    def needed(self) -> Level:
        levels = [change.level for change in self.changes]
        return max((Level.NONE, *levels, *([self.tally.level] if self.tally else [])))

    @property
    def is_announced(self) -> bool:
        return self.announced >= self.needed

    def as_json(self, *, values: bool) -> dict[str, Any]:
        told: dict[str, Any] = {
            "connector": self.connector,
            "versions": self.versions,
            "announced": self.announced.name,
            "needed": self.needed.name,
            "changes": [{"kind": one.kind, "what": one.what} for one in self.changes],
        }
        if (tally := self.tally) is not None:
            told["answers"] = tally.answers
            told["outcomes"] = {f"{old} to {new}": n for (old, new), n in tally.outcomes.items()}
            told["fields"] = {
                name: one.as_json(values=values) for name, one in tally.fields.items()
            }
        return told


def diff(  # noqa: PLR0913 - one for each option
    old: Annotated[Path, _FOLDER],
    new: Annotated[Path, _FOLDER],
    connector: Annotated[
        list[str] | None, typer.Option(help="Repeat it for more. Left out: all that both have.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, help="How many answers, the newest first.")] = 1000,
    store: Annotated[
        Path | None, typer.Option(help="Instead of the `stores.answers` of OLD.")
    ] = None,
    *,
    replay: Annotated[
        bool, typer.Option("--replay", help="Read stored answers by both versions.")
    ] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Examples: first letter and length.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The differences as JSON.")] = False,
) -> None:
    """
    Say what a changed mapping, or changed outcomes, make of the same answers.

    OLD and NEW are config folders. Without --replay, their files are compared; with it, the
    stored answers of OLD are read by both, with OLD's master key: no bureau is asked. Nobody's
    data is shown.

    A version must announce what changes: nothing differs under the same one, a patch changes
    no result, a minor one adds, a major one may do anything.

    Example: bureau-gateway diff config config-next --connector credit_report --replay --last 500

    Exit codes: 0 nothing that the versions do not announce, 1 something, or findings, 2 a wrong
    question.
    """
    env = process.environment()
    try:
        before, after = OpenFolder.at(old, env), OpenFolder.at(new, env)
        names = connector or sorted({*before.catalog.connectors} & {*after.catalog.connectors})
        reading = Replay.of(before, store, last) if replay else None
        found = [_difference(before, after, name, reading) for name in names]
    except CatalogError as error:
        raise typer.Exit(printing.blame(error)) from None
    if as_json:
        told = [one.as_json(values=show_values) for one in found]
        process.say(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for one in found:
            _show(one, values=show_values)
    raise typer.Exit(process.FINE if all(one.is_announced for one in found) else process.FAILED)


def _difference(
    before: OpenFolder, after: OpenFolder, name: str, replay: Replay | None
) -> Difference:
    old, new = before.connector(name).spec, after.connector(name).spec
    tally = replay.compare(Side.of(before, name), Side.of(after, name)) if replay else None
    return Difference(name, (old.version, new.version), changes(old, new), tally)


def _show(one: Difference, *, values: bool) -> None:
    old, new = one.versions
    process.say(f"{one.connector}: {old} to {new}" if old != new else f"{one.connector}: {old}")
    for change in one.changes:
        process.say(f"  {change}")
    if one.tally is not None:
        _show_tally(one.tally, values=values)
    elif not one.changes:
        process.say("  the same")
    if not one.is_announced:
        process.say(
            f"  NOT ANNOUNCED: this is a {one.needed.name.lower()} change at least,"
            f" and the version says {one.announced.name.lower()}"
        )


def _show_tally(tally: Tally, *, values: bool) -> None:
    process.say(f"  {tally.answers} answers read by both")
    for (old, new), count in tally.outcomes.most_common():
        process.say(f"  outcome {old} to {new}: {count} ({_share(count, tally.answers)})")
    moved = {name: one for name, one in tally.fields.items() if set(+one.counts) - {EQUAL}}
    same = len(tally.fields) - len(moved)
    if same:
        process.say(f"  {same} fields are equal in all of them")
    if not moved:
        return
    rows = (
        (
            name,
            *(_counted(one.counts[kind], tally.answers) for kind in KINDS),
            ", ".join(f"{was} to {now}: {count}" for (was, now), count in one.statuses.items()),
        )
        for name, one in moved.items()
    )
    columns = ("field", *KINDS, "statuses")
    process.console().print(printing.table("Fields", columns, rows, "field"))
    for name, one in moved.items() if values else ():
        for before, after in one.examples:
            process.say(f"  {name}: {before} -> {after}")


def _counted(count: int, of: int) -> str:
    return f"{count} ({_share(count, of)})" if count else ""


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else ""
