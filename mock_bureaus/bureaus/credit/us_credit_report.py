"""A credit profile: a user's and a client's credentials for a token, all of it JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ...contract import Answer, Desk, Received, dig, said
from ..opening import Opening
from ..tokens import Tokens

TOKEN_PATH = "/uscredit/oauth2/v1/token"  # noqa: S105 - a path
PATH = "/uscredit/v2/credit-report"
HEADERS = ("clientReferenceId", "companyId")

_APPLICANT = ("consumerPii", "primaryApplicant")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "lastName": (*_APPLICANT, "name", "lastName"),
    "firstName": (*_APPLICANT, "name", "firstName"),
    "ssn": (*_APPLICANT, "ssn", "ssn"),
    "currentAddress.line1": (*_APPLICANT, "currentAddress", "line1"),
    "subscriberCode": ("requestor", "subscriberCode"),
    "permissiblePurpose": ("permissiblePurpose", "type"),
}
_HEADER_RECORD = [{"reportDate": "010126", "reportTime": "120000"}]
_NO_RECORD = [{"messageNumber": "07", "messageText": "NO RECORD FOUND"}]


@dataclass(frozen=True, slots=True)
class UsCreditReport:
    """Scores, tradelines and inquiries; that there is no record is billed as well."""

    opening: Opening
    tokens: Tokens

    async def token(self, received: Received) -> Answer:
        known, asked = self.opening.known, received.json()
        client = (received.headers.get("Client_id"), received.headers.get("Client_secret"))
        user = (dig(asked, "username"), dig(asked, "password"))
        if client != (known.uscredit_client_id, known.uscredit_client_secret):
            return refused(HTTPStatus.UNAUTHORIZED, "Unauthorized", "Invalid client credentials")
        if user != (known.uscredit_user, known.uscredit_password):
            return refused(HTTPStatus.UNAUTHORIZED, "Unauthorized", "Invalid username or password")
        return said(
            {
                "issued_at": "1767225600000",
                "expires_in": str(int(self.tokens.lifetime)),
                "token_type": "Bearer",
                "access_token": self.tokens.issue(),
            }
        )

    async def report(self, received: Received) -> Answer:
        scheme, _, token = received.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not self.tokens.valid(token):
            denied = "Access is denied due to invalid access token"
            return refused(HTTPStatus.UNAUTHORIZED, "App Error", denied)
        asked = received.json()
        missing = [name for name in HEADERS if not received.headers.get(name)]
        missing += [name for name, path in _REQUIRED.items() if not dig(asked, *path)]
        if missing:
            wanted = f"Missing: {', '.join(missing)}"
            return refused(HTTPStatus.BAD_REQUEST, "Validation Error", wanted)
        subscriber = dig(asked, *_REQUIRED["subscriberCode"])
        if subscriber != self.opening.known.uscredit_subscriber_code:
            return refused(HTTPStatus.FORBIDDEN, "App Error", "Unknown subscriber code")
        return said({"creditProfile": [self._profile(asked)]}, billed=True)

    def _profile(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        person = self.opening.people.get(str(dig(asked, *_REQUIRED["ssn"])))
        file = person.on_file.get("uscredit") if person else None
        last = str(dig(asked, *_REQUIRED["lastName"])).upper()
        if person is None or file is None or last != person.name.split()[-1]:
            return {"headerRecord": _HEADER_RECORD, "informationalMessage": _NO_RECORD}
        first, _, surname = person.name.partition(" ")
        year, month, day = person.birthday.split("-")
        identity = {
            "dob": {"day": day.lstrip("0"), "month": month, "year": year},
            "name": [{"firstName": first, "surname": surname}],
        }
        return {"headerRecord": _HEADER_RECORD, "consumerIdentity": identity, **file}


def refused(status: HTTPStatus, error_type: str, message: str) -> Answer:
    document = {"errors": [{"errorType": error_type, "message": message}], "success": False}
    return said(document, status=status)


def reference(received: Received) -> str:
    return received.headers.get("clientReferenceId", "")


FAILURE = refused(HTTPStatus.INTERNAL_SERVER_ERROR, "System Error", "Please try again later")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    reports = UsCreditReport(opening, opening.tokens("us"))
    return (
        Desk(opening.bureau, TOKEN_PATH, reports.token, FAILURE, about_persons=False),
        Desk(opening.bureau, PATH, reports.report, FAILURE, reference),
    )
