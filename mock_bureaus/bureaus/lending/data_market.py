"""A data market: two tiers of codes, numbers as strings, and serials used but once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...contract import Answer, Desk, Received, dig, first_missing, said
from ...credentials import Credentials
from ...people import Person
from ..opening import Opening

PRODUCT = "19"
"""Credit-enhancement data, the one product on our client's shelf."""


@dataclass(slots=True)
class DataMarket:
    """Resells a channel's data; "nothing there" is its second tier's 2001."""

    known: Credentials
    people: Mapping[str, Person]
    _orders: dict[str, str] = field(default_factory=dict)
    """The market's own number of each order, by the client's."""

    async def buy(self, received: Received) -> Answer:
        if received.headers.get("X-Key") != self.known.market_key:
            return refused("1001", "key无效")
        order = received.json()
        if not isinstance(order, dict):
            return refused("1000", "请求格式错误")
        wanted = ("productId", "customerId", "name", "cid")
        if (name := first_missing(order, wanted)) is not None:
            return refused("1002", f"缺少参数{name}")
        if order["productId"] != PRODUCT:
            return refused("1003", "产品未开通")
        serial = str(order["customerId"])
        if serial in self._orders:
            return refused("1004", "customerId重复", gid=self._orders[serial])
        self._orders[serial] = gid = f"G{len(self._orders) + 1:012}"
        return self._delivered(order, gid)

    def _delivered(self, order: Mapping[str, object], gid: str) -> Answer:
        person = self.people.get(str(order["cid"]))
        result = person.on_file.get("data_market") if person else None
        if person is None or result is None or order["name"] != person.name:
            return said({"code": "200", "status": "2001", "gid": gid})
        return said({"code": "200", "status": "2000", "gid": gid, "result": result}, billed=True)


def refused(status: str, message: str, **more: str) -> Answer:
    return said({"code": "400", "status": status, "message": message, **more})


def reference(received: Received) -> str:
    return str(dig(received.json(), "customerId") or "")


FAILURE = said({"code": "500", "status": "9902", "message": "渠道异常"})
DUPLICATE = refused("1004", "customerId重复", gid="G000000000000")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    market = DataMarket(opening.known, opening.people)
    return (
        Desk(opening.bureau, "/market/data", market.buy, FAILURE, reference, duplicate=DUPLICATE),
    )
