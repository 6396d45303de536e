"""The whole gateway on its shipped config, with bureaus that answer over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2
from google.protobuf.json_format import ParseDict

from datachannel_client import Client
from gateway.cli.demo_folder import SUBJECT, Demo, running_demo
from gateway.store.ledger.sqlite.reading import FileReading

from ..ledger_reader import LedgerReader

CONFIG = Path(__file__).parents[2] / "config"
PURPOSE = inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class House:
    """A running gateway, its bureaus, and a client that it lets in."""

    demo: Demo
    client: Client

    def request(self, **subject: object) -> pb.GetUserInfoRequest:
        """Ask about the demo's person, with these fields of the subject instead."""
        known = {name: value for name, value in {**SUBJECT, **subject}.items() if value is not None}
        request = pb.GetUserInfoRequest(
            inquiry_id=str(uuid4()),
            product="loan_v1",
            purpose=PURPOSE,
            subject=ParseDict(known, inquiry_pb2.Subject()),
            consent=inquiry_pb2.Consent(
                id="consent-1", purposes=[PURPOSE], recipients=self.demo.recipients
            ),
        )
        now = datetime.now(UTC)
        request.consent.granted_at.FromDatetime(now - DAY)
        request.consent.expires_at.FromDatetime(now + DAY)
        return request

    async def ask(self, **subject: object) -> report_pb2.Report:
        return await self.client.get_user_info(self.request(**subject), timeout=10)

    @property
    def ledger(self) -> LedgerReader:
        reading = self.demo.gateway.stores.ledger.reading
        assert isinstance(reading, FileReading)
        return LedgerReader(reading.path)


@asynccontextmanager
async def open_house(
    folder: Path, config: Path = CONFIG, env: Mapping[str, str] | None = None
) -> AsyncIterator[House]:
    async with (
        running_demo(config, folder, env or {}, "127.0.0.1:0") as demo,
        demo.door.client() as client,
    ):
        yield House(demo, client)


def outcomes(report: report_pb2.Report) -> dict[str, str]:
    return {
        each.connector: report_pb2.Outcome.Name(each.outcome).removeprefix("OUTCOME_")
        for each in report.connectors
    }
