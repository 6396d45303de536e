"""The page for those who test lender code says what runs."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.shipped import CONFIG

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "test-your-lender-code.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"`([\w.]+)`[^`]*:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL))

pytestmark = pytest.mark.timeout(120)  # a process that reads all of the code anew


async def run(folder: Path, *more: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pytest",
        # As if installed anew: the entry points may be older than this checkout.
        *("-p", "mock_bureaus.pytest_plugin", "-p", "gateway.pytest_plugin"),
        *("-p", "no:cacheprovider", "--rootdir", str(folder), *more),
        cwd=folder,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}", "PATH": ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_the_page_runs_as_it_stands(tmp_path: Path) -> None:
    assert set(BLOCKS) == {"lender.py", "test_lender.py", "pytest.ini"}
    for name, text in BLOCKS.items():
        here = text.replace("= config", f"= {CONFIG}")
        (tmp_path / name).write_text(here, encoding="utf-8")

    code, out = await run(tmp_path)

    assert (code, "2 passed" in out) == (0, True), out


async def test_a_folder_without_callers_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n", encoding="utf-8")
    (tmp_path / "test_none.py").write_text("async def test_it(gateway): pass\n", encoding="utf-8")

    code, out = await run(tmp_path)

    assert (code, "no caller with an API key" in out) == (1, True), out
