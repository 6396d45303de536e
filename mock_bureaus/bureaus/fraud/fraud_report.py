"""A fraud report: a form in, a boolean envelope with nested sections out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from ...contract import Answer, Desk, Received, first_missing, said
from ...credentials import Credentials
from ...people import Person
from ..opening import Opening

BIZ_CODE = "demoloanweb"
"""The one flow our client has contracted."""

_CLEAN = {"final_score": 0, "final_decision": "ACCEPT", "risk_items": []}


@dataclass(slots=True)
class FraudReport:
    """Scores an applicant; about a stranger it says a clean zero, not "unknown"."""

    known: Credentials
    people: Mapping[str, Person]
    _serials: Iterator[int] = field(default_factory=lambda: count(1))

    async def apply(self, received: Received) -> Answer:
        form = received.form()
        wanted = ("account_name", "id_number", "account_mobile", "biz_code")
        if not self._partner(received.query):
            return refused("001", "合作方身份验证失败")
        if first_missing(form, wanted) is not None:
            return refused("101", "参数不正确")
        if form["biz_code"] != BIZ_CODE:
            return refused("102", "业务流程未开通")
        return said(
            {
                "success": True,
                "id": f"WF20260101{next(self._serials):08}",
                "result_desc": self._sections(form),
            },
            billed=True,
        )

    def _partner(self, query: Mapping[str, str]) -> bool:
        given = [query.get(k) for k in ("partner_code", "partner_key", "app_name")]
        return given == [
            self.known.fraud_partner_code,
            self.known.fraud_partner_key,
            self.known.fraud_app_name,
        ]

    def _sections(self, form: Mapping[str, str]) -> dict[str, object]:
        person = self.people.get(form["id_number"])
        file = person.on_file.get("fraud_report", _CLEAN) if person else _CLEAN
        sections: dict[str, object] = {"ANTIFRAUD": file}
        if form.get("card_number"):
            held = person is not None and form["card_number"] == person.bank_card
            # Zero means consistent: the trap this section is known for.
            sections["ANTIFRAUD_INFOQUERY"] = {
                "CreditCardNameIdMobileCheck": {"card_four_element_consistence": 0 if held else 1}
            }
        return sections


def refused(code: str, reason: str) -> Answer:
    return said({"success": False, "reason_code": code, "reason_desc": reason})


FAILURE = refused("500", "系统内部错误")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    fraud = FraudReport(opening.known, opening.people)
    return (Desk(opening.bureau, "/fraud/apply/v4", fraud.apply, FAILURE),)
