"""The example that callers begin with runs as it stands."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from .house import House, open_house

ROOT = Path(__file__).parents[2]


async def example(house: House, *more: str) -> tuple[int, bytes, bytes]:
    pki = house.demo.folder.pki
    recipients = [word for name in house.demo.recipients for word in ("--recipient", name)]
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "examples" / "ask.py"),
        house.demo.door.target,
        *("--ca", str(pki.ca), "--cert", str(pki.client_cert), "--key", str(pki.client_key)),
        *("--api-key", house.demo.folder.api_key_file.read_text(encoding="utf-8")),
        *("--product", "loan_v1", "--name", "测试丙", "--id-number", "110105199001010002"),
        *recipients,
        *more,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await running.communicate()
    return running.returncode or 0, out, err


async def test_the_example_prints_a_report(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        code, out, err = await example(house, "--mobile", "19900000001")

    assert (code, err) == (0, b"")
    report = json.loads(out)
    assert report["user_info"]["credit_summary"]["scores"][0]["score"] == 688


async def test_the_example_says_what_to_correct(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        code, out, err = await example(house, "--mobile", "1")

    assert (code, out) == (1, b"")
    assert b"subject.mobile: mobile.format" in err
