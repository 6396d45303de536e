"""One question to a bureau that has nothing to do with a subject: for a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from ..contract import Attempt, Codec, Document, Transport, Values, Wire, WireReply
from ..errors import ConnectorError, NotSent, Refused
from ..kit import Kit, Secret
from ..message.documents import Documents
from ..message.draft import Draft, check_target, finish
from ..select.path import Select, scalar_text
from ..sign import Signatures
from ..template import RenderError, Scope
from .contract import Auth
from .expiry import Lifetime
from .session import Token

_TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the answer is read."""

    codec: Codec
    accepted: Callable[[WireReply, Document | None], bool]
    token: Select
    lifetime: Lifetime


@dataclass(frozen=True, slots=True)
class Writing:
    """How the question is written."""

    documents: Documents
    draft: Callable[[Scope], Draft]
    credentials: Auth
    signatures: Signatures

    async def __call__(self, scope: dict[str, Values]) -> Wire:
        """Write. Raises `RenderError`."""
        self.documents.into(scope)
        draft = self.credentials.apply(self.draft(scope), await self.credentials.values())
        draft = self.signatures.on_draft(draft, scope)
        wire = self.signatures.on_wire(finish(draft, Attempt()), draft, scope)
        check_target(wire)
        return wire


@dataclass(frozen=True, slots=True)
class Asking:
    """
    Asks for a token, over the bureau's own transport and as an attempt of its own.

    Raises `Refused` where the bureau does not accept us, and `NotSent` for all
    else: whatever became of this call, the bureau never saw the inquiry.
    """

    kit: Kit
    bureau: str
    transport: Transport
    writing: Writing
    reading: Reading
    timeout: float
    refresh_before: float

    async def __call__(self) -> Token:
        asked_at, now = self.kit.clock.now(), self.kit.clock.utc()
        reply = await self._send(await self._message())
        document = self._document(reply)
        token = None if document is None else scalar_text(self.reading.token(document))
        if not self.reading.accepted(reply, document) or not token:
            raise self._refusal(reply.status)
        lifetime = self.reading.lifetime(document, token, now)
        if lifetime is None:
            raise NotSent(self.bureau, "token: the answer does not say how long it lives")
        if lifetime <= 0:
            raise NotSent(self.bureau, "token: it has ended already, by what the answer says")
        # A token whose whole life is shorter than the margin is still used for half of it.
        fresh = max(lifetime - self.refresh_before, lifetime / 2)
        return Token(Secret(token), asked_at + fresh, asked_at + lifetime)

    async def _message(self) -> Wire:
        scope: dict[str, Values] = {
            "now": {"": self.kit.clock.utc()},
            "nonce": {"": self.kit.tokens.nonce()},
        }
        try:
            return await self.writing(scope)
        except RenderError as error:
            raise NotSent(self.bureau, f"token: {error}") from None

    async def _send(self, wire: Wire) -> WireReply:
        try:
            async with asyncio.timeout(self.timeout):
                return await self.transport.send(wire)
        except TimeoutError:
            raise NotSent(self.bureau, "token: no answer in time") from None
        except ConnectorError as error:
            raise NotSent(self.bureau, f"token: {error.note}") from None

    def _document(self, reply: WireReply) -> Document | None:
        try:
            return self.reading.codec.decode(reply.body)
        except ValueError:
            return None

    def _refusal(self, status: int) -> ConnectorError:
        note = f"token: {status}"
        broken = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_LATER
        return NotSent(self.bureau, note) if broken else Refused(self.bureau, note)
