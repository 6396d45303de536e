"""A desk of identity checks, whose second version says "101" where its third says 101."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from ...contract import Answer, Desk, Received, dig, said
from ...forgetting import Known
from ...people import Person
from ..opening import Opening

FOUND, INVALID, NO_RECORD = 101, 102, 103
BROKEN = 500
OTP = "123456"
"""What every mobile of this mock was sent."""

_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
_AADHAAR = re.compile(r"[0-9]{12}")


@dataclass(slots=True)
class KycDesk:
    """Looks up a tax account; hands out an identity file to whoever holds the mobile."""

    opening: Opening
    holders: Known[Person]
    """By the number of their identity file."""
    _serials: Iterator[int] = field(default_factory=lambda: count(1))
    _sent: dict[str, str] = field(default_factory=dict)
    """The numbers for which a one-time password was sent, by request."""
    _used: set[str] = field(default_factory=set)

    async def pan(self, received: Received) -> Answer:
        asked = self._asked(received)
        if asked is None:
            return UNKNOWN_CLIENT
        number = str(asked.get("pan", ""))
        if asked.get("consent") != "Y" or not _PAN.fullmatch(number):
            return self._second(INVALID)
        person = self.opening.people.get(number)
        file = person.on_file.get("kycdesk") if person else None
        return self._second(FOUND, {"name": file["name"]}) if file else self._second(NO_RECORD)

    async def otp(self, received: Received) -> Answer:
        asked = self._asked(received)
        if asked is None:
            return UNKNOWN_CLIENT
        number = str(asked.get("aadhaarNo", ""))
        if asked.get("consent") != "Y" or not _AADHAAR.fullmatch(number):
            return self._third(INVALID)
        if number not in self.holders:
            return self._third(NO_RECORD)
        answer_id = self._request_id()
        self._sent[answer_id] = number
        sent = {"message": "OTP sent successfully"}
        return said({"statusCode": FOUND, "requestId": answer_id, "result": sent})

    async def file(self, received: Received) -> Answer:
        asked = self._asked(received)
        if asked is None:
            return UNKNOWN_CLIENT
        request_id = str(asked.get("requestId"))
        number = self._sent.get(request_id)
        # A password is good for one file.
        good = asked.get("otp") == OTP and request_id not in self._used
        if asked.get("consent") != "Y" or number is None or not good:
            return self._third(INVALID)
        self._used.add(request_id)
        person = self.holders.get(number)
        if person is None:
            return self._third(NO_RECORD)
        held = person.on_file["kycdesk"]["aadhaar"]
        shown = {
            "name": person.name,
            "maskedAadhaarNumber": held["masked"],
            "dob": held["dob"],
            "gender": held["gender"],
            "address": held["address"],
        }
        return self._third(FOUND, shown)

    def subject(self, received: Received) -> str:
        return self._sent.get(str(dig(received.json(), "requestId")), "")

    def _asked(self, received: Received) -> dict[str, object] | None:
        if received.headers.get("x-kyc-key") != self.opening.known.kycdesk_key:
            return None
        asked = received.json()
        return asked if isinstance(asked, dict) else {}

    def _second(self, code: int, result: dict[str, object] | None = None) -> Answer:
        envelope = {"status-code": str(code), "request_id": self._request_id()}
        more = {"result": result} if result else {}
        return said({**envelope, **more}, billed=result is not None)

    def _third(self, code: int, result: dict[str, object] | None = None) -> Answer:
        envelope = {"statusCode": code, "requestId": self._request_id()}
        more = {"result": result} if result else {}
        return said({**envelope, **more}, billed=result is not None)

    def _request_id(self) -> str:
        return f"r-{next(self._serials)}"


UNKNOWN_CLIENT = said({"status": 401, "error": "Unauthorized"}, status=401)
SECOND_FAILURE = said({"status-code": str(BROKEN), "request_id": "r-0"})
THIRD_FAILURE = said({"statusCode": BROKEN, "requestId": "r-0"})


def reference(received: Received) -> str:
    return str(dig(received.json(), "clientData", "caseId") or "")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    files = {
        person.on_file["kycdesk"]["aadhaar"]["number"]: person
        for person in opening.people.values()
        if "aadhaar" in person.on_file.get("kycdesk", {})
    }
    desk, name = KycDesk(opening, Known(files)), opening.bureau
    return (
        Desk(name, "/v2/pan", desk.pan, SECOND_FAILURE, reference),
        Desk(name, "/v3/eaadhaar/otp", desk.otp, THIRD_FAILURE, reference),
        Desk(name, "/v3/eaadhaar/file", desk.file, THIRD_FAILURE, reference, subject=desk.subject),
    )
