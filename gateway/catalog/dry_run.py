"""Building a config folder without running it, to say all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random

from connectors.contract import Query, Reply
from connectors.keeping import Kept, Place
from connectors.keys import Placeholder
from connectors.kit import Ending, Kit, Secret
from connectors.rehearsal.jobs import JobsInMemory
from connectors.words import Effect, Outcome, ServedFrom

from ..config.finding import Located
from ..fields.schema import schema
from ..fillers import Stored
from ..security.keys import Keys
from .assembly import Assembled, assemble
from .reading import Catalog, CatalogError, read_catalog, read_own_settings
from .undecided import says_more, undecided

SOMEWHERE = "https://gateway.example"
"""Where bureaus call back, as long as no settings say whether anybody listens."""

_ZEROS = "0" * 64
"""Stands in for the master key."""


def look_through(root: Path, env: Mapping[str, str]) -> tuple[Located, ...]:
    """
    Read, compile and build everything, and give all findings.

    Secrets need not be there: what is checked is that the files go together.
    """
    catalog, folder = read_catalog(root)
    findings = list(catalog.findings)
    # Without settings nobody knows the billing currency: prices are not held against it.
    currency, plugins, called_at = "", frozenset[str](), SOMEWHERE
    try:
        settings = read_own_settings(folder, env)
        currency, plugins = settings.billing_currency, settings.plugins
        called_at = settings.called_at
    except CatalogError as error:
        findings.extend(error.findings)
    try:
        build(catalog, env, currency, plugins, called_at)
    except CatalogError as error:
        # What is still to be decided has been told, and need not be right in any other way.
        marks = [mark for one in (*folder.bureaus, *folder.connectors) for mark in undecided(one)]
        findings.extend(one for one in error.findings if not says_more(one, marks))
    return CatalogError(findings).findings


def build(
    catalog: Catalog,
    env: Mapping[str, str],
    currency: str,
    plugins: frozenset[str] = frozenset(),
    called_at: str = SOMEWHERE,
) -> Assembled:
    """Build a catalog on ports that do nothing. Raises `CatalogError`."""
    kit = kit_of(catalog, env, currency, plugins, called_at)
    return assemble(catalog, kit, Keys.of(_ZEROS, "dry run"), _recall)


def kit_of(
    catalog: Catalog,
    env: Mapping[str, str],
    currency: str,
    plugins: frozenset[str] = frozenset(),
    called_at: str = SOMEWHERE,
) -> Kit:
    """Lay out ports that do nothing; at `called_at` bureaus call back."""
    return Kit(
        clock=_Still(),
        random=Random(0),  # noqa: S311 (nothing is sent, sealed or named with it)
        secrets=_AnySecret(),
        env=env,
        ledger=_Nowhere(),
        cache=_Nowhere(),
        observer=_Nowhere(),
        schema=schema(),
        cache_key=_ZEROS.encode(),
        currency=currency,
        files=catalog.root,
        tables=catalog.tables,
        jobs=JobsInMemory(),
        callback_url=called_at,
        plugins=plugins,
    )


async def _recall(_: str, __: str, ___: Sequence[str], ____: float) -> Mapping[str, Stored]:
    return {}


class _Still:
    """A clock that stands."""

    def now(self) -> float:
        return 0.0

    def utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        """Nobody waits in a dry run."""


class _AnySecret:
    """Each name has a value of its own: that two callers have one key is a finding."""

    def read(self, name: str) -> Secret:
        # Of what kind a key is, nobody knows here: `connectors.keys` lets another stand in for it.
        # Short, as some have their place in a message of fixed widths.
        return Secret(Placeholder(sha256(name.encode()).hexdigest()[:8]))


@dataclass(frozen=True, slots=True)
class _Nowhere:
    """Every port at once, and nothing behind it."""

    async def intent(self, query: Query, effect: Effect) -> None: ...

    async def outcome(self, query: Query, ending: Ending, reply: Reply | None = None) -> None: ...

    async def get(self, place: Place, suits: Callable[[Kept], bool]) -> Kept | None: ...

    async def put(self, place: Place, kept: Kept) -> None: ...

    def asked(
        self, query: Query, outcome: Outcome, served_from: ServedFrom, seconds: float
    ) -> None: ...
