"""A gateway on a folder of its own, callers who never tire, and a hand that kills it."""

from __future__ import annotations

import asyncio
import signal
from asyncio import StreamReader
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import grpc
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2

from gateway.security.keys import Keys
from mock_bureaus import MockBureaus
from mock_bureaus.credentials import Credentials
from tests import cli

PATH = "/datachannel.v1.DataChannelService/GetUserInfo"
PURPOSE = inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
MASTER, API_KEY = "a7" * 32, "the-callers-key"
RATE = 60.0
"""Inquiries in a second."""

GATEWAY = """\
insecure: true
stores: {ledger: sqlite:///ledger.db, profile: sqlite:///profile.db, jobs: sqlite:///jobs.db}
secrets: {directory: secrets}
keys: {master: "${secrets.master_key}"}
jurisdiction: CN
billing_currency: CNY
drain_delay: 0s
"""
BUREAU = """\
name: cardcheck
base_url: %s
auth: {kind: api_key, key: "${secrets.appkey}", into: {query: appkey}}
limit: {concurrency: 256}
"""
CONNECTOR = """\
name: card
bureau: cardcheck
billing: {price: {amount: "0.30", currency: CNY}, billable: [HIT, MISMATCH, NO_HIT]}
policy: {purposes: [CREDIT_ORIGINATION], consent: none}
request:
  path: /cardcheck/bank4/verify
  form: {accName: ann, certNo: "${subject.id_number}", cardNo: "1", mobile: "2"}
response: {nested: [{path: result.detail, codec: json}]}
outcomes:
  - {outcome: HIT, status: 200, body: {result.success: true, result.detail.message: 认证通过}}
  - {outcome: NO_HIT, status: 200, body: {result.success: true}}
  - {outcome: BUREAU_ERROR, status: {gte: 500}}
mapping:
  attributes.card: {path: result.detail.message, type: string}
"""
PRODUCT = """\
name: card
fields: [attributes]
purposes: [CREDIT_ORIGINATION]
inputs: {required: [subject.id_number]}
connectors: [{connector: card, required: true}]
"""
CALLER = """\
name: caller
tenant: lender
identities: {api_keys: ["${secrets.caller_hash}"]}
products: [card]
purposes: [CREDIT_ORIGINATION]
"""


def laid_out(root: Path, bureaus: MockBureaus) -> Path:
    """Write the folder of a gateway that asks one bureau."""
    hashed = Keys.of(MASTER, "test").api_key_hash(API_KEY)
    files = {
        "gateway.yaml": GATEWAY,
        "bureaus/cardcheck.yaml": BUREAU % bureaus.url,
        "connectors/card.yaml": CONNECTOR,
        "products/card.yaml": PRODUCT,
        "callers/caller.yaml": CALLER,
        "secrets/master_key": MASTER,
        "secrets/appkey": Credentials().cardcheck_appkey,
        "secrets/caller_hash": hashed,
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
    return root


@dataclass(slots=True)
class Load:
    """Inquiries about a person each, so that a hit says whose it was."""

    random: Random
    asked: dict[str, str] = field(default_factory=dict)
    """Person by inquiry."""
    answered: set[str] = field(default_factory=set)
    codes: list[grpc.StatusCode] = field(default_factory=list)
    """Of all asks that ended in anything but a report."""
    cut_short: int = 0
    """Inquiries that had no answer when their process was killed, each time."""

    def new(self) -> str:
        inquiry = str(uuid4())
        self.asked[inquiry] = f"P{len(self.asked):06d}"
        return inquiry

    async def ask(self, channel: grpc.aio.Channel, inquiry: str) -> None:
        request = pb.GetUserInfoRequest(inquiry_id=inquiry, product="card", purpose=PURPOSE)
        request.subject.id_number = self.asked[inquiry]
        request.consent.id = "c1"
        request.consent.purposes.append(PURPOSE)
        request.consent.expires_at.FromDatetime(datetime.now(UTC) + timedelta(days=1))
        call: Callable[..., Any] = channel.unary_unary(PATH)
        try:
            await call(request.SerializeToString(), timeout=5, metadata=(("x-api-key", API_KEY),))
        except grpc.aio.AioRpcError as error:
            self.codes.append(error.code())
        else:
            self.answered.add(inquiry)

    async def until_killed(self, port: int, process: Process, again: set[str]) -> None:
        """Ask, and ask again what nobody answered, until a moment that chance chooses."""
        async with (
            grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
            asyncio.TaskGroup() as group,
        ):
            for inquiry in sorted(again):
                group.create_task(self.ask(channel, inquiry))
            loop = asyncio.get_running_loop()
            dies = loop.time() + self.random.uniform(0.15, 1.2)
            while loop.time() < dies:
                group.create_task(self.ask(channel, self.new()))
                await asyncio.sleep(self.random.expovariate(RATE))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        self.cut_short += len(self.asked) - len(self.answered)

    async def until_answered(self, port: int) -> None:
        """Ask again what nobody answered, of a process that lives."""
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            left = sorted(set(self.asked) - self.answered)
            await asyncio.gather(*(self.ask(channel, inquiry) for inquiry in left))


@asynccontextmanager
async def served(root: Path) -> AsyncIterator[tuple[int, Process]]:
    """Run the gateway's own command, on whatever port is free."""
    async with cli.running("serve", root, "--listen", "127.0.0.1:0", cwd=root) as process:
        line = await cli.said(process, "listening on port")
        logs = asyncio.gather(*map(_read_out, (process.stdout, process.stderr)))
        try:
            yield int(line.partition("port ")[2].partition(";")[0]), process
        finally:
            logs.cancel()
            await asyncio.gather(logs, return_exceptions=True)


async def _read_out(log: StreamReader | None) -> None:
    """Read on: asyncio hears of no end of a process whose pipes hold more than it buffers."""
    while log is not None and await log.read(2**16):
        continue
