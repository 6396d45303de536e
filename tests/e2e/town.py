"""The shipped connectors, each by itself, and bureaus that answer them over real sockets."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

from connectors.bureau import Bureau
from connectors.contract import Call, Query, Reply, Standing
from connectors.kit import Ending, Kit
from connectors.policy.ledger import Owned
from connectors.policy.timeout import Timeout
from connectors.rehearsal.jobs import JobsInMemory
from connectors.rehearsal.props import GivenSecrets, Inert
from connectors.words import Effect, Purpose
from gateway.catalog.reading import Catalog, read_catalog
from gateway.clock import LoopClock
from gateway.fields.schema import schema
from mock_bureaus import DEMO, MockBureaus
from mock_bureaus import Call as Received
from tests.shipped import BUREAU_URLS, CONFIG

Subject = Mapping[str, object]

PEPPER = "test-pepper"
DEMO_PERSON = {
    "name": "测试丙",
    "id_number": "110105199001010002",
    "date_of_birth": date(1990, 1, 1),
    "mobile": "19900000001",
    "bank_card": "6200000000000005",
    "certificate_number": "1000000000000001",
}
ELDER = {
    "name": "测试甲",
    "id_number": "11010519491231002X",
    "date_of_birth": date(1949, 12, 31),
    "mobile": "19900000001",
    "certificate_number": "1000000000000002",
}
STRANGER = {
    "name": "测试丁",
    "id_number": "110105199001010029",
    "date_of_birth": date(1990, 1, 1),
    "mobile": "19900000009",
    "certificate_number": "1000000000000003",
}


def american(given_name: str, id_number: str) -> Subject:
    """Describe one of the Samples: they live in one house."""
    return {
        "given_name": given_name,
        "family_name": "SAMPLE",
        "id_number": id_number,
        "address.line1": "510 EXAMPLE ST",
        "address.city": "MICHIGAN CITY",
        "address.region": "IN",
        "address.postal_code": "46360",
    }


def mexican(given_name: str, id_number: str, day: int) -> Subject:
    return {
        "given_name": given_name,
        "family_name": "PRUEBA",
        "id_number": id_number,
        "date_of_birth": date(1980, 1, day),
        "address.postal_code": "03810",
    }


JOHN, JANE = american("JOHN", "111111111"), american("JANE", "222222222")
JACK, JILL = american("JACK", "333333333"), american("JILL", "444444444")
JUAN, ANA = mexican("JUAN", "PUAC800107", 7), mexican("ANA", "PUAD800108", 8)
LUIS, NADIE = mexican("LUIS", "PUAE800109", 9), mexican("NADIE", "PUAF800110", 10)
RAVI = {
    "name": "RAVI SAMPLE",
    "id_number": "ABCPE1234F",
    "date_of_birth": date(1988, 2, 10),
    "mobile": "9000000001",
}
MEENA = {
    "name": "MEENA SAMPLE",
    "id_number": "ABCPE1234G",
    "date_of_birth": date(2001, 5, 20),
    "mobile": "9000000002",
}


class Book(Inert):
    """A ledger that can be read: each attempt, and how it ended."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[tuple[str, Ending]] = []

    async def intent(self, query: Query, _effect: Effect) -> None:
        self.begun.append(query.connector)

    async def outcome(self, query: Query, ending: Ending, _reply: Reply | None = None) -> None:
        self.ended.append((query.connector, ending))

    def of(self, connector: str) -> list[Ending]:
        """Give how its attempts ended; fails where one has not."""
        ended = [ending for name, ending in self.ended if name == connector]
        assert len(ended) == self.begun.count(connector)
        return ended


@dataclass(slots=True)
class Town:
    """Bureaus that listen, and the shipped connectors that ask them, built as they are asked."""

    bureaus: MockBureaus
    catalog: Catalog
    kit: Kit
    book: Book
    patience: float | None
    """Seconds of one attempt, and half a second more to settle; None: as the file says."""
    owned: Owned = field(default_factory=Owned)
    _built: dict[str, Bureau] = field(default_factory=dict)
    _calls: dict[str, Call] = field(default_factory=dict)

    async def ask(self, connector: str, subject: Subject) -> Reply:
        deadline = LoopClock().now() + 10
        standing = Standing(
            tenant="lender_a",
            caller="scoring_service",
            inquiry_id="i1",
            purpose=Purpose.CREDIT_ORIGINATION,
            consent=None,
            subject_token="t1",
            config_version="v1",
        )
        known = {"identity_verification.id_name_match": "MATCH"}
        query = Query(connector, standing, lambda: deadline, subject=subject, user_info=known)
        return await self._call(connector)(query)

    def about_persons(self, bureau: str | None = None) -> list[Received]:
        """Give what the bureaus received, less what only asked for a token."""
        return [
            call
            for call in self.bureaus.calls
            if call.path.rpartition("/")[2] not in {"token", "login"}
            and bureau in {None, call.bureau}
        ]

    def _call(self, connector: str) -> Call:
        if connector not in self._calls:
            spec = self.catalog.connectors[connector].spec
            if spec.bureau not in self._built:
                bureau = self.catalog.bureaus[spec.bureau].spec
                self._built[spec.bureau] = bureau.build(self.kit)
            if self.patience is not None:
                attempt, settle = f"{self.patience}s", f"{self.patience + 0.5}s"
                timeout = Timeout.model_validate({"attempt": attempt, "settle": settle})
                spec = spec.model_copy(update={"timeout": timeout})
            self._calls[connector] = spec.build(self.kit, self._built[spec.bureau], self.owned).call
        return self._calls[connector]

    async def aclose(self) -> None:
        await self.owned.settled()
        for bureau in self._built.values():
            await bureau.transport.aclose()


@cache
def shipped() -> Catalog:
    return read_catalog(CONFIG)[0]


@asynccontextmanager
async def open_town(folder: Path, patience: float | None = None) -> AsyncIterator[Town]:
    """Open bureaus, and build connectors with nothing of the gateway around them."""
    _write_lists(folder / "lists.db")
    catalog = shipped()
    book = Book()
    async with MockBureaus() as bureaus:
        kit = Kit(
            clock=LoopClock(),
            random=Random(1),
            secrets=GivenSecrets({**asdict(DEMO), "list_pepper": PEPPER}),
            env={
                **dict.fromkeys(BUREAU_URLS, bureaus.url),
                "LENDER_LISTS_DSN": f"sqlite:///{folder}/lists.db",
            },
            ledger=book,
            cache=book,
            observer=book,
            schema=schema(),
            cache_key=b"k" * 32,
            currency="CNY",
            files=CONFIG,
            tables=catalog.tables,
            jobs=JobsInMemory(),
            callback_url="https://gateway.example",
        )
        town = Town(bureaus, catalog, kit, book, patience)
        try:
            yield town
        finally:
            await town.aclose()


def _write_lists(file: Path) -> None:
    listed = hmac.digest(PEPPER.encode(), b"11010519491231002X", "sha256").hex()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(
            "create table blacklist"
            " (id_hash text not null, reason text not null, listed_on text not null)"
        )
        database.executemany(
            "insert into blacklist values (?, ?, ?)",
            [(listed, "FRAUD", "2024-11-30"), (listed, "LOSS", "2025-06-01")],
        )
