"""A gateway on trial: a config folder copied until nothing in it is real."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2
from google.protobuf.json_format import ParseDict

from connectors.words import Purpose
from datachannel_client import Client
from mock_bureaus import MockBureaus

from .app import Gateway
from .catalog.reading import read_catalog
from .clock import LoopClock
from .rpc.enums import PURPOSES
from .security.keys import Keys

_DAY = timedelta(days=1)
_ANYWHERE = "127.0.0.1:0"
_MASTER = "master_key"
_SECRET = re.compile(r"\bsecrets\.([a-z][a-z0-9_]*)")
_URL = re.compile(r"\$\{env\.([A-Z][A-Z0-9_]*_URL)\b")
_CERTIFICATE = re.compile(r"^[^#\n]*\bclient_cert:", re.MULTILINE)
"""Stated, and not only spoken of in a comment."""
_OWN_FILE = """\
listen: {{main: "{anywhere}", callbacks: "{anywhere}"}}
insecure: true
stores:
  ledger: sqlite:///data/ledger.db
  profile: sqlite:///data/profile.db
  jobs: sqlite:///data/jobs.db
secrets: {{directory: secrets}}
keys: {{master: "${{secrets.{master}}}"}}
jurisdiction: {jurisdiction}
billing_currency: {currency}
drain_delay: 0s
"""
_KEPT = {"jurisdiction": "CN", "billing_currency": "CNY"}
"""What is taken over from the user's own file, and what stands in for it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A running gateway, a client that it lets in, and the bureaus that it asks."""

    gateway: Gateway
    client: Client
    bureaus: MockBureaus

    @property
    def target(self) -> str:
        """HOST:PORT, without TLS."""
        return f"127.0.0.1:{self.gateway.port}"

    def request(
        self,
        product: str,
        subject: Mapping[str, object],
        purpose: Purpose = Purpose.CREDIT_ORIGINATION,
    ) -> pb.GetUserInfoRequest:
        """Word an inquiry, with the consent that every bureau of the product wants."""
        seats = self.gateway.assembled.seats[product]
        consent = inquiry_pb2.Consent(
            id="consent-1",
            purposes=[PURPOSES[purpose]],
            recipients=dict.fromkeys(seat.bureau for seat in seats),
            sensitive=True,
        )
        now = LoopClock().utc()
        consent.granted_at.FromDatetime(now - _DAY)
        consent.expires_at.FromDatetime(now + _DAY)
        return pb.GetUserInfoRequest(
            inquiry_id=str(uuid4()),
            product=product,
            purpose=PURPOSES[purpose],
            subject=ParseDict(dict(subject), inquiry_pb2.Subject()),
            consent=consent,
        )

    async def ask(
        self,
        product: str,
        subject: Mapping[str, object],
        timeout: float = 10.0,  # noqa: ASYNC109 - the gateway's deadline
    ) -> report_pb2.Report:
        return await self.client.get_user_info(self.request(product, subject), timeout=timeout)


def copied(config: Path, folder: Path) -> Path:
    shutil.copytree(config, folder, ignore=shutil.ignore_patterns("data", "secrets"))
    (folder / "data").mkdir()
    own = folder / "gateway.yaml"
    theirs = own.read_text("utf-8") if own.exists() else ""
    kept = {
        name: found[1] if (found := re.search(rf"^{name}:\s*(\w+)", theirs, re.MULTILINE)) else word
        for name, word in _KEPT.items()
    }
    text = _OWN_FILE.format(
        anywhere=_ANYWHERE,
        master=_MASTER,
        jurisdiction=kept["jurisdiction"],
        currency=kept["billing_currency"],
    )
    own.write_text(text, encoding="utf-8")
    return folder


def lay_out_secrets(folder: Path, known: Mapping[str, str], caller: str | None) -> str:
    """Write a file for each secret; give the API key of the caller."""
    catalog, _ = read_catalog(folder)
    master, key = token_hex(32), token_hex(32)
    hashed = {
        each: set(_SECRET.findall(" ".join(entry.spec.identities.api_keys)))
        for each, entry in catalog.callers.items()
    }
    asking = caller or next((each for each, names in hashed.items() if names), None)
    if not hashed.get(asking or ""):
        raise LookupError(f"no caller with an API key in {folder / 'callers'}")
    ours = dict.fromkeys(hashed[str(asking)], Keys.of(master, "trial").api_key_hash(key))
    values = {**known, **ours, _MASTER: master}
    (folder / "secrets").mkdir()
    named = {name for text in _texts(folder) for name in _SECRET.findall(text)}
    for name in {*named, _MASTER}:
        file = folder / "secrets" / name
        file.touch(mode=0o600)
        file.write_text(values.get(name) or token_hex(32), encoding="utf-8")
    return key


def urls(folder: Path, bureaus: MockBureaus) -> dict[str, str]:
    """Send every bureau to the mocks; to their mutual TLS, where its file has a `client_cert`."""
    found: dict[str, str] = {}
    for text in _texts(folder):
        url = bureaus.secure_url if _CERTIFICATE.search(text) else bureaus.url
        found |= dict.fromkeys(_URL.findall(text), url)
    return found


def _texts(folder: Path) -> list[str]:
    return [file.read_text("utf-8") for file in sorted(folder.rglob("*.yaml"))]
