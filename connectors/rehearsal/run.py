"""Plays all tests of one connector, and tells what they left untried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..answer.outcome import OutcomeRow
from ..assembly import assemble, stated_rows
from ..bureau import BureauSpec
from ..contract import Query, WireReply
from ..errors import ConnectorError
from ..faults import ConfigError, Finding, Findings
from ..inline import InlineTest
from ..kit import Kit, Schema
from ..policy.ledger import Owned
from ..spec import ConnectorSpec
from ..transport.replay import Replay
from ..words import Purpose
from .jobs import JobsInMemory
from .props import NOWHERE, kit_for
from .question import called_back, query_of, scripted, whole
from .scene import Scene, TestResult
from .stage import Stage

_UNBUILT: Final = "can not be built: "


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How all tests of one connector went."""

    connector: str
    results: tuple[TestResult, ...]
    uncovered_rows: tuple[str, ...]
    """Outcome rows that held in no test, by their places: ``steps[0].outcomes[1]``."""
    uncovered_targets: tuple[str, ...]
    """Mapping targets that no test has tried."""

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.results)


async def rehearse(
    spec: ConnectorSpec,
    bureau: BureauSpec,
    schema: Schema,
    tables: Mapping[str, Mapping[str, str]],
    currency: str,
    files: Path = NOWHERE,
) -> Rehearsal:
    """
    Play the tests inside a connector's file, each on a connector of its own.

    `files` is the config folder, below which a bureau's descriptors lie.

    Raises `ConfigError`, with its places in that file, where a test can not be
    played at all.
    """
    findings = Findings()
    scenes: list[Scene] = []
    names: set[str] = set()
    for index, test in enumerate(spec.tests):
        if test.name in names:
            findings.add("another test has this name", "tests", index, "name")
        names.add(test.name)
        with findings.at("tests", index):
            ready = whole(spec.tests, index)
            scenes.append(
                scene_of(spec, bureau, ready, kit_for(ready, schema, tables, currency, files))
            )
    findings.found = list(_once(findings.found))
    findings.close()
    results = [await scene.play(spec) for scene in scenes]
    held = frozenset[str]().union(*(result.rows for result in results))
    given = frozenset[str]().union(*(result.targets for result in results))
    return Rehearsal(
        connector=spec.name,
        results=tuple(results),
        uncovered_rows=tuple(place for place, _ in stated_rows(spec) if place not in held),
        uncovered_targets=tuple(target for target in spec.targets if target not in given),
    )


def _once(found: Iterable[Finding]) -> Iterator[Finding]:
    """Tell what keeps a connector from being built at the first of its tests, and not at each."""
    told: set[str] = set()
    for finding in found:
        if finding.message not in told:
            yield finding
        if finding.message.startswith(_UNBUILT):
            told.add(finding.message)


def scene_of(spec: ConnectorSpec, bureau: BureauSpec, test: InlineTest, kit: Kit) -> Scene:
    """Set up one test, with all that it takes over. Raises `ConfigError`."""
    findings = Findings()
    query: Query | None = None
    with findings.at():
        query = query_of(test, spec.name, _purpose(spec, test), kit.schema, kit.clock)
    replies: list[WireReply | ConnectorError] = []
    for index, reply in enumerate(test.replies or ()):
        with findings.at("replies", index):
            replies.append(scripted(reply, spec.name))
    callbacks = {
        index: (each, called_back(each)) for index, each in enumerate(test.callbacks or ())
    }
    query = findings.settle(query)
    jobs, owned, held = JobsInMemory(), Owned(), list[OutcomeRow]()
    stage = Stage(Replay(replies), callbacks, kit.clock, jobs)
    kit = replace(kit, jobs=jobs)
    try:
        built = bureau.build(kit, stage)
        parts = assemble(spec, kit, built)
    except ConfigError as error:
        # Its places are in the connector's file, or in the bureau's: here it is the test's.
        raise ConfigError(f"{_UNBUILT}{error}") from error
    stage.built = spec.layered(parts.watched(held.append), kit, built, owned)
    return Scene(test, kit.schema, stage.built, query, stage, owned, held)


def _purpose(spec: ConnectorSpec, test: InlineTest) -> Purpose:
    if test.purpose is not None:
        return test.purpose
    usual = Purpose.CREDIT_ORIGINATION
    return usual if usual in spec.policy.purposes else min(spec.policy.purposes)
