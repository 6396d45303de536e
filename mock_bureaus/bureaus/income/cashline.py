"""A reader of current accounts, whose report is ready only some time after it is ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...contract import Answer, Callback, Desk, Received, said
from ...persons.kyc_files import CUSTOMERS
from ..opening import Opening

POLLS = 1
"""How often a report is not ready yet, if the director does not say."""
PURPOSES = frozenset({"EXTENSION_OF_CREDIT", "ACCOUNT_REVIEW_CREDIT", "WRITTEN_INSTRUCTION_OTHER"})


@dataclass(slots=True)
class Order:
    """One report, on its way."""

    client_user_id: str
    polls: int


@dataclass(slots=True)
class Cashline:
    """Scores what goes in and out; bills a report when it is first handed out."""

    opening: Opening
    _orders: dict[str, Order] = field(default_factory=dict)
    """By the token of the user."""
    _billed: set[str] = field(default_factory=set)
    _requests: int = 0

    async def create(self, received: Received) -> Answer:
        asked = self._asked(received)
        if asked is None:
            return self._refused(400, "INVALID_INPUT", "INVALID_API_KEYS")
        if not asked.get("client_user_id"):
            return self._refused(400, "INVALID_REQUEST", "MISSING_FIELDS")
        if asked.get("consumer_report_permissible_purpose") not in PURPOSES:
            return self._refused(400, "INVALID_REQUEST", "INVALID_FIELD")
        token = f"user-mock-{len(self._orders) + 1:04}"
        polls = POLLS if received.polls is None else received.polls
        self._orders[token] = order = Order(str(asked["client_user_id"]), polls)
        report_id = token.replace("user", "report")
        answer = {"request_id": self._request_id(), "user_token": token, "report_id": report_id}
        return said(answer, callbacks=self._webhook(asked, token, order))

    async def get(self, received: Received) -> Answer:
        asked = self._asked(received)
        if asked is None:
            return self._refused(400, "INVALID_INPUT", "INVALID_API_KEYS")
        token = str(asked.get("user_token", ""))
        order = self._orders.get(token)
        if order is None:
            return self._refused(400, "INVALID_INPUT", "INVALID_USER_TOKEN")
        if order.polls > 0:
            order.polls -= 1
            return self._refused(400, "CHECK_REPORT_ERROR", "PRODUCT_NOT_READY")
        file = self._file(order.client_user_id)
        if file is None:
            return self._refused(400, "CHECK_REPORT_ERROR", "DATA_UNAVAILABLE")
        first = token not in self._billed
        self._billed.add(token)
        report = _report(token, order.client_user_id, file)
        return said({"request_id": self._request_id(), "report": report}, billed=first)

    def subject(self, received: Received) -> str:
        asked = received.json()
        token = str(asked.get("user_token", "")) if isinstance(asked, dict) else ""
        return self._orders[token].client_user_id if token in self._orders else ""

    def _webhook(self, asked: Mapping[str, Any], token: str, order: Order) -> tuple[Callback, ...]:
        url = str(asked.get("webhook") or self.opening.callback_url)
        body = {
            "webhook_type": "CHECK_REPORT",
            "webhook_code": "CHECK_REPORT_READY",
            "user_token": token,
        }

        def ready() -> None:
            order.polls = 0

        return (Callback(url, said(body).body, on_send=ready),) if url else ()

    def _file(self, client_user_id: str) -> Mapping[str, Any] | None:
        person = self.opening.people.get(CUSTOMERS.get(client_user_id, client_user_id))
        return person.on_file.get("cashline") if person else None

    def _asked(self, received: Received) -> Mapping[str, Any] | None:
        asked, known = received.json(), self.opening.known
        if not isinstance(asked, dict):
            return None
        given = (asked.get("client_id"), asked.get("secret"))
        return asked if given == (known.cashline_client_id, known.cashline_secret) else None

    def _refused(self, status: int, kind: str, code: str) -> Answer:
        return said(_error(kind, code, self._request_id()), status=status)

    def _request_id(self) -> str:
        self._requests += 1
        return f"req{self._requests:04}"


def _report(token: str, client_user_id: str, file: Mapping[str, Any]) -> dict[str, Any]:
    income = {"amount": file["monthly_income"], "iso_currency_code": file["currency"]}
    return {
        "report_id": token.replace("user", "report"),
        "client_report_id": client_user_id,
        "generated_time": "2026-01-01T00:00:00Z",
        "lend_score": file["lend_score"],
        "income": {"historical_average_monthly_income": income},
    }


def _error(kind: str, code: str, request_id: str) -> dict[str, Any]:
    return {
        "error_type": kind,
        "error_code": code,
        "error_message": code.replace("_", " ").lower(),
        "display_message": None,
        "request_id": request_id,
    }


FAILURE = said(_error("API_ERROR", "INTERNAL_SERVER_ERROR", "req0000"), status=500)


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    desk, name = Cashline(opening), opening.bureau
    path = "/cra/check_report"
    return (
        Desk(name, f"{path}/create", desk.create, FAILURE),
        Desk(name, f"{path}/get", desk.get, FAILURE, subject=desk.subject),
    )
