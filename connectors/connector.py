"""The bottom of the onion: one attempt at one connector, from render to map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from .answer.response import Reading
from .auth.contract import Auth
from .contract import Query, Reply, Transport, Values, Wire
from .errors import NeedInput, Refused
from .kit import Clock, Tokens
from .message.draft import check_target, finish
from .message.request import Documents, Written
from .sign import Signatures
from .template import RenderError
from .words import Billed, Purpose

Scope = dict[str, Values]


@dataclass(frozen=True, slots=True)
class Connector:
    """
    Render, seal, sign, send, decode, classify, check, map.

    It asks once. Whether, when and how often it is asked is for the layers.
    """

    name: str
    version: str
    clock: Clock
    tokens: Tokens
    auth: Auth
    documents: Documents
    request: Written
    signatures: Signatures
    transport: Transport
    reading: Reading
    price: Decimal
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """The bureau's own, on every request."""
    purpose_codes: Mapping[Purpose, str]

    async def __call__(self, query: Query) -> Reply:
        credentials = await self.auth.values()
        scope = self._scope(query, credentials)
        try:
            wire = self._wire(query, scope, credentials)
        except RenderError as error:
            raise NeedInput(self.name, str(error)) from None
        answer = await self.transport.send(wire)
        retrieved_at = self.clock.utc()
        try:
            told = self.reading(answer, scope)
        except Refused as refused:
            if refused.renewable and self.auth.renewable and refused.billed is not Billed.YES:
                refused.renew = partial(self.auth.renew, credentials)
            raise
        return Reply(
            connector=self.name,
            version=self.version,
            outcome=told.outcome,
            user_info=told.user_info,
            meta=told.notes,
            mapped=told.counts,
            billed=told.billed,
            cost=self.price if told.billed is Billed.YES else Decimal(0),
            attempts=query.attempt.number,
            call_id=query.attempt.call_id,
            bureau_reference=told.bureau_reference,
            observed_at=told.observed_at,
            retrieved_at=retrieved_at,
        )

    def _scope(self, query: Query, credentials: Values) -> Scope:
        inquiry = query.inquiry
        if (code := self.purpose_codes.get(query.standing.purpose)) is not None:
            inquiry = {**inquiry, "purpose_code": code}
        return {
            "subject": query.subject,
            "inquiry": inquiry,
            "application": query.application,
            "device": query.device,
            "consent": query.consent,
            "user_info": query.user_info,
            "auth": credentials,
            "call": {"reference": query.attempt.our_reference},
            "now": {"": self.clock.utc()},
            "nonce": {"": self.tokens.nonce()},
        }

    def _wire(self, query: Query, scope: Scope, credentials: Values) -> Wire:
        """Assemble in an order that signatures rely on: credentials, fields, bytes, headers."""
        self.documents.into(scope)
        draft = self.request.draft(scope)
        for name, value in self.headers:
            if not any(name.lower() == given.lower() for given, _ in draft.headers):
                draft = draft.with_header(name, value)
        draft = self.auth.apply(draft, credentials)
        draft = self.signatures.on_draft(draft, scope)
        if self.request.statement is not None:
            return Wire(
                query.attempt, "SQL", self.request.statement, bound=self.request.bound(scope)
            )
        wire = self.signatures.on_wire(finish(draft, query.attempt), draft, scope)
        check_target(wire)
        return wire
