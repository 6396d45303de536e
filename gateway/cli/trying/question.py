"""What is asked, and on what leave: the same words as an inquiry's, and the same checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import typer
from datachannel.v1 import inquiry_pb2, user_info_pb2

from connectors.contract import Values
from connectors.kit import Clock
from connectors.spec import ConnectorSpec
from connectors.words import Purpose, ReuseMode

from ...fields.schema import values
from ...model import Admitted, Credentials, Filled, Granted, Inquiry, Valid
from ...policy import CallerPolicy, Identities
from ...rpc.engine.contract import CallContext
from ...rpc.enums import PURPOSES, REUSE_MODES
from ...rpc.translate_inquiry import Request, inquiry, unreadable
from ...rules import build_rules
from ...rules.id_number import IdNumber
from ...rules.mobile import Mobile
from ...stages.authorize import Authorize, Grants, Terms
from ...stages.plan import Seat
from .folder import OpenFolder

CALLER = "cli"
ALL = ("user_info",)
"""Stands for all that the connector can give: there is no product that names fields."""
NO_PRODUCT = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Who is asked about, why, and on what consent."""

    purpose: Purpose
    subject: inquiry_pb2.Subject = field(repr=False)
    consent: inquiry_pb2.Consent | None
    tenant: str
    inputs: Mapping[str, str] = field(default_factory=dict, repr=False)
    application: inquiry_pb2.Application | None = field(default=None, repr=False)
    device: inquiry_pb2.Device | None = field(default=None, repr=False)
    user_info: user_info_pb2.UserInfo | None = field(default=None, repr=False)
    """What the connectors that it needs would have told."""

    def known(self) -> Values:
        return {} if self.user_info is None else values(self.user_info)

    def inquiry(self, inquiry_id: str, received_at: datetime, currency: str) -> Inquiry:
        """Word it as callers do. Raises `BadParameter` for what means nothing."""
        request = Request(
            inquiry_id=inquiry_id,
            purpose=PURPOSES[self.purpose],
            subject=self.subject,
            consent=self.consent,
            inputs=self.inputs,
            application=self.application,
            device=self.device,
        )
        request.reuse.mode = REUSE_MODES[ReuseMode.BYPASS]
        if found := unreadable(request, currency):
            told = "; ".join(f"{one.path} {one.description}" for one in found)
            raise typer.BadParameter(told)
        context = CallContext("", None, Credentials(), CALLER)
        return inquiry(request, context, received_at)


@dataclass(frozen=True, slots=True)
class Granting:
    """Grants the one connector, by the very stage that grants inquiries theirs."""

    spec: ConnectorSpec
    folder: OpenFolder
    clock: Clock
    subject_token: Callable[[str, Values], str]
    grants: Grants

    async def __call__(self, question: Question, inquiry_id: str, deadline: float) -> Granted:
        """Grant. Raises `ConsentFails`, and `LedgerUnavailable` where that can not be written."""
        currency = self.folder.settings.billing_currency
        asked = question.inquiry(inquiry_id, self.clock.utc(), currency)
        # Who sits at the command line is let in by whoever may read the folder's secrets; what
        # is proved about a caller at the door, and about a product's fields, has no place here.
        caller = CallerPolicy(
            name=CALLER,
            tenant=question.tenant,
            identities=Identities(),
            products=(),
            purposes=(question.purpose,),
        )
        admitted = Admitted(asked, caller, question.purpose, ALL, deadline)
        subject = {**asked.subject, **self._normalised(asked.subject)}
        filled = Filled(Valid(admitted, subject), subject)
        return await self._stage()(filled)

    def _stage(self) -> Authorize:
        spec, policy = self.spec, self.spec.policy
        seat = Seat(
            connector=spec.name,
            bureau=spec.bureau,
            required=True,
            needs=(),
            targets=ALL,
            price=spec.price,
            patience=spec.timeout.attempt,
        )
        terms = Terms(spec.bureau, policy.purposes, policy.consent, policy.data_classes)
        return Authorize(
            {NO_PRODUCT: (seat,)},
            {spec.name: terms},
            self.subject_token,
            self.folder.catalog.version,
            self.clock,
            self.grants,
        )

    def _normalised(self, subject: Values) -> Values:
        """Write numbers as products do, so that the ledger knows one person by one token."""
        rule = build_rules((IdNumber(), Mobile()), self.folder.kit())
        return rule(subject).normalised


def tenant_of(folder: OpenFolder, tenant: str | None) -> str:
    """Say for whom it is asked: what the ledger knows of a person, it knows by tenant."""
    tenants = sorted({entry.spec.tenant for entry in folder.catalog.callers.values()})
    if tenant is None and len(tenants) == 1:
        return tenants[0]
    if tenant not in tenants:
        raise typer.BadParameter(f"--tenant is one of the callers': {', '.join(tenants)}")
    return tenant
