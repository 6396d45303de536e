"""A bureau as its file describes it: what its connectors share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from .auth import AnyAuth, Auth, NoAuth
from .contract import Transport
from .faults import ConfigError, Findings
from .kit import Kit, Strict
from .message.draft import check_header
from .policy.limit import Limit, Room
from .sign import SignList
from .template import Language, Unwritable
from .template.constant import constant
from .transport import AnyTransport, Http, Sql, Tls
from .words import LicenceClass, Purpose

NAME = r"^[a-z][a-z0-9_]{0,63}$"


class BureauSpec(Strict):
    """A bureau's address, credentials and limits."""

    name: str = Field(pattern=NAME)
    base_url: str | None = None
    """A template of environment and text."""
    transport: AnyTransport = Http()
    tls: Tls | None = None
    auth: AnyAuth = NoAuth()
    limit: Limit = Limit()
    headers: Mapping[str, str] = Field(default_factory=dict)
    """On every request that does not bring its own; templates of what never changes."""
    sign: SignList = ()
    """On every request whose connector has none of its own."""
    timezone: str = "UTC"
    """Of ``now`` in its messages, and of its times that name none."""
    purpose_codes: Mapping[Purpose, str] = Field(default_factory=dict)
    owner: str = ""
    """Who answers for the contract with it."""
    licence_class: LicenceClass = LicenceClass.OTHER

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError) as error:
            raise ValueError(f"{name} is no time zone") from error
        return name

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if isinstance(self.transport, Http) == (self.base_url is None):
            raise ValueError("a bureau has a base_url if, and only if, it is reached by HTTP")
        if isinstance(self.transport, Sql):
            for key, given in (("tls", self.tls), ("headers", self.headers), ("sign", self.sign)):
                if given:
                    raise ValueError(f"a database has no `{key}`")
            if not isinstance(self.auth, NoAuth):
                raise ValueError("a database has no `auth`: its `dsn` says who we are")  # noqa: TRY004 (pydantic's protocol)
        return self

    def build(self, kit: Kit, transport: Transport | None = None) -> Bureau:
        """
        Build what is shared; `transport` takes the place of the bureau's own in tests.

        Raises `ConfigError` with all that is wrong.
        """
        findings = Findings()
        language = self._language(kit)
        headers: list[tuple[str, str]] = []
        for name, source in self.headers.items():
            with findings.at("headers"):
                headers.append((name, _header(name, constant(source, language, name))))
        carrier, auth = transport, None
        if carrier is None:
            with findings.at():
                carrier = self._carrier(kit, language)
        if carrier is not None:
            with findings.at("auth"):
                auth = self.auth.build(kit, language, carrier, self.name)
        auth = findings.settle(auth)
        return Bureau(
            spec=self,
            transport=findings.settle(carrier),
            auth=auth,
            room=self.limit.build(kit),
            headers=tuple(headers),
            language=language.having("auth", dict.fromkeys(auth.references, str)),
        )

    def _language(self, kit: Kit) -> Language:
        """Say what can be meant where no query is known: secrets, environment, tables."""
        return Language(
            types={},
            secrets=lambda name: kit.secrets.read(name).reveal(),
            env=kit.env,
            tables=kit.tables,
            timezone=ZoneInfo(self.timezone),
        )

    def _carrier(self, kit: Kit, language: Language) -> Transport:
        findings = Findings()
        carrier: Transport | None = None
        if isinstance(self.transport, Sql):
            with findings.at("transport"):
                dsn = constant(self.transport.dsn, language, "dsn")
                carrier = self.transport.build(kit, self.name, dsn)
        else:
            context = None
            with findings.at("tls"):
                context = self.tls.build(kit) if self.tls else None
            with findings.at():
                address = constant(self.base_url or "", language, "base_url")
                carrier = self.transport.build(kit, self.name, address, context)
        return findings.settle(carrier)


def _header(name: str, value: str) -> str:
    try:
        check_header(name, value)
    except Unwritable as error:
        raise ConfigError(str(error), (name,)) from None
    return value


@dataclass(frozen=True, slots=True)
class Bureau:
    """A bureau, built once for all of its connectors."""

    spec: BureauSpec
    transport: Transport
    auth: Auth
    room: Room
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    language: Language = field(repr=False)
