"""The results of inline tests as JUnit XML: what came of each, and what none reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from connectors.rehearsal import Rehearsal, TestResult


def write_junit(file: Path, played: Sequence[Rehearsal]) -> None:
    """Write one suite for each connector that has tests."""
    root = ET.Element("testsuites")
    for rehearsal in played:
        if rehearsal.results:
            _suite(root, rehearsal)
    file.parent.mkdir(parents=True, exist_ok=True)
    ET.indent(root)
    ET.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _suite(root: ET.Element, rehearsal: Rehearsal) -> None:
    cases = rehearsal.results
    failed = sum(not case.passed for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failed)}
    suite = ET.SubElement(root, "testsuite", {"name": rehearsal.connector, **counts})
    untried = {
        "outcomes not tried": rehearsal.uncovered_rows,
        "mapping not tried": rehearsal.uncovered_targets,
    }
    _properties(suite, {name: ", ".join(found) for name, found in untried.items()})
    for case in cases:
        _case(suite, case)


def _case(suite: ET.Element, case: TestResult) -> None:
    shown = ET.SubElement(suite, "testcase", classname=case.connector, name=case.name)
    reached = {"outcomes": _listed(case.rows), "mapping": _listed(case.targets)}
    _properties(shown, {**case.came, **reached})
    if not case.passed:
        failure = ET.SubElement(shown, "failure", message=case.failures[0])
        failure.text = "\n".join(case.failures)


def _properties(under: ET.Element, found: Mapping[str, str]) -> None:
    listed = ET.SubElement(under, "properties")
    for name, value in found.items():
        ET.SubElement(listed, "property", name=name, value=value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
