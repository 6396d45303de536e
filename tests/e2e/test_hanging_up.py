"""A closed terminal drains a gateway as an operator's order does: nothing paid for is cut off."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests import cli

pytestmark = pytest.mark.timeout(180)  # processes, each of which reads all of the code anew


async def trial(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    assert (await cli.run("create", "folder", folder, cwd=tmp_path)).code == 0
    gateway = folder / "gateway.yaml"
    gateway.write_text(gateway.read_text("utf-8") + "drain_delay: 0.5s\n", "utf-8")
    return folder


def states(folder: Path) -> list[str]:
    """Tell how instances left: what is CLOSED left nothing open."""
    with closing(sqlite3.connect(folder / "data" / "ledger.db")) as books:
        return [state for (state,) in books.execute("SELECT state FROM instances")]


async def test_a_hang_up_drains_however_often_it_comes(tmp_path: Path) -> None:
    folder = await trial(tmp_path)
    async with cli.running("serve", folder, "--listen", "127.0.0.1:0", cwd=tmp_path) as server:
        await cli.said(server, "listening on port")
        server.send_signal(signal.SIGHUP)
        await cli.said(server, "draining")

        assert await cli.stopped(server, signal.SIGHUP) == 0
    assert states(folder) == ["CLOSED"]
