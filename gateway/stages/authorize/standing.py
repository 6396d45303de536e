"""What travels with the queries of an inquiry: on what they stand, and what they may refer to."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.contract import ConsentRef, Standing, Values

from ...model import Filled


def standing(filled: Filled, subject_token: str, config_version: str) -> Standing:
    """Say all of an inquiry that layers may know."""
    admitted = filled.valid.admitted
    inquiry = admitted.inquiry
    consent = inquiry.consent
    reference = None
    if consent is not None and consent.expires_at is not None:
        reference = ConsentRef(consent.id, consent.granted_at, consent.expires_at)
    return Standing(
        tenant=admitted.caller.tenant,
        caller=admitted.caller.name,
        inquiry_id=inquiry.id,
        purpose=admitted.purpose,
        consent=reference,
        subject_token=subject_token,
        config_version=config_version,
        reuse=inquiry.reuse,
        max_age=inquiry.max_age,
        acknowledged=inquiry.acknowledged,
    )


def values(filled: Filled) -> Mapping[str, Values]:
    """Lay out what requests may refer to, by root."""
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
