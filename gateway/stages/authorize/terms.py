"""On what terms connectors may be asked, and whether a consent covers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.words import Outcome, Purpose

from ...errors import ConsentFails
from ...model import Admitted, Consent
from ..plan import Seat, units, with_needs

SENSITIVE = frozenset({"biometric", "financial_account", "health", "location", "religion"})
"""Data classes that need the consent's separate flag (PIPL articles 28 and 29)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms one connector may be asked."""

    bureau: str
    purposes: frozenset[Purpose]
    consent: bool
    data_classes: frozenset[str]

    def reason(self, purpose: Purpose, consent: Consent | None) -> str:
        """Say why it may not be asked; empty where it may."""
        if purpose not in self.purposes:
            return "CONNECTOR_PURPOSE"
        if not self.consent or consent is None:
            return ""
        if self.bureau not in consent.recipients:
            return "CONSENT_RECIPIENT"
        if self.data_classes & SENSITIVE and not consent.sensitive:
            return "CONSENT_SENSITIVE"
        return ""


def refused(
    asked: tuple[Seat, ...], terms: Mapping[str, Terms], admitted: Admitted, now: datetime
) -> Mapping[str, Outcome]:
    """
    Tell which optional connectors may not be asked; raise where a required one may not.

    Of a required waterfall as many must be allowed as have to answer.
    """
    consent = admitted.inquiry.consent
    if any(terms[seat.connector].consent for seat in asked):
        consent = in_force(consent, admitted.purpose, now)
    reasons = {
        seat.connector: reason
        for seat in asked
        if (reason := terms[seat.connector].reason(admitted.purpose, consent))
    }
    if not reasons:
        return {}
    for unit in _required(asked):
        against = [reasons[seat.connector] for seat in unit if seat.connector in reasons]
        enough = unit[0].waterfall.min_success if unit[0].waterfall else 1
        if len(unit) - len(against) < min(enough, len(unit)):
            raise ConsentFails(against[0])
    return dict.fromkeys(reasons, Outcome.SKIPPED_POLICY)


def _required(asked: tuple[Seat, ...]) -> Iterable[tuple[Seat, ...]]:
    """Give the units that are required; what a required one needs is as required as itself."""
    by_name = {unit.name: unit for unit in units(asked)}
    names: set[str] = set()
    for unit in by_name.values():
        if unit.required:
            names |= with_needs(unit.name, by_name)
    return (unit.seats for name, unit in by_name.items() if name in names)


def in_force(consent: Consent | None, purpose: Purpose, now: datetime) -> Consent:
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
