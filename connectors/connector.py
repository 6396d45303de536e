"""The bottom of the onion: one attempt at one connector, from render to map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial

from .answer.decoding import Opened
from .answer.reading import Reading
from .auth.contract import Auth
from .contract import Pairs, Query, Reply, Transport, Values, Wire, WireReply
from .errors import ConnectorError, Lost, NeedInput, NotSent, Refused
from .kit import Kit, RawAnswer, Unkept
from .message.documents import Documents
from .message.draft import check_target, finish
from .message.request import Written
from .sign import Signatures
from .template import RenderError, TextTemplate
from .words import MAPPED, Billed, Purpose

Scope = dict[str, Values]


@dataclass(frozen=True, slots=True)
class Connector:
    """
    Render, seal, sign, send, decode, classify, check, map.

    It asks once. Whether, when and how often it is asked is for the layers.
    """

    name: str
    version: str
    kit: Kit
    auth: Auth
    documents: Documents
    request: Written
    signatures: Signatures
    transport: Transport
    reading: Reading
    price: Decimal
    headers: tuple[tuple[str, TextTemplate], ...] = field(repr=False)
    """The bureau's own, on every request."""
    key_header: str
    """Where our reference goes as the key of an idempotent call; empty for nowhere."""
    purpose_codes: Mapping[Purpose, str]

    async def __call__(self, query: Query) -> Reply:
        credentials = await self.auth.values()
        scope = self._scope(query, credentials)
        answer = await self._exchanged(query, scope, credentials)
        try:
            opened = self.reading.opened(answer)
            if self.reading.pages is not None:
                opened = await self._all_pages(query, scope, credentials, opened)
            retrieved_at = self.kit.clock.utc()
            self._keep(query, scope, opened, retrieved_at)
            told = self.reading.told(opened, scope)
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
            billed=Billed.NO if query.paid else told.billed,
            cost=self.price if told.billed is Billed.YES and not query.paid else Decimal(0),
            attempts=query.attempt.number,
            call_id=query.attempt.call_id,
            bureau_reference=told.bureau_reference,
            observed_at=told.observed_at,
            retrieved_at=retrieved_at,
            whole=told.whole,
            captured=told.captured,
            wait=told.wait,
            word=told.word,
            step=query.step,
        )

    async def _exchanged(
        self, query: Query, scope: Scope, credentials: Values, params: Pairs = ()
    ) -> WireReply:
        try:
            wire = self._wire(query, scope, credentials, params)
        except RenderError as error:
            raise NeedInput(self.name, str(error)) from None
        return await self.transport.send(wire)

    async def _all_pages(
        self, query: Query, scope: Scope, credentials: Values, first: Opened
    ) -> Opened:
        """Ask for the pages after the first; what that one cost is said, however it ends."""
        pages = self.reading.pages
        try:
            verdict, billed = self.reading.judged(first)
        except ConnectorError:
            return first  # and so will say whoever reads it next
        if pages is None or verdict.row.outcome not in MAPPED:
            return first

        async def fetch(param: str, value: str) -> Opened:
            anew = self._scope(query, credentials)
            answer = await self._exchanged(query, anew, credentials, ((param, value),))
            page = self.reading.opened(answer)
            self.reading.page(page, first, scope)
            return page

        try:
            return await pages.all(first, fetch)
        except NotSent as error:
            # The first page was: this attempt is no longer one that can be repeated for nothing.
            failed: ConnectorError = Lost(self.name, error.note)
        except ConnectorError as error:
            failed = error
        if billed is Billed.YES:
            failed.billed = billed
        raise failed

    def _keep(self, query: Query, scope: Scope, opened: Opened, retrieved_at: datetime) -> None:
        if isinstance(self.kit.raw_answers, Unkept):
            return  # to write a document down costs as much as to read it
        document = self.reading.kept(opened, scope)
        if document is None:
            return
        headers = {
            name: value for name, value in opened.reply.headers.items() if name != "set-cookie"
        }
        self.kit.raw_answers.keep(
            query,
            RawAnswer(
                connector=self.name,
                version=self.version,
                status=opened.reply.status,
                headers=headers,
                document=document,
                retrieved_at=retrieved_at,
            ),
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
            "call": {
                "reference": query.attempt.our_reference,
                "callback_url": f"{self.kit.callback_url}/{self.name}",
            },
            "now": {"": self.kit.clock.utc()},
            "nonce": {"": self.kit.tokens.nonce()},
            **query.earlier,
        }

    def _wire(self, query: Query, scope: Scope, credentials: Values, params: Pairs) -> Wire:
        """Assemble in an order that signatures rely on: credentials, fields, bytes, headers."""
        self.documents.into(scope)
        draft = self.request.draft(scope)
        for param, text in params:
            draft = draft.with_param(param, text)
        for name, template in self.headers:
            if not any(name.lower() == given.lower() for given, _ in draft.headers):
                draft = draft.with_header(name, template.render(scope))
        if self.key_header:
            draft = draft.with_header(self.key_header, query.attempt.our_reference)
        draft = self.auth.apply(draft, credentials)
        draft = self.signatures.on_draft(draft, scope)
        if self.request.statement is not None:
            return Wire(
                query.attempt, "SQL", self.request.statement, bound=self.request.bound(scope)
            )
        wire = self.signatures.on_wire(finish(draft, query.attempt), draft, scope)
        check_target(wire)
        return wire
