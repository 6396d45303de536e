"""A lending profile whose address says all: who asks, what for, and a signature of the body."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

from ...contract import Answer, Desk, Received, first_missing, said
from ..opening import Opening

PATH = (
    "/pathsign/datafront/pubkey/{pubkey}/product_code/{product}"
    "/out_order_id/{order}/signature/{signature}"
)
PRODUCT = "P1001005"
"""The lending profile, the one product that our client has contracted."""

FOUND, NOT_FOUND = "000000", "000001"
NO_CLIENT, BAD_SIGNATURE, NO_PRODUCT, INCOMPLETE, DUPLICATE, BROKEN = (
    "200001",
    "200002",
    "200003",
    "300001",
    "400001",
    "900000",
)


@dataclass(slots=True)
class PathSigned:
    """Profiles a borrower; bills a profile found."""

    opening: Opening
    _orders: set[str] = field(default_factory=set)

    async def query(self, received: Received) -> Answer:
        given, known = received.path_params, self.opening.known
        if given["pubkey"] != known.pathsign_pubkey:
            return answered(NO_CLIENT, "pubkey无效")
        if given["signature"] != signature(received.body, known.pathsign_secret):
            return answered(BAD_SIGNATURE, "签名错误")
        if given["product"] != PRODUCT:
            return answered(NO_PRODUCT, "产品未开通")
        asked = received.json()
        if not isinstance(asked, dict) or first_missing(asked, ("id_no", "id_name")) is not None:
            return answered(INCOMPLETE, "参数缺失")
        if given["order"] in self._orders:
            return REPEATED
        self._orders.add(given["order"])
        return self._profile(asked)

    def _profile(self, asked: Mapping[str, Any]) -> Answer:
        person = self.opening.people.get(str(asked["id_no"]))
        file = person.on_file.get("pathsign") if person else None
        if person is None or file is None or asked["id_name"] != person.name:
            return answered(NOT_FOUND, "查询成功，无数据")
        return answered(FOUND, "查询成功", file)


def signature(body: bytes, secret: str) -> str:
    """Sign the body as it is sent: two serialisers of one document do not agree."""
    return md5(body + b"|" + secret.encode(), usedforsecurity=False).hexdigest()


def answered(code: str, message: str, body: Mapping[str, Any] | None = None) -> Answer:
    envelope: dict[str, Any] = {"header": {"ret_code": code, "ret_msg": message}}
    if body is None:
        return said(envelope)
    return said(envelope | {"body": body}, billed=True)


def reference(received: Received) -> str:
    return received.path_params.get("order", "")


FAILURE = answered(BROKEN, "系统繁忙")
REPEATED = answered(DUPLICATE, "out_order_id重复")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    profiles = PathSigned(opening)
    return (Desk(opening.bureau, PATH, profiles.query, FAILURE, reference, duplicate=REPEATED),)
