"""A credit report: OAuth2 client credentials, nested JSON, and the state of an order."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...contract import Answer, Desk, Received, dig, said
from ...credentials import Credentials
from ...people import Person
from ..opening import Opening
from ..tokens import Tokens

SCOPE = "credit-report"

_CONFIGURATION = ("customerConfiguration", "creditReport")
_REQUIRED: Mapping[str, tuple[str | int, ...]] = {
    "consumers.name": ("consumers", "name", 0, "lastName"),
    "consumers.socialNum": ("consumers", "socialNum", 0, "number"),
    "customerReferenceIdentifier": ("customerReferenceIdentifier",),
    "models": (*_CONFIGURATION, "models", 0, "identifier"),
    "endUsersName": (*_CONFIGURATION, "endUserInformation", "endUsersName"),
    "permissiblePurposeCode": (
        *_CONFIGURATION,
        "endUserInformation",
        "permissiblePurposeCode",
    ),
}


@dataclass(frozen=True, slots=True)
class CreditReport:
    """Scores, trades and inquiries; both a hit and a no-hit are billed."""

    known: Credentials
    people: Mapping[str, Person]
    tokens: Tokens
    _charged: set[str] = field(default_factory=set)
    """The orders that stand on the bill, by the client's own number."""

    async def token(self, received: Received) -> Answer:
        form = received.form()
        if _basic(received) != (
            self.known.credit_client_id,
            self.known.credit_client_secret,
        ):
            return said({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "client_credentials":
            return said({"error": "unsupported_grant_type"}, status=400)
        if form.get("scope", SCOPE) != SCOPE:
            return said({"error": "invalid_scope"}, status=400)
        return said(
            {
                "access_token": self.tokens.issue(),
                "token_type": "Bearer",
                "expires_in": int(self.tokens.lifetime),
                "scope": SCOPE,
            }
        )

    async def report(self, received: Received) -> Answer:
        if not self._admitted(received):
            return NO_TOKEN
        order = received.json()
        missing = [name for name, path in _REQUIRED.items() if not dig(order, *path)]
        if missing:
            return refused(400, "400.201", f"Missing: {', '.join(missing)}")
        if not self._member(dig(order, *_CONFIGURATION)):
            return refused(403, "403.100", "Invalid member number or security code")
        self._charged.add(order["customerReferenceIdentifier"])
        return said(
            {
                "status": "completed",
                "customerReferenceIdentifier": order["customerReferenceIdentifier"],
                "consumers": {"creditReport": [self._consumer(order)]},
            },
            billed=True,
        )

    async def order(self, received: Received) -> Answer:
        """Say what became of an order, whether or not its report arrived; that is free."""
        if not self._admitted(received):
            return NO_TOKEN
        number = received.path_params["number"]
        if number not in self._charged:
            return refused(404, "404.100", "No such order")
        return said({"customerReferenceIdentifier": number, "state": "CHARGED"})

    def _admitted(self, received: Received) -> bool:
        scheme, _, token = received.headers.get("Authorization", "").partition(" ")
        return scheme == "Bearer" and self.tokens.valid(token)

    def _member(self, configuration: Mapping[str, Any]) -> bool:
        given = [configuration.get(key) for key in ("memberNumber", "securityCode")]
        return given == [
            self.known.credit_member_number,
            self.known.credit_security_code,
        ]

    def _consumer(self, order: Mapping[str, Any]) -> dict[str, Any]:
        number = dig(order, *_REQUIRED["consumers.socialNum"])
        person = self.people.get(number) if isinstance(number, str) else None
        file = person.on_file.get("credit_report") if person else None
        if person is None or file is None:
            return {"hitCode": {"code": "2", "description": "No-Hit"}}
        asked = order["consumers"]["name"][0]
        # Callers who know one name only put all of it in lastName.
        match = f"{asked['lastName']}{asked.get('firstName') or ''}" == person.name
        year, month, day = person.birthday.split("-")
        return {
            "hitCode": {"code": "1", "description": "Hit"},
            "subjectSocialNum": person.id_number,
            "subjectDateOfBirth": f"{month}{day}{year}",
            "nameMatchFlag": "Y" if match else "N",
            **file,
        }


def refused(status: int, code: str, description: str) -> Answer:
    return said({"errorCode": code, "description": description}, status=status)


def reference(received: Received) -> str:
    return str(dig(received.json(), "customerReferenceIdentifier") or "")


FAILURE = refused(500, "500.100", "Internal error")
NO_TOKEN = refused(401, "401.300", "Invalid access token")


def _basic(received: Received) -> tuple[str, str]:
    scheme, _, encoded = received.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return "", ""
    try:
        client, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return client, secret


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    credit = CreditReport(opening.known, opening.people, opening.tokens("at"))
    name, token = opening.bureau, "/credit/oauth2/token"
    return (
        Desk(name, token, credit.token, FAILURE, about_persons=False),
        Desk(name, "/credit/v1/reports", credit.report, FAILURE, reference),
        Desk(
            name,
            "/credit/v1/orders/{number}",
            credit.order,
            FAILURE,
            lambda received: received.path_params["number"],
            about_persons=False,
            method="GET",
        ),
    )
