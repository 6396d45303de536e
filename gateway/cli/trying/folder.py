"""A config folder, opened for one command: what it says, and where its secrets are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

import typer
from pydantic import BaseModel

from connectors.bureau import BureauSpec
from connectors.faults import ConfigError
from connectors.job import Jobs
from connectors.kit import Kit, Ledger, Secret, Secrets
from connectors.rehearsal.props import Inert
from connectors.spec import ConnectorSpec

from ...app import secrets_of
from ...catalog.reading import Catalog, CatalogError, Entry, read_catalog, read_own_settings
from ...clock import LoopClock
from ...config.document import Document
from ...config.finding import of_config
from ...config.settings import Settings
from ...fields.schema import schema
from ...security.keys import Keys

_SECRET = re.compile(r"\bsecrets\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Remembering:
    """Secrets, and which of them were read: what was read must not be shown."""

    inner: Secrets
    known: dict[str, str] = field(default_factory=dict, repr=False)
    """Values by name."""

    def read(self, name: str) -> Secret:
        secret = self.inner.read(name)
        self.known[name] = secret.reveal()
        return secret


@dataclass(frozen=True, slots=True)
class OpenFolder:
    """What a folder says; of its secrets none is read before it is needed."""

    root: Path
    catalog: Catalog
    own: Document | None
    settings: Settings
    secrets: Remembering
    env: Mapping[str, str] = field(repr=False)

    @classmethod
    def at(cls, root: Path, env: Mapping[str, str]) -> OpenFolder:
        """Read. Raises `CatalogError` where the folder has no sound `gateway.yaml`."""
        catalog, folder = read_catalog(root)
        settings = read_own_settings(folder, env)
        secrets = Remembering(secrets_of(settings, root, env))
        return cls(root, catalog, folder.settings, settings, secrets, env)

    def keys(self) -> Keys:
        """Derive all keys. Raises `CatalogError` where the master key is not there."""
        with self.blamed():
            # Not remembered: nobody shows what is not of a bureau.
            master = self.secrets.inner.read(self.settings.keys.master)
            return Keys.of(master.reveal(), "keys.master")

    def connector(self, name: str) -> Entry[ConnectorSpec]:
        entry = self.catalog.connectors.get(name)
        if entry is None:
            self._check(name)
            known = ", ".join(sorted(self.catalog.connectors))
            raise typer.BadParameter(f"there is no connector {name}; there is {known}")
        return entry

    def bureau(self, name: str) -> Entry[BureauSpec]:
        entry = self.catalog.bureaus.get(name)
        if entry is None:
            self._check(name)
            known = ", ".join(sorted(self.catalog.bureaus))
            raise typer.BadParameter(f"there is no bureau {name}; there is {known}")
        return entry

    def kit(
        self, cache_key: bytes = b"", ledger: Ledger | None = None, jobs: Jobs | None = None
    ) -> Kit:
        """Lay out what connectors are built from: nothing is kept, but what is given here."""
        inert = Inert()
        return Kit(
            clock=LoopClock(),
            random=SystemRandom(),
            secrets=self.secrets,
            env=self.env,
            ledger=ledger or inert,
            cache=inert,
            observer=inert,
            schema=schema(),
            cache_key=cache_key,
            currency=self.settings.billing_currency,
            files=self.root,
            tables=self.catalog.tables,
            jobs=jobs,
            # Nobody listens here; what a bureau is told must be what the gateway tells it.
            callback_url=self.settings.called_at,
            plugins=self.settings.plugins,
        )

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Lay what the settings ask for at the door of their file."""
        try:
            yield
        except ConfigError as error:
            if self.own is None:
                raise
            raise CatalogError(of_config(self.own, error)) from None

    def _check(self, name: str) -> None:
        """Say what is wrong with an entry that could not be read."""
        if name in self.catalog.wrong:
            raise CatalogError(self.catalog.findings)


def named_secrets(spec: BaseModel) -> frozenset[str]:
    """Name the secrets that a file refers to."""
    return frozenset(_SECRET.findall(spec.model_dump_json(exclude={"tests"})))
