"""A bank card check: four factors in a form, and the verdict as JSON inside a string."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from ...contract import Answer, Desk, Received, first_missing, said
from ..opening import Opening

PATH = "/cardcheck/bank4/verify"
MATCH, MISMATCH, UNVERIFIED = "认证通过", "认证不通过", "无法认证"
OK, NO_CLIENT, INCOMPLETE, BROKEN = "ok", "10001", "10002", "50000"


@dataclass(slots=True)
class CardCheck:
    """Compares card, number, name and mobile; bills a mismatch like a match."""

    opening: Opening
    _serials: Iterator[int] = field(default_factory=lambda: count(1))

    async def verify(self, received: Received) -> Answer:
        serial = f"cc{next(self._serials):06}"
        if received.query.get("appkey") != self.opening.known.cardcheck_appkey:
            return refused(serial, NO_CLIENT, "appkey无效")
        form = received.form()
        if (name := first_missing(form, ("accName", "certNo", "cardNo", "mobile"))) is not None:
            return refused(serial, INCOMPLETE, f"缺少参数{name}")
        verdict = self._verdict(form)
        return enveloped(serial, OK, verdict, billed=verdict != UNVERIFIED)

    def _verdict(self, form: Mapping[str, str]) -> str:
        person = self.opening.people.get(form["certNo"])
        if person is None or not person.bank_card:
            return UNVERIFIED
        given = (form["accName"], form["cardNo"], form["mobile"])
        held = (person.name, person.bank_card, person.mobile)
        return MATCH if given == held else MISMATCH


def enveloped(serial: str, code: str, message: str, *, billed: bool = False) -> Answer:
    """Answer, with what matters as a document of its own in a string."""
    detail = {"chargeFlag": "1" if billed else "0", "message": message, "orderNumber": serial}
    result = {
        "success": code == OK,
        "hasException": code != OK,
        "code": code,
        "detail": json.dumps(detail, ensure_ascii=False, separators=(",", ":")),
    }
    return said({"requestId": serial, "result": result}, billed=billed)


def refused(serial: str, code: str, message: str) -> Answer:
    return enveloped(serial, code, message)


FAILURE = refused("cc000000", BROKEN, "系统异常")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    return (Desk(opening.bureau, PATH, CardCheck(opening).verify, FAILURE),)
