"""Figures of bars are kept by all processes of a run, and shown in one table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bars import BARS, FILE, record, table
from tests.figures import figure


def test_a_figure_is_shown_beside_its_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "bars"))

    record("outage", "1.02x")
    record("outage", "1.04x")

    lines = table((tmp_path / "bars").read_text().splitlines()).splitlines()
    (place,) = (n for n, line in enumerate(lines) if line.startswith("full outage "))
    assert lines[place].endswith("  1.02x")
    assert lines[place + 1].strip() == "1.04x"
    assert len(lines) == len(BARS) + 1
    assert sum("not measured here" in line for line in lines) == len(BARS) - 1


def test_a_bar_that_nobody_promised_is_refused() -> None:
    with pytest.raises(KeyError):
        record("speed of light", "299792458 m/s")


def test_what_figures_are_told_of_a_bar_stands_in_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "bars"))

    figure("full outage, 5/s", "1.00x", "<= 1.2x")
    figure("elsewhere", "7")

    lines = table((tmp_path / "bars").read_text().splitlines()).splitlines()
    (row,) = (line for line in lines if line.endswith("  5/s: 1.00x"))
    assert row.startswith("full outage ")
    assert lines[-1].split() == ["elsewhere", "7"]
