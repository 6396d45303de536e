"""Two gateways at one Redis: what one has bought, the other gives again."""

from __future__ import annotations

import shutil
from pathlib import Path

from datachannel.v1 import report_pb2

from tests.cache.conftest import server, valkey

from .house import CONFIG, open_house

__all__ = ["server", "valkey"]


async def test_what_one_gateway_bought_another_gives_again(tmp_path: Path, valkey: str) -> None:
    config = tmp_path / "config"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("data", "secrets"))
    own = config / "gateway.yaml"
    own.write_text(own.read_text().replace("cache: memory", f'cache: {{redis: "{valkey}"}}'))
    async with open_house(tmp_path / "data", config) as one:
        await one.ask()
        bought = {call.bureau for call in one.demo.bureaus.calls}
    async with open_house(tmp_path / "data", config) as other:
        report = await other.ask()
        asked = {call.bureau for call in other.demo.bureaus.calls}

    served = {each.connector: each.served_from for each in report.connectors}
    assert served["credit_report"] == report_pb2.SERVED_FROM_CACHE
    assert "credit_report" in bought - asked
