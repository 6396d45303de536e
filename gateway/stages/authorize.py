"""Stage four: on what consent, of whom, and written down before anything leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connectors.contract import ConsentRef, Standing, Values
from connectors.errors import LedgerDown
from connectors.kit import Clock
from connectors.words import Outcome, Purpose

from ..errors import ConsentFails, LedgerUnavailable
from ..model import Admitted, Consent, Filled, Granted
from .inputs import look_up
from .plan import Plan, Seat, plan, with_needs

SENSITIVE = frozenset({"biometric", "financial_account", "health", "location", "religion"})
"""Data classes that need the consent's separate flag (PIPL articles 28 and 29)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms one connector may be asked."""

    bureau: str
    purposes: frozenset[Purpose]
    consent: bool
    data_classes: frozenset[str]


class Grants(Protocol):
    """Where granted inquiries are written down. Raises `LedgerDown`."""

    async def granted(self, granted: Granted) -> None: ...


def undrawn(_: Filled) -> tuple[Seat, ...]:
    """Nothing is on trial."""
    return ()


@dataclass(frozen=True, slots=True)
class Authorize:
    """
    Grant an inquiry the connectors that its purpose and its subject's consent allow.

    An exception while deciding is a denial: nothing is asked without the grant
    that only this stage makes, and only after the ledger has it.
    """

    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""
    terms: Mapping[str, Terms]
    """By connector."""
    subject_token: Callable[[str, Values], str]
    config_version: str
    clock: Clock
    grants: Grants
    draw: Callable[[Filled], tuple[Seat, ...]] = undrawn
    """Which connectors on trial an inquiry is also for."""

    async def __call__(self, filled: Filled) -> Granted:
        admitted = filled.valid.admitted
        inquiry = admitted.inquiry
        known = look_up(inquiry, filled.subject)
        planned = plan(self.seats[inquiry.product], admitted.wanted, inquiry.max_cost, known)
        now = self.clock.utc()
        refused = dict(planned.left_out)
        refused |= self._refused(planned, admitted, now)
        granted = Granted(
            filled=filled,
            standing=self._standing(filled),
            granted_at=now,
            connectors=tuple(
                seat.connector for seat in planned.asked if seat.connector not in refused
            ),
            refused=refused,
            values=_values(filled),
            shadows=self._shadows(filled, now),
        )
        try:
            await self.grants.granted(granted)
        except LedgerDown as error:
            raise LedgerUnavailable from error
        return granted

    def _shadows(self, filled: Filled, now: datetime) -> tuple[str, ...]:
        """Grant what was drawn on the same terms as any other; what they refuse is left out."""
        admitted = filled.valid.admitted
        granted = []
        for seat in self.draw(filled):
            consent = admitted.inquiry.consent
            try:
                if self.terms[seat.connector].consent:
                    consent = _in_force(consent, admitted.purpose, now)
            except ConsentFails:
                continue
            if not self._reason(seat, admitted.purpose, consent):
                granted.append(seat.connector)
        return tuple(granted)

    def _refused(self, planned: Plan, admitted: Admitted, now: datetime) -> dict[str, Outcome]:
        """Tell which optional connectors may not be asked; raise where a required one may not."""
        consent = admitted.inquiry.consent
        if any(self.terms[seat.connector].consent for seat in planned.asked):
            consent = _in_force(consent, admitted.purpose, now)
        by_name = {seat.connector: seat for seat in planned.asked}
        # What a required connector needs is as required as itself.
        required: set[str] = set()
        for seat in planned.asked:
            if seat.required:
                required |= with_needs(seat.connector, by_name)
        refused: dict[str, Outcome] = {}
        for seat in planned.asked:
            reason = self._reason(seat, admitted.purpose, consent)
            if reason and seat.connector in required:
                raise ConsentFails(reason)
            if reason or any(need in refused for need in seat.needs):
                refused[seat.connector] = Outcome.SKIPPED_POLICY
        return refused

    def _reason(self, seat: Seat, purpose: Purpose, consent: Consent | None) -> str:
        terms = self.terms[seat.connector]
        if purpose not in terms.purposes:
            return "CONNECTOR_PURPOSE"
        if not terms.consent or consent is None:
            return ""
        if terms.bureau not in consent.recipients:
            return "CONSENT_RECIPIENT"
        if terms.data_classes & SENSITIVE and not consent.sensitive:
            return "CONSENT_SENSITIVE"
        return ""

    def _standing(self, filled: Filled) -> Standing:
        admitted = filled.valid.admitted
        inquiry = admitted.inquiry
        consent = inquiry.consent
        reference = None
        if consent is not None and consent.expires_at is not None:
            reference = ConsentRef(consent.id, consent.granted_at, consent.expires_at)
        tenant = admitted.caller.tenant
        return Standing(
            tenant=tenant,
            caller=admitted.caller.name,
            inquiry_id=inquiry.id,
            purpose=admitted.purpose,
            consent=reference,
            subject_token=self.subject_token(tenant, filled.subject),
            config_version=self.config_version,
            reuse=inquiry.reuse,
            max_age=inquiry.max_age,
        )


def _in_force(consent: Consent | None, purpose: Purpose, now: datetime) -> Consent:
    """Check what makes a consent worthless, whoever is to receive the data."""
    if consent is None or not consent.id:
        raise ConsentFails("CONSENT_MISSING")
    if consent.expires_at is None or consent.expires_at <= now:
        raise ConsentFails("CONSENT_EXPIRED")
    if consent.granted_at is not None and consent.granted_at > now:
        raise ConsentFails("CONSENT_NOT_YET_VALID")
    if purpose not in consent.purposes:
        raise ConsentFails("CONSENT_PURPOSE")
    return consent


def _values(filled: Filled) -> Mapping[str, Values]:
    admitted = filled.valid.admitted
    inquiry = admitted.inquiry
    consent: dict[str, object] = {}
    if inquiry.consent is not None:
        consent = {
            "id": inquiry.consent.id,
            "granted_at": inquiry.consent.granted_at,
            "expires_at": inquiry.consent.expires_at,
        }
    return {
        "subject": filled.subject,
        "inquiry": {
            "id": inquiry.id,
            "product": inquiry.product,
            "purpose": admitted.purpose.value,
            "received_at": inquiry.received_at,
            **{f"inputs.{name}": value for name, value in inquiry.inputs.items()},
        },
        "application": {
            **inquiry.application,
            **{f"attachments.{name}": value for name, value in inquiry.attachments.items()},
        },
        "device": inquiry.device,
        "consent": consent,
    }
