"""Credit files of other countries: sealed for one lender, and fetched when the bureau calls."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwe
from joserfc.jwk import RSAKey

from ...contract import Answer, Callback, Desk, Received, said
from ...persons.kyc_files import CUSTOMERS
from ..opening import Opening
from ..tokens import Tokens

LIFETIME = 300.0
"""Of an access token, in seconds."""
SEALED = {"alg": "RSA-OAEP-256", "enc": "A256GCM"}
JOSE_TYPE = "application/jose"
SUCCESS, NOT_FOUND = "SUCCESS", "NOT_FOUND"
DEFAULT_PERSON = "110105199001010002"


@dataclass(slots=True)
class CreditPassport:
    """Hands out a person's file once that person has agreed; bills each file handed out."""

    opening: Opening
    tokens: Tokens
    _passports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The client's number, and the person's, by public token."""

    async def access(self, received: Received) -> Answer:
        known = self.opening.known
        pair = f"{known.creditpassport_client_id}:{known.creditpassport_client_secret}"
        if received.headers.get("Authorization") != f"Basic {b64encode(pair.encode()).decode()}":
            return refused(401, "INVALID_CREDENTIALS")
        return said({"accessToken": self.tokens.issue()})

    async def passport(self, received: Received) -> Answer:
        scheme, _, token = received.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not self.tokens.valid(token):
            return refused(401, "INVALID_TOKEN")
        public, external = self._asked(received)
        if not public and not external:
            return refused(400, "MALFORMED_HEADERS")
        if public in self._passports:
            return self._sealed(public)
        # The consumer is asked now, and the client is called back.
        url = self.opening.callback_url
        callbacks = self._callbacks(url, external, SUCCESS, "") if external and url else ()
        return said({"error": "UNKNOWN_CUSTOMER"}, status=404, callbacks=callbacks)

    async def complete(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let a consumer's file be ready, or not be found, and call the lender back."""
        external, status = told.get("externalId"), str(told.get("status", SUCCESS))
        url = str(told.get("callback_url") or self.opening.callback_url)
        if not external or not url:
            raise ValueError("externalId is wanted, and a callback_url here or for the bureau")
        callbacks = self._callbacks(url, str(external), status, str(told.get("idNumber", "")))
        await self.opening.send(callbacks * int(told.get("times", 1)))
        said_of: dict[str, Any] = json.loads(callbacks[0].body)
        return said_of

    def subject(self, received: Received) -> str:
        public, external = self._asked(received)
        return self._passports.get(public, (external, ""))[0]

    def _asked(self, received: Received) -> tuple[str, str]:
        external = received.headers.get("X-EXTERNAL-ID", "")
        public = received.headers.get("X-PUBLIC-TOKEN", "")
        known = (token for token, (owner, _) in self._passports.items() if owner == external)
        return public or next(known, ""), external

    def _callbacks(
        self, url: str, external: str, status: str, id_number: str
    ) -> tuple[Callback, ...]:
        body = {"status": status, "externalId": external}
        if status == SUCCESS:
            public = f"pt-{len(self._passports) + 1:04}"
            person = id_number or CUSTOMERS.get(external, DEFAULT_PERSON)
            self._passports[public] = (external, person)
            body["publicToken"] = public
        return (Callback(url, said(body).body),)

    def _sealed(self, public: str) -> Answer:
        external, number = self._passports[public]
        person = self.opening.people.get(number)
        file = person.on_file.get("creditpassport") if person else None
        if person is None or file is None:
            return refused(404, "UNKNOWN_CUSTOMER")
        meta = {"externalId": external, "publicToken": public, "version": "v4"}
        about = {"full_name": person.name, "date_of_birth": person.birthday, "id": number}
        document = json.dumps({"meta": meta, "personal": about, **file}, ensure_ascii=False)
        # The lender's own half of the key is the only one that we were told of.
        key = RSAKey.import_key(self.opening.known.creditpassport_private_key)
        token = jwe.encrypt_compact(SEALED, document, key, algorithms=list(SEALED.values()))
        return Answer(200, token.encode(), JOSE_TYPE, billed=True)


def refused(status: int, error: str) -> Answer:
    return said({"error": error}, status=status)


FAILURE = refused(500, "INTERNAL_ERROR")
DUPLICATE = refused(409, "DUPLICATE_EXTERNAL_ID")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    desk, name = CreditPassport(opening, opening.tokens("nt", LIFETIME)), opening.bureau
    opening.acts["complete"] = desk.complete
    return (
        Desk(
            name,
            "/connect/accesstoken",
            desk.access,
            FAILURE,
            about_persons=False,
            method="GET",
        ),
        Desk(
            name,
            "/connect/passport/v4/json",
            desk.passport,
            FAILURE,
            method="GET",
            subject=desk.subject,
            duplicate=DUPLICATE,
        ),
    )
