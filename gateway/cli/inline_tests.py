"""`test`: plays the tests inside connectors' files, and tells what they left untried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from connectors.assembly import stated_rows
from connectors.faults import ConfigError
from connectors.rehearsal import Rehearsal, TestResult, rehearse
from connectors.spec import ConnectorSpec

from ..catalog.reading import Catalog, CatalogError, Entry, read_catalog, read_own_settings
from ..catalog.references import dangling
from ..fields.schema import schema
from . import printing, process
from .junit import write_junit


def play(
    config: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The config folder.")
    ],
    junit: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the results as JUnit XML too.")
    ] = None,
    connector: Annotated[
        list[str] | None, typer.Option(help="Only this one; repeat it for more.")
    ] = None,
) -> None:
    """
    Play all tests inside connectors' files: no bureau is asked.

    The JUnit file has, of each test, what came of it (outcome, attempts, billed, cost, waits) and
    what it reached; of each connector, the rows of outcomes and mapping that none reached.

    Example: bureau-gateway test config --junit results.xml --connector police_id_check

    Exit codes: 0 all passed, 1 a test failed, or the folder has findings, 2 no such connector.
    """
    process.run(_test(config, junit, tuple(connector or ())))


async def _test(config: Path, junit: Path | None, only: tuple[str, ...]) -> int:
    try:
        catalog, currency = _read(config)
        chosen = _chosen(catalog, only)
        played = [one async for one in _played(catalog, chosen, currency)]
    except CatalogError as error:
        return printing.blame(error)
    if junit is not None:
        write_junit(junit, played)
    return _report(played, catalog)


def _read(config: Path) -> tuple[Catalog, str]:
    """Read what must be sound for any test to mean something."""
    catalog, folder = read_catalog(config)
    findings = [*catalog.findings, *dangling(catalog)]
    if findings:
        raise CatalogError(findings)
    return catalog, read_own_settings(folder, process.environment()).billing_currency


def _chosen(catalog: Catalog, only: tuple[str, ...]) -> list[Entry[ConnectorSpec]]:
    if unknown := [name for name in only if name not in catalog.connectors]:
        known = ", ".join(sorted(catalog.connectors))
        raise typer.BadParameter(f"there is no connector {unknown[0]}; there is {known}")
    return [catalog.connectors[name] for name in only or sorted(catalog.connectors)]


async def _played(
    catalog: Catalog, chosen: list[Entry[ConnectorSpec]], currency: str
) -> AsyncIterator[Rehearsal]:
    console = process.console()
    # A pipe would get an empty line of it.
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        for entry in progress.track(chosen, description="Playing"):
            bureau = catalog.bureaus[entry.spec.bureau].spec
            try:
                yield await rehearse(
                    entry.spec, bureau, schema(), catalog.tables, currency, catalog.root
                )
            except ConfigError as error:
                raise CatalogError(entry.blame(error)) from None


def _report(played: list[Rehearsal], catalog: Catalog) -> int:
    for rehearsal in played:
        results = rehearsal.results
        passed = sum(result.passed for result in results)
        process.say(f"{rehearsal.connector}: {passed} of {len(results)} passed")
        for line in _failures(results):
            process.say(f"  {line}")
        for line in _untried(rehearsal, catalog.connectors[rehearsal.connector].spec):
            process.say(f"  not tried: {line}")
    every = [result for rehearsal in played for result in rehearsal.results]
    failed = sum(not result.passed for result in every)
    process.say(f"{len(every)} tests, {failed} failed")
    return process.FAILED if failed else process.FINE


def _failures(results: Iterable[TestResult]) -> Iterator[str]:
    for result in results:
        if not result.passed:
            yield f"FAILED {result.name}"
            yield from (f"  {failure}" for failure in result.failures)


def _untried(rehearsal: Rehearsal, spec: ConnectorSpec) -> Iterator[str]:
    """Name what no test exercised; rows that a database has by itself have no place in the file."""
    outcomes = {place: row.outcome for place, row in stated_rows(spec)}
    for place in rehearsal.uncovered_rows:
        yield f"{place} ({outcomes[place]})"
    for target in rehearsal.uncovered_targets:
        yield f"mapping {target}"
