"""A bureau as its file describes it: what its connectors share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from .answer.bill import BillingFile
from .auth import AnyAuth, Auth, NoAuth
from .contract import Transport
from .faults import ConfigError, Findings
from .kit import Kit, Strict
from .message.draft import HEADER_NAME, Draft, check_header
from .policy.breaker.breaker import Breaker, Guard
from .policy.ledger import Owned
from .policy.limit.limit import Limit, Limits
from .policy.retry.tokens import RetryTokens
from .policy.shared import Shared
from .reaching import Way, prefixed, unfit
from .sign import SignList
from .template import Language, Scope, TextTemplate, Unwritable, compile_text, header_value
from .transport import AnyTransport, Egress, Http, Tls
from .words import LicenceClass, Purpose

NAME = r"^[a-z][a-z0-9_]{0,63}$"


class BureauSpec(Strict):
    """A bureau's address, credentials and limits."""

    name: str = Field(pattern=NAME)
    base_url: str | None = None
    """A template of environment and text."""
    transport: AnyTransport = Http()
    tls: Tls | None = None
    egress: Egress | None = None
    """Left out, the host of `base_url` and nothing else."""
    auth: AnyAuth = NoAuth()
    limit: Limit = Limit()
    breaker: Breaker = Breaker()
    headers: Mapping[str, str] = Field(default_factory=dict)
    """On every request that does not bring its own; templates of what never changes."""
    sign: SignList = ()
    """On every request whose connector has none of its own."""
    timezone: str = "UTC"
    """Of ``now`` in its messages, of times that name none, of its quota's and its bills' days."""
    defaults: Mapping[str, object] = Field(default_factory=dict)
    """
    Keys of its connectors.

    One that a connector has is its own, whole; only its `outcomes` are followed by these.
    """
    purpose_codes: Mapping[Purpose, str] = Field(default_factory=dict)
    billing_file: BillingFile | None = None
    """How its bills are laid out: `bureau-gateway ledger import` holds one against the ledger."""
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
        given = {
            name: getattr(self, name)
            for name in ("base_url", "tls", "egress", "headers", "sign", "auth")
        }
        if wrong := unfit(self.transport, given):
            raise ValueError(wrong)
        return self

    def build(self, kit: Kit, transport: Transport | None = None) -> Bureau:
        """
        Build what is shared; `transport` takes the place of the bureau's own in tests.

        Raises `ConfigError` with all that is wrong.
        """
        findings = Findings()
        language = self._language(kit)
        way = Way(self.name, self.transport, self.base_url, self.tls, self.egress)
        headers: list[tuple[str, TextTemplate]] = []
        for name, source in self.headers.items():
            with findings.at("headers"):
                headers.append((name, _header(name, source, language)))
        reached, auth = None, None
        with findings.at():
            reached = way.reach(kit, language, transport)
        if reached is not None:
            carrier = prefixed(reached)
            with findings.at("auth"):
                auth = self.auth.build(kit, language, carrier, self.name)
        auth = findings.settle(auth)
        reached = findings.settle(reached)
        return Bureau(
            spec=self,
            transport=reached.transport,
            prefix=reached.prefix,
            host=reached.host,
            auth=auth,
            guard=self.breaker.build(kit),
            limits=self.limit.build(kit, ZoneInfo(self.timezone)),
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


def _header(name: str, source: str, language: Language) -> TextTemplate:
    """Compile a header of every message: of what never changes, the time, and our reference."""
    if not HEADER_NAME.fullmatch(name):
        raise ConfigError("a header has a name of letters, digits and -", (name,))
    language = (
        language.having("now", {"": datetime})
        .having("nonce", {"": str})
        .having("call", {"reference": str})
    )
    try:
        template = compile_text(source, language, header_value)
        if template.constant:
            check_header(name, template.render({}))
    except (ConfigError, Unwritable) as error:
        raise ConfigError(str(error), (name,)) from None
    return template


@dataclass(frozen=True, slots=True)
class Bureau:
    """A bureau, built once for all of its connectors."""

    spec: BureauSpec
    transport: Transport
    """Takes targets that begin with `prefix`."""
    auth: Auth
    guard: Guard
    limits: Limits
    headers: tuple[tuple[str, TextTemplate], ...] = field(repr=False)
    language: Language = field(repr=False)
    prefix: str = ""
    """The path of `base_url`, before each request's: what is signed is what is sent."""
    host: str = ""
    """Of `base_url`, as a message's ``Host`` says it."""

    def share(self, connector: str, min_attempt: float, owned: Owned) -> Shared:
        """Make what all messages of one connector have in common."""
        return Shared(owned, self.guard, self.limits.of(connector, min_attempt), RetryTokens())

    def below(self, draft: Callable[[Scope], Draft]) -> Callable[[Scope], Draft]:
        """Let a request's drafts begin with the path of `base_url`."""
        prefix = self.prefix
        if not prefix:
            return draft

        def whole(scope: Scope) -> Draft:
            written = draft(scope)
            return replace(written, path=prefix + written.path)

        return whole
