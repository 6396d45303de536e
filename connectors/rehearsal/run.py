"""Plays all tests of one connector, and tells what they left untried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..answer.outcome import OutcomeRow
from ..assembly import assemble, outcome_rows
from ..bureau import BureauSpec
from ..connector import Connector
from ..contract import Document, Query, WireReply
from ..errors import ConnectorError
from ..faults import ConfigError, Findings
from ..inline import InlineTest
from ..kit import Kit, Schema
from ..policy.ledger import Owned
from ..spec import ConnectorSpec
from ..transport.replay import Replay
from ..words import Purpose
from .props import kit_for
from .question import query_of, scripted, whole
from .scene import Scene, TestResult


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How all tests of one connector went."""

    connector: str
    results: tuple[TestResult, ...]
    uncovered_rows: tuple[int, ...]
    """Indexes of outcome rows that held in no test."""
    uncovered_targets: tuple[str, ...]
    """Mapping targets that got a value in no test."""

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.results)


async def rehearse(
    spec: ConnectorSpec,
    bureau: BureauSpec,
    schema: Schema,
    tables: Mapping[str, Mapping[str, str]],
    currency: str,
) -> Rehearsal:
    """
    Play the tests inside a connector's file, each on a connector of its own.

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
            scenes.append(_scene(spec, bureau, ready, kit_for(ready, schema, tables, currency)))
    findings.close()
    rows = outcome_rows(spec, bureau)
    results = [await scene.play(spec, rows) for scene in scenes]
    held = frozenset[int]().union(*(result.rows for result in results))
    given = frozenset[str]().union(*(result.targets for result in results))
    return Rehearsal(
        connector=spec.name,
        results=tuple(results),
        uncovered_rows=tuple(index for index in range(len(rows)) if index not in held),
        uncovered_targets=tuple(target for target in spec.targets if target not in given),
    )


def _scene(spec: ConnectorSpec, bureau: BureauSpec, test: InlineTest, kit: Kit) -> Scene:
    findings = Findings()
    query: Query | None = None
    with findings.at():
        query = query_of(test, spec.name, _purpose(spec, test), kit.schema, kit.clock)
    replies: list[WireReply | ConnectorError] = []
    for index, reply in enumerate(test.replies or ()):
        with findings.at("replies", index):
            replies.append(scripted(reply, spec.name))
    query = findings.settle(query)
    replay, owned, held = Replay(replies), Owned(), list[OutcomeRow]()
    try:
        built = bureau.build(kit, replay)
        connector, references = assemble(spec, kit, built)
    except ConfigError as error:
        # Its places are in the connector's file, or in the bureau's: here it is the test's.
        raise ConfigError(f"can not be built: {error}") from error
    call = spec.layered(_watched(connector, held), references, kit, built, owned)
    return Scene(test, kit.schema, call, query, replay, owned, held)


def _purpose(spec: ConnectorSpec, test: InlineTest) -> Purpose:
    if test.purpose is not None:
        return test.purpose
    usual = Purpose.CREDIT_ORIGINATION
    return usual if usual in spec.policy.purposes else min(spec.policy.purposes)


def _watched(connector: Connector, held: list[OutcomeRow]) -> Connector:
    """Note each outcome row that holds."""
    classify = connector.reading.classify

    def noting(reply: WireReply, document: Document | None) -> OutcomeRow | None:
        row = classify(reply, document)
        if row is not None:
            held.append(row)
        return row

    return replace(connector, reading=replace(connector.reading, classify=noting))
