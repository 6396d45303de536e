"""One question to a bureau that has nothing to do with a subject: for a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from ..contract import Attempt, Codec, Document, Transport, WireReply
from ..errors import ConnectorError, NotSent, Refused
from ..kit import Kit, Secret
from ..message.draft import Draft, finish
from ..select.path import Select, scalar_text
from ..template import RenderError, Scope
from .contract import Auth
from .session import Token

_TRY_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the answer is read."""

    codec: Codec
    accepted: Callable[[WireReply, Document | None], bool]
    token: Select
    lifetime: Callable[[Document], float | None]
    """Seconds, or None where the answer does not say."""


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
    draft: Callable[[Scope], Draft]
    credentials: Auth
    reading: Reading
    timeout: float
    refresh_before: float

    async def __call__(self) -> Token:
        asked_at = self.kit.clock.now()
        reply = await self._send(await self._message())
        document = self._document(reply)
        token = None if document is None else scalar_text(self.reading.token(document))
        if not self.reading.accepted(reply, document) or not token:
            raise self._refusal(reply.status)
        lifetime = self.reading.lifetime(document)
        if lifetime is None:
            raise NotSent(self.bureau, "token: the answer does not say how long it lives")
        # A token whose whole life is shorter than the margin is still used for half of it.
        fresh = max(lifetime - self.refresh_before, lifetime / 2)
        return Token(Secret(token), asked_at + fresh, asked_at + lifetime)

    async def _message(self) -> Draft:
        scope: Scope = {
            "now": {"": self.kit.clock.utc()},
            "nonce": {"": self.kit.tokens.nonce()},
        }
        try:
            return self.credentials.apply(self.draft(scope), await self.credentials.values())
        except RenderError as error:
            raise NotSent(self.bureau, f"token: {error}") from None

    async def _send(self, draft: Draft) -> WireReply:
        try:
            async with asyncio.timeout(self.timeout):
                return await self.transport.send(finish(draft, Attempt()))
        except TimeoutError:
            raise NotSent(self.bureau, "token: no answer in time") from None
        except RenderError as error:
            raise NotSent(self.bureau, f"token: {error}") from None
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
