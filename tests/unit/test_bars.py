"""Figures of bars are kept by all processes of a run, and shown in one table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bars import BARS, FILE, record, table


def test_a_figure_is_shown_beside_its_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE, str(tmp_path / "bars"))

    record("outage", "1.02x")
    record("outage", "1.04x")

    lines = table((tmp_path / "bars").read_text().splitlines()).splitlines()
    (first,) = [number for number, line in enumerate(lines) if line.startswith("full outage ")]
    assert lines[first].endswith(" 1.02x") and lines[first + 1].strip() == "1.04x"
    assert len(lines) == len(BARS) + 1
    assert sum("not measured here" in line for line in lines) == len(BARS) - 1


def test_a_bar_that_nobody_promised_is_refused() -> None:
    with pytest.raises(KeyError):
        record("speed of light", "299792458 m/s")
