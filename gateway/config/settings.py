"""The gateway's own file: `config/gateway.yaml`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from connectors.faults import ConfigError, Findings
from connectors.kit import Strict
from connectors.units import Seconds

from .caching import Cache, CacheSettings
from .document import Document
from .environment import substitute_env
from .finding import Located, of_config, parse

_SECRET = re.compile(r"\$\{secrets\.(?P<name>[a-z][a-z0-9_]*)\}")
_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>\d{1,5})")
_PORTS = 2**16


def address(text: str) -> str:
    """Check an address. Raises `ValueError`."""
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) >= _PORTS:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:7443 or [::1]:7443")
    return text


def _secret_name(text: str) -> str:
    found = _SECRET.fullmatch(text)
    if found is None:
        raise ValueError("must be a reference such as ${secrets.master_key}: a name, never a value")
    return found["name"]


Address = Annotated[str, AfterValidator(address)]
SecretName = Annotated[str, AfterValidator(_secret_name)]
"""Written `${secrets.NAME}`; what is kept is the name."""
StoreUrl = Annotated[str, Field(pattern=r"^(sqlite|postgresql\+asyncpg)://", repr=False)]


class Listen(Strict):
    """Where callers reach the gateway."""

    main: Address = "127.0.0.1:7443"
    callbacks: Address | None = None
    """Where bureaus call back, by HTTP; left out where none does."""


class Tls(Strict):
    """Files of the TLS listener, relative to this file's folder."""

    cert: Path
    key: Path
    client_ca: Path | None = None
    """Who signs callers' certificates; without it they prove themselves by API key alone."""


class Stores(Strict):
    """Where what must last is kept; files are relative to this file's folder."""

    ledger: StoreUrl
    """Who asked what, and what came of it. A SQLite file is for one process; several share a
    PostgreSQL, whose URL comes by `${env.NAME}` where it holds a password."""
    keep_replies: Seconds = 30 * 86_400.0
    """How long answers that were paid for are kept with the ledger, sealed."""
    profile: StoreUrl
    jobs: StoreUrl = "sqlite:///data/jobs.db"
    """What bureaus answer later."""
    answers: Annotated[str, Field(pattern=r"^sqlite:///")] | None = None
    """What bureaus answered, sealed; left out, nothing of it is kept."""
    keep_answers: Seconds = 30 * 86_400.0
    cache: Cache = CacheSettings()


class SecretSources(Strict):
    """Where a secret's value is looked up by its name; the folder comes first."""

    directory: Path | None = None
    """One file for each secret, relative to this file's folder."""
    env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*_$")] | None = None
    """Begins the names of variables: with `LENDER_`, `master_key` is `LENDER_MASTER_KEY`."""


class Keys(Strict):
    """Names of secrets."""

    master: SecretName
    """
    From which the keys of ledger, log, subjects and all stores are derived.

    It lasts as long as they do.
    """
    cache: tuple[SecretName, ...] = Field(default=(), max_length=4)
    """
    From which the cache's keys are derived, where that is not `master`; they may change.

    The first is the current one. What the others named and sealed is found as long
    as they stand here.
    """


class Log(Strict):
    """Where log lines go; files are relative to this file's folder."""

    file: Path | None = None
    """None is standard error."""
    protected: Path | None = None
    """Where the words of exceptions go, which may hold what no log should. Left out:
    `protected.log` beside a SQLite ledger, else `data/protected.log` in the working directory."""


class Settings(Strict):
    """One running gateway."""

    listen: Listen = Listen()
    callback_url: str | None = Field(default=None, pattern=r"^https?://")
    """What bureaus are told to call, where that is not the address of `listen.callbacks`."""
    tls: Tls | None = None
    insecure: bool = False
    """No TLS at all; only where nobody but this machine can connect."""
    stores: Stores
    secrets: SecretSources = SecretSources()
    keys: Keys
    jurisdiction: str = Field(pattern=r"^[A-Z]{2}$")
    """ISO 3166."""
    billing_currency: str = Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217."""
    plugins: frozenset[Annotated[str, Field(pattern=r"^[a-z_][\w.]*:[A-Za-z_]\w*$")]] = frozenset()
    """Classes that a bureau may name as its transport: this process runs what they say."""
    reflection: bool = False
    """Whether the service describes itself to anyone who asks."""
    log: Log = Log()
    drain_delay: Seconds = 5.0
    """How long to go on serving after saying NOT_SERVING, so that balancers notice."""

    @property
    def called_at(self) -> str:
        """Where bureaus call back, before a port is taken; empty where nobody listens."""
        if self.listen.callbacks is None:
            return ""
        return self.callback_url or f"https://{self.listen.callbacks}"

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        findings = Findings()
        if self.insecure and self.tls:
            findings.add("`tls` and `insecure: true` exclude each other", "insecure")
        for name, listened in (("main", self.listen.main), ("callbacks", self.listen.callbacks)):
            if self.insecure and listened is not None and not is_loopback(listened):
                findings.add("with `insecure: true` only a loopback address", "listen", name)
        if not self.insecure and not self.tls:
            findings.add("is missing; for a trial on this machine: `insecure: true`", "tls")
        findings.close()
        return self


def is_loopback(address: str) -> bool:
    """Tell whether only this machine can connect to an address."""
    found = _ADDRESS.fullmatch(address)
    host = (found["v6"] or found["host"]) if found else ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings(document: Document, env: Mapping[str, str]) -> Settings | tuple[Located, ...]:
    """Read the gateway's own file, with the environment's part in it."""
    try:
        value = substitute_env(document.value, env)
    except ConfigError as error:
        return of_config(document, error)
    return parse(replace(document, value=value), Settings)
