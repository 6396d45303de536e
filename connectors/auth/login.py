"""A token that is asked for first, and again before it is too old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ..codec import AnyCodec, Json
from ..contract import Codec, Document, Transport, Values, WireReply
from ..faults import ConfigError, Findings
from ..kit import Kit, Strict
from ..message.draft import Draft
from ..message.into import Into
from ..message.request import Request, Written, compile_request
from ..select.conditions import compile_conditions, compile_matcher
from ..select.matcher import Matcher
from ..select.path import Select, scalar_text
from ..template import Language
from ..units import Seconds
from .api_key import ApiKey
from .asking import Asking, Reading
from .basic import Basic
from .bearer import Bearer
from .contract import TOKEN, Auth, Credentials, place
from .none import NoAuth
from .session import Session

FixedAuth = Annotated[ApiKey | Basic | Bearer | NoAuth, Field(discriminator="kind")]


class LoginRequest(Request):
    """The message that asks for a token; it knows ``now``, ``nonce``, secrets and environment."""

    auth: FixedAuth = NoAuth()


class Success(Strict):
    """What a token's answer is known by; anything else is a refusal."""

    status: Matcher = Matcher.model_validate({"gte": 200, "lt": 300})
    body: Mapping[str, Matcher] = Field(default_factory=dict)


class Expires(Strict):
    """How long a token lives."""

    after: Seconds | None = None
    in_path: str | None = None
    """Where the answer says it, in seconds."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.after is None) == (self.in_path is None):
            raise ValueError("either after or in_path")
        return self


class Login(Strict):
    """A request, where its answer holds the token, and where the token goes."""

    kind: Literal["login"] = "login"
    request: LoginRequest
    codec: AnyCodec = Json(kind="json")
    success: Success = Success()
    token_path: str
    expires: Expires
    refresh_before: Seconds = 60.0
    """How long before its end a token is renewed; at most half of its life."""
    into: Into | None = None
    """Left out where the token is only referred to, as ``${auth.token}``."""
    timeout: Seconds = 10.0
    cool_down: Seconds = 1.0
    """How long all fail at once after a refusal, or a failure to ask."""

    def build(self, kit: Kit, language: Language, transport: Transport, bureau: str) -> Auth:
        findings = Findings()
        with findings.at("request"):
            written = self._written(language)
        with findings.at("request", "auth"):
            credentials = self.request.auth.build(kit, language, transport, bureau)
        with findings.at():
            reading = self._reading(kit)
        findings.close()
        asking = Asking(
            kit=kit,
            bureau=bureau,
            transport=transport,
            draft=written.draft,
            credentials=credentials,
            reading=reading,
            timeout=self.timeout,
            refresh_before=self.refresh_before,
        )
        return LoggedIn(Session(kit.clock, asking, self.cool_down), self.into)

    def _written(self, language: Language) -> Written:
        language = language.having("now", {"": datetime}).having("nonce", {"": str})
        written = compile_request(self.request, language, "utf-8")
        if written.statement is not None:
            raise ConfigError("`query` is for databases", ("query",))
        if unknown := written.references - {"now", "nonce"}:
            raise ConfigError(f"a login is nobody's: it knows no {min(unknown)}")
        return written

    def _reading(self, kit: Kit) -> Reading:
        codec = self.codec.build(kit)
        findings = Findings()
        with findings.at("success", "body"):
            accepted = self._accepted(codec)
        with findings.at("token_path"):
            token = _selector(codec, self.token_path)
        with findings.at("expires"):
            lifetime = self._lifetime(codec)
        findings.close()
        return Reading(codec, accepted, token, lifetime)

    def _accepted(self, codec: Codec) -> Callable[[WireReply, Document | None], bool]:
        status = compile_matcher(self.success.status)
        body = compile_conditions(self.success.body, codec.selector)
        return lambda reply, document: (
            status(reply.status) and document is not None and body(document)
        )

    def _lifetime(self, codec: Codec) -> Callable[[Document], float | None]:
        after = self.expires.after
        if self.expires.in_path is None:
            return lambda _: after
        select = _selector(codec, self.expires.in_path)

        def lifetime(document: Document) -> float | None:
            text = scalar_text(select(document)) or ""
            return float(text) if text.isascii() and text.isdigit() else None

        return lifetime


def _selector(codec: Codec, path: str) -> Select:
    try:
        return codec.selector(path)
    except ValueError as error:
        raise ConfigError(str(error)) from None


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """See `Login`."""

    session: Session
    into: Into | None
    renewable: bool = True
    references: frozenset[str] = TOKEN

    async def values(self) -> Values:
        return Credentials(token=(await self.session.token()).reveal())

    def apply(self, draft: Draft, values: Values) -> Draft:
        return draft if self.into is None else place(self.into, draft, values)

    async def renew(self, stale: Values) -> None:
        await self.session.renew(str(stale["token"]))
