"""A token that is asked for first, and again before it is too old."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from ..codec import AnyCodec, Json
from ..contract import Codec, Document, Transport, Values, WireReply
from ..faults import ConfigError, Findings
from ..kit import Kit, Strict
from ..message.documents import Document as NamedPart
from ..message.documents import Documents, compile_documents
from ..message.draft import Draft
from ..message.into import Into
from ..message.request import Request, Written, compile_request
from ..select.conditions import compile_conditions, compile_matcher
from ..select.matcher import Matcher
from ..select.path import Select
from ..sign import Signatures, SignList, build_signatures
from ..template import Language
from ..units import Seconds
from .api_key import ApiKey
from .asking import Asking, Reading, Writing
from .basic import Basic
from .bearer import Bearer
from .contract import TOKEN, Auth, Credentials, place
from .expiry import Expires
from .literals import refuse_literals
from .none import NoAuth
from .session import Session

FixedAuth = Annotated[ApiKey | Basic | Bearer | NoAuth, Field(discriminator="kind")]


class LoginRequest(Request):
    """The message that asks for a token; it knows ``now``, ``nonce``, secrets and environment."""

    auth: FixedAuth = NoAuth()
    documents: Mapping[str, NamedPart] = Field(default_factory=dict)
    """Parts of it that are rendered first, as ``${documents.NAME}``."""
    sign: SignList = ()  # type: ignore[assignment] # (a login says itself how it is signed)
    """The bureau's other messages are signed without it, and it without theirs."""


class Success(Strict):
    """What a token's answer is known by; anything else is a refusal."""

    status: Matcher = Matcher.model_validate({"gte": 200, "lt": 300})
    body: Mapping[str, Matcher] = Field(default_factory=dict)


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
            writing = self._writing(kit, language)
        with findings.at("request", "auth"):
            credentials = self.request.auth.build(kit, language, transport, bureau)
        with findings.at():
            reading = self._reading(kit, language)
        findings.close()
        asking = Asking(
            kit=kit,
            bureau=bureau,
            transport=transport,
            writing=replace(writing, credentials=credentials),
            reading=reading,
            timeout=self.timeout,
            refresh_before=self.refresh_before,
        )
        return LoggedIn(Session(kit.clock, asking, self.cool_down), self.into)

    def _writing(self, kit: Kit, language: Language) -> Writing:
        request, charset = self.request, language.charset
        findings = Findings()
        refuse_literals(request, request.documents, findings)
        language = language.having("now", {"": datetime}).having("nonce", {"": str})
        documents = Documents()
        with findings.at("documents"):
            documents, language = compile_documents(request.documents, kit, language, charset)
        written: Written | None = None
        with findings.at():
            written = compile_request(request, language, charset)
        signatures = Signatures()
        with findings.at("sign"):
            signatures = build_signatures(request.sign, kit, language)
        written = findings.settle(written)
        if written.statement is not None:
            raise ConfigError("`query` is for databases", ("query",))
        references = documents.references | written.references | signatures.references
        known = {"now", "nonce"}
        if unknown := {name for name in references - known if not name.startswith("documents.")}:
            raise ConfigError(f"a login is nobody's: it knows no {min(unknown)}")
        return Writing(documents, written.draft, NoAuth(), signatures)

    def _reading(self, kit: Kit, language: Language) -> Reading:
        codec = self.codec.build(kit)
        findings = Findings()
        with findings.at("success", "body"):
            accepted = self._accepted(codec)
        with findings.at("token_path"):
            token = _selector(codec, self.token_path)
        with findings.at("expires"):
            lifetime = self.expires.compile(codec, language.timezone)
        findings.close()
        return Reading(codec, accepted, token, lifetime)

    def _accepted(self, codec: Codec) -> Callable[[WireReply, Document | None], bool]:
        status = compile_matcher(self.success.status)
        body = compile_conditions(self.success.body, codec.selector)
        return lambda reply, document: (
            status(reply.status) and document is not None and body(document)
        )


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
