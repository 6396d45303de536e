"""What a demo lives on: certificates, keys, the lender's own data, and bureaus that play."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from datachannel_client import Tls
from mock_bureaus import SHAPED_FIELDS, Credentials, MockBureaus, demo
from mock_bureaus.bureaus import BUREAUS
from mock_bureaus.keys.certificates import server_context, write_client_files

from ..app import Gateway, Streams, running
from ..clock import LoopClock
from ..model import Credentials as CallerCredentials
from ..security import pki
from ..security.keys import Keys
from .ask import Door

PRODUCT = "loan_v1"
SUBJECT = {
    "customer_id": "c-1001",
    "name": "测试丙",
    "id_number": "110105199001010002",
    "certificate_number": "1000000000000001",
}
"""Known to the mock bureaus; the mobile is left to the preset database."""
_AMERICAN = {
    "given_name": "JOHN",
    "family_name": "SAMPLE",
    "id_type": "SSN",
    "id_number": "111111111",
    "date_of_birth": "1990-08-04",
    "address": {"line1": "510 EXAMPLE ST", "region": "IN", "postal_code": "46360"},
}
SUBJECTS: Mapping[str, Mapping[str, object]] = {
    PRODUCT: SUBJECT,
    "lending_checks_v1": {**SUBJECT, "bank_card": "6200000000000005"},
    "us_loan_v1": _AMERICAN,
    "us_card_v1": _AMERICAN,
    "mx_loan_v1": {
        "given_name": "JUAN",
        "family_name": "PRUEBA",
        "id_number": "PUAC800107",
        "date_of_birth": "1980-01-07",
        "address": {"city": "CIUDAD DE MEXICO", "postal_code": "03810"},
    },
    "in_loan_v1": {
        "name": "RAVI SAMPLE",
        "id_number": "ABCPE1234F",
        "date_of_birth": "1988-02-10",
        "mobile": "9000000001",
    },
    "kyc_v1": SUBJECT,
    "screening_v1": {**SUBJECT, "employer": {"uscc": "91350100M000100Y43"}},
    "income_v1": SUBJECT,
}
"""Whom the mock bureaus know, by the product that asks about them; as `ask` reads a subject."""
MOBILE = "19900000001"
LISTED = "11010519491231002X"
"""The one person on the demo's own blacklist; not the one that it asks about."""

_MASTER, _PEPPER, _KEY_HASH = "master_key", "list_pepper", "scoring_key_hash"
_UNUSED = "collections_key_hash"
"""Of a caller that the demo does not play: a random hash is that of no key."""
_CALLBACKS = ("cashline_callback", "creditpassport_callback")
"""By these bureaus that sign nothing are known, when they call back."""
_LISTS = "lists.db"
_CONSENT_FILE = "consent.json"
_BUREAUS = ("POLICE", "FRAUDWATCH", "LENDSCOPE", "DEGREELINE", "DATAMARKET", "CREDITFILE")
"""As variables name them, where the mocks have another name; all of them at one address."""
_BUREAU_TLS = "bureau_tls"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A folder that git ignores; what is in it is made once, and kept."""

    pki: pki.Pki
    credentials: Credentials
    api_key_file: Path

    @classmethod
    def at(cls, folder: Path) -> DemoFolder:
        """Make what is missing."""
        names = (_MASTER, _PEPPER, _UNUSED, *_CALLBACKS, *credential_names())
        made = pki.generate(folder.resolve(), LoopClock().utc(), secret_names=names)
        api_key_file = made.folder / "api_key"
        if not api_key_file.exists():
            write_private(api_key_file, secrets.token_urlsafe(32))
        keys = Keys.of(_secret(made, _MASTER), "demo")
        write_private(made.secrets / _KEY_HASH, keys.api_key_hash(api_key_file.read_text()))
        for name in SHAPED_FIELDS:
            # The bureaus' halves of these keys last for one process.
            write_private(made.secrets / name, getattr(demo(), name))
        write_client_files(made.folder / _BUREAU_TLS)
        _write_blacklist(made.folder / _LISTS, _secret(made, _PEPPER))
        known = {name: _secret(made, name) for name in credential_names()}
        return cls(made, Credentials(**known), api_key_file)

    def env(self, bureaus: MockBureaus) -> Mapping[str, str]:
        """Give what the shipped config reads from the environment."""
        folder = str(self.pki.folder)
        return {
            "GATEWAY_DATA": folder,
            "GATEWAY_SECRETS": str(self.pki.secrets),
            "GATEWAY_TLS": folder,
            "GATEWAY_CALLBACKS": "127.0.0.1:0",
            # No balancer has to be told that it ends.
            "GATEWAY_DRAIN_DELAY": "0s",
            "LENDER_LISTS_DSN": f"sqlite:///{self.pki.folder / _LISTS}",
            "BUREAU_TLS": str(self.pki.folder / _BUREAU_TLS),
            **{f"{name}_URL": bureaus.url for name in (*_BUREAUS, *map(str.upper, BUREAUS))},
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

    @property
    def recipients(self) -> tuple[str, ...]:
        """The bureaus that a subject must consent to."""
        return self.recipients_of(PRODUCT)

    def recipients_of(self, *products: str) -> tuple[str, ...]:
        seats = self.gateway.assembled.seats
        named = (seat.bureau for product in products for seat in seats.get(product, ()))
        return tuple(dict.fromkeys(named))

    def how_to_ask(self) -> str:
        """Say what to type into another terminal."""
        pki, folder = self.folder.pki, self.folder.pki.folder
        return f"""\
listening on port {self.gateway.port}; Ctrl-C stops it
mock bureaus {self.bureaus.url}, directed at {self.bureaus.control_url}
Ask, from another terminal:
  bureau-gateway ask {PRODUCT} --target 127.0.0.1:{self.gateway.port} \\
    --subject {folder / _subject_file(PRODUCT)} --consent {folder / _CONSENT_FILE} \\
    --api-key-file {self.folder.api_key_file} \\
    --ca {pki.ca} --cert {pki.client_cert} --key {pki.client_key}
There are {", ".join(name for name in SUBJECTS if name != PRODUCT)} as well:
  each with a person of its own, {folder / _subject_file("PRODUCT")}"""


@asynccontextmanager
async def running_demo(
    config: Path, folder: Path, env: Mapping[str, str], listen: str | None
) -> AsyncIterator[Demo]:
    """Run mock bureaus, and a gateway that asks them. Raises `CatalogError`."""
    made = DemoFolder.at(folder)
    with ExitStack() as files:
        streams = Streams(
            files.enter_context((made.pki.folder / "gateway.log").open("w", encoding="utf-8")),
            files.enter_context((made.pki.folder / "protected.log").open("w", encoding="utf-8")),
        )
        tls = server_context()
        async with MockBureaus(credentials=made.credentials, mutual_tls=tls) as bureaus:
            settled = {**env, **made.env(bureaus)}
            async with running(config, settled, streams, listen) as gateway:
                demo = Demo(made, bureaus, gateway)
                await _remember(demo)
                _write_example(demo)
                yield demo


async def _remember(demo: Demo) -> None:
    """Put a customer into the preset database, as the lender's own systems would."""
    gateway, ours = demo.gateway, CallerCredentials((), demo.door.api_key)
    tenant = gateway.assembled.callers.identify(ours).tenant
    confirmed_at = LoopClock().utc() - 3 * _DAY
    known = {"mobile": MOBILE}
    await gateway.stores.profiles.put(tenant, SUBJECT["customer_id"], known, confirmed_at)


def _write_example(demo: Demo) -> None:
    """Write the persons and the consent that `ask` can be tried with."""
    now = LoopClock().utc()
    consent = {
        "id": "demo-consent-1",
        "granted_at": (now - _DAY).isoformat(),
        "expires_at": (now + 30 * _DAY).isoformat(),
        "purposes": ["CREDIT_ORIGINATION"],
        "recipients": demo.recipients_of(*SUBJECTS),
        "sensitive": True,
    }
    subjects = {_subject_file(product): subject for product, subject in SUBJECTS.items()}
    for name, example in {**subjects, _CONSENT_FILE: consent}.items():
        text = json.dumps(example, ensure_ascii=False, indent=2)
        (demo.folder.pki.folder / name).write_text(text, encoding="utf-8")


def _subject_file(product: str) -> str:
    return "subject.json" if product == PRODUCT else f"subject_{product}.json"


def credential_names() -> tuple[str, ...]:
    """Name what the mock bureaus want to be told; secrets have the same names."""
    return tuple(field.name for field in fields(Credentials))


def write_private(file: Path, content: str) -> None:
    """Write for nobody else to read."""
    file.touch(mode=0o600)
    file.write_text(content, encoding="utf-8")


def _write_blacklist(file: Path, pepper: str) -> None:
    """Write the lender's own list, in which nobody is named: hashes only."""
    hashed = hmac.new(pepper.encode(), LISTED.encode(), hashlib.sha256).hexdigest()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("drop table if exists blacklist")
        connection.execute(
            "create table blacklist (id_hash text not null, reason text not null,"
            " listed_on text not null)"
        )
        row = (hashed, "FRAUD", "2025-06-01")
        connection.execute("insert into blacklist values (?, ?, ?)", row)


def _secret(made: pki.Pki, name: str) -> str:
    return (made.secrets / name).read_text(encoding="utf-8")
