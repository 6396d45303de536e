"""A loan radar: orders sealed with the client's private key, and numbers as hashes only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ...contract import Answer, Desk, Received, first_missing, said
from ...keys.reading import rsa_public_half
from ...persons import Person
from ..opening import Opening
from ..refusal import Refusal
from .sealed_order import WANTED, hashed, unsealed, well_formed

PATH = "/loanradar/product/radar/v3/apply"

INCOMPLETE, MALFORMED, DUPLICATE, NO_MEMBER, UNREADABLE, BROKEN = (
    "S1001",
    "S1002",
    "S1003",
    "S2001",
    "S2002",
    "S9999",
)


@dataclass(slots=True)
class LoanRadar:
    """Counts loan applications; bills what it found, and a name that is not the number's."""

    opening: Opening
    _serials: Iterator[int] = field(default_factory=lambda: count(1))
    _orders: set[str] = field(default_factory=set)

    async def apply(self, received: Received) -> Answer:
        try:
            order = self._admitted(received.form())
        except Refusal as refusal:
            return refused(refusal.code, refusal.message)
        if order["trans_id"] in self._orders:
            return REPEATED
        self._orders.add(order["trans_id"])
        return self._answered(order)

    def reference(self, received: Received) -> str:
        order = self._order(received.form()) or {}
        return str(order.get("trans_id", ""))

    def subject(self, received: Received) -> str:
        order = self._order(received.form()) or {}
        person = self._person(str(order.get("id_no", "")))
        return person.id_number if person else ""

    def _admitted(self, form: Mapping[str, str]) -> dict[str, Any]:
        wanted = ("member_id", "terminal_id", "data_type", "data_content")
        if (name := first_missing(form, wanted)) is not None:
            raise Refusal(INCOMPLETE, f"缺少参数{name}")
        if not self._member(form):
            raise Refusal(NO_MEMBER, "商户号或终端号无效")
        order = self._order(form)
        if order is None:
            raise Refusal(UNREADABLE, "数据解密失败")
        if (name := first_missing(order, WANTED)) is not None:
            raise Refusal(INCOMPLETE, f"缺少参数{name}")
        if not self._member(order) or not well_formed(order):
            raise Refusal(MALFORMED, "参数格式错误")
        return order

    def _order(self, form: Mapping[str, str]) -> dict[str, Any] | None:
        client = rsa_public_half(self.opening.known.loanradar_private_key)
        return unsealed(form.get("data_content", ""), client)

    def _member(self, given: Mapping[str, Any]) -> bool:
        known = self.opening.known
        return (given["member_id"], given["terminal_id"]) == (
            known.loanradar_member_id,
            known.loanradar_terminal_id,
        )

    def _person(self, id_hash: str) -> Person | None:
        people = self.opening.people.values()
        return next((each for each in people if hashed(each.id_number) == id_hash), None)

    def _answered(self, order: Mapping[str, Any]) -> Answer:
        person = self._person(order["id_no"])
        file = person.on_file.get("loanradar") if person else None
        if person is None or file is None:
            return self._said(order, "1", "查询无记录", fee="N")
        if hashed(person.name) != order["id_name"]:
            return self._said(order, "1", "认证信息不一致", fee="Y", org_code="0001")
        return self._said(order, "0", "查询成功", fee="Y", result_detail=file)

    def _said(
        self, order: Mapping[str, Any], code: str, desc: str, *, fee: str, **more: object
    ) -> Answer:
        data = {
            "code": code,
            "desc": desc,
            "trans_id": order["trans_id"],
            "trade_no": f"20260101120000{next(self._serials):06}",
            "fee": fee,
        }
        return enveloped(data | more, None, None, billed=fee == "Y")


def enveloped(
    data: Mapping[str, object] | None, code: str | None, message: str | None, *, billed: bool
) -> Answer:
    envelope = {"success": code is None, "data": data, "errorCode": code, "errorMsg": message}
    return said(envelope, billed=billed)


def refused(code: str, message: str) -> Answer:
    return enveloped(None, code, message, billed=False)


FAILURE = refused(BROKEN, "系统异常")
REPEATED = refused(DUPLICATE, "订单不能重复提交")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    radar = LoanRadar(opening)
    return (
        Desk(
            opening.bureau,
            PATH,
            radar.apply,
            FAILURE,
            radar.reference,
            subject=radar.subject,
            duplicate=REPEATED,
        ),
    )
