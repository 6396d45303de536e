"""What a demo lives on: certificates, keys, the lender's own data, and bureaus that play."""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import TextIO

from datachannel_client import Tls
from mock_bureaus import Credentials, MockBureaus

from .. import pki
from ..app import Gateway, Streams, running
from ..catalog import CatalogError
from ..clock import LoopClock
from ..config.finding import Located
from ..keys import Keys
from .ask import Door

CALLER = "scoring_service"
CUSTOMER, MOBILE = "c-1001", "19900000001"
LISTED = "11010519491231002X"
"""The one person on the demo's own blacklist; not the one that it asks about."""

_MASTER, _PEPPER, _KEY_HASH = "master_key", "blacklist_pepper", "scoring_key_hash"
_LAST_CONFIRMED = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A folder that git ignores; what is in it is made once, and kept."""

    pki: pki.Pki
    credentials: Credentials
    api_key_file: Path

    @classmethod
    def at(cls, folder: Path) -> DemoFolder:
        """Make what is missing."""
        names = (_MASTER, _PEPPER, *credential_names())
        made = pki.generate(folder.resolve(), LoopClock().utc(), secret_names=names)
        api_key_file = made.folder / "api_key"
        if not api_key_file.exists():
            write_private(api_key_file, secrets.token_urlsafe(32))
        keys = Keys.of(_secret(made, _MASTER), "demo")
        write_private(made.secrets / _KEY_HASH, keys.api_key_hash(api_key_file.read_text()))
        _write_blacklist(made.folder / "blacklist.db", _secret(made, _PEPPER))
        known = {name: _secret(made, name) for name in credential_names()}
        return cls(made, Credentials(**known), api_key_file)

    def env(self, bureaus_url: str) -> Mapping[str, str]:
        """What the shipped config reads from the environment."""
        folder = str(self.pki.folder)
        return {
            "GATEWAY_DATA": folder,
            "GATEWAY_SECRETS": str(self.pki.secrets),
            "GATEWAY_TLS": folder,
            **{f"{bureau}_URL": f"{bureaus_url}" for bureau in _BUREAUS},
        }

    def door(self, port: int) -> Door:
        tls = Tls(
            self.pki.ca.read_bytes(),
            self.pki.client_cert.read_bytes(),
            self.pki.client_key.read_bytes(),
        )
        return Door(f"127.0.0.1:{port}", self.api_key_file.read_text(), tls)


@dataclass(frozen=True, slots=True)
class Demo:
    """A gateway, and the bureaus that it asks, both running."""

    folder: DemoFolder
    bureaus: MockBureaus
    gateway: Gateway

    @property
    def door(self) -> Door:
        return self.folder.door(self.gateway.port)
