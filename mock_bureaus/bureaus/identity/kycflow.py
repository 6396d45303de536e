"""A flow of identity checks: signed to the byte, decided later, and told by a callback."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...contract import Answer, Callback, Desk, Received, dig, said
from ...forgetting import Known
from ..opening import Opening

POLLS = 2
"""How often an applicant is still looked at, if the director does not say."""
WAITING = ("init", "pending", "queued")
"""What is said meanwhile, in this order; the last of them for as long as it takes."""
LEVEL = "basic-kyc-level"

GREEN: Mapping[str, Any] = {"reviewAnswer": "GREEN"}
RED: Mapping[str, Any] = {
    "reviewAnswer": "RED",
    "rejectLabels": ["FORGERY"],
    "reviewRejectType": "FINAL",
}
REJECTED = frozenset({"c-1002", "c-3002"})
"""Customers whose documents are not good; all others' are."""


@dataclass(slots=True)
class Applicant:
    """One person who is looked at."""

    number: str
    external: str
    polls: int
    result: Mapping[str, Any]
    seen: int = 0

    @property
    def status(self) -> str:
        if self.seen >= self.polls:
            return "completed"
        return WAITING[min(self.seen, len(WAITING) - 1)]

    def decide(self) -> None:
        self.polls = 0


@dataclass(slots=True)
class KycFlow:
    """Looks at an applicant's documents; bills each applicant once."""

    opening: Opening
    _applicants: dict[str, Applicant] = field(default_factory=dict)
    _results: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the director wants to come out, by the client's number."""

    async def submit(self, received: Received) -> Answer:
        if not self._signed(received):
            return UNSIGNED
        external = dig(received.json(), "externalUserId")
        if received.query.get("levelName") != LEVEL or not external:
            return refused(400, "levelName or externalUserId is missing or unknown")
        for known in self._applicants.values():
            if known.external == external:
                return duplicate(known.number)
        polls = POLLS if received.polls is None else received.polls
        result = self._results.get(external, RED if external in REJECTED else GREEN)
        applicant = Applicant(f"a{len(self._applicants) + 1:04}", str(external), polls, result)
        self._applicants[applicant.number] = applicant
        url = str(received.query.get("callback_url") or dig(received.json(), "callback_url") or "")
        return said(
            {"id": applicant.number, "externalUserId": external, "levelName": LEVEL},
            status=201,
            billed=True,
            callbacks=self._webhook(url or self.opening.callback_url, applicant),
        )

    async def status(self, received: Received) -> Answer:
        if not self._signed(received):
            return UNSIGNED
        applicant = Known(self._applicants).get(received.path_params["id"])
        if applicant is None:
            return refused(404, "Applicant not found")
        status = applicant.status
        applicant.seen += 1
        decided = {"reviewResult": applicant.result} if status == "completed" else {}
        return said({"applicantId": applicant.number, "reviewStatus": status, **decided})

    async def review(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Decide what comes out for a client's number, before or after it is submitted."""
        external, answer = told.get("externalUserId"), told.get("reviewAnswer")
        if not external or answer not in {"GREEN", "RED"}:
            raise ValueError("externalUserId and reviewAnswer (GREEN or RED) are wanted")
        result = {**(RED if answer == "RED" else GREEN), **told.get("reviewResult", {})}
        self._results[external] = result
        for applicant in self._applicants.values():
            if applicant.external == external:
                applicant.result = result
        return result

    def subject(self, received: Received) -> str:
        applicant = self._applicants.get(received.path_params.get("id", ""))
        return applicant.external if applicant else ""

    def _signed(self, received: Received) -> bool:
        known, headers = self.opening.known, received.headers
        stamp = headers.get("X-App-Access-Ts", "")
        right = signature(known.kycflow_secret_key, stamp, received)
        given = headers.get("X-App-Access-Sig", "")
        token = headers.get("X-App-Token")
        return token == known.kycflow_app_token and stamp.isdigit() and given == right

    def _webhook(self, url: str, applicant: Applicant) -> tuple[Callback, ...]:
        if not url:
            return ()
        said_of = {
            "applicantId": applicant.number,
            "externalUserId": applicant.external,
            "type": "applicantReviewed",
            "reviewStatus": "completed",
            "reviewResult": applicant.result,
        }
        body = said(said_of).body
        digest = hmac.digest(self.opening.known.kycflow_webhook_secret.encode(), body, "sha256")
        headers = {"X-Payload-Digest": digest.hex(), "X-Payload-Digest-Alg": "HMAC_SHA256_HEX"}
        return (Callback(url, body, headers, on_send=applicant.decide),)


def signature(secret: str, stamp: str, received: Received) -> str:
    """Sign a request: time, method, path with query, and body, with nothing in between."""
    signed = f"{stamp}{received.method}{received.raw_path}".encode() + received.body
    return hmac.digest(secret.encode(), signed, "sha256").hex()


def refused(status: int, description: str, **more: str) -> Answer:
    document = {"description": description, "code": status, "correlationId": "req-0", **more}
    return said(document, status=status)


def duplicate(number: str) -> Answer:
    return refused(409, f"Applicant with external user id already exists: {number}", id=number)


UNSIGNED = refused(401, "Request signature mismatch")
SKEWED = refused(401, "Request timestamp is out of range")
FAILURE = refused(500, "Internal error")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    desk, name = KycFlow(opening), opening.bureau
    opening.acts["review"] = desk.review
    said_twice, path = duplicate("a0001"), "/resources/applicants"
    return (
        Desk(name, path, desk.submit, FAILURE, duplicate=said_twice, skewed=SKEWED),
        Desk(
            name,
            f"{path}/{{id}}/status",
            desk.status,
            FAILURE,
            method="GET",
            subject=desk.subject,
            skewed=SKEWED,
        ),
    )
