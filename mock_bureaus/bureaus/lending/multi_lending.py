"""A multi-lending product: a token to log in for, and a check code over exact bytes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import md5
from itertools import count
from typing import Any

from ...contract import Answer, Desk, Received, dig, first_missing, said
from ...credentials import Credentials
from ...people import Person
from ..opening import Opening
from ..tokens import Tokens

FLAGS = {"ApplyLoanStr": "flag_applyloanstr", "SpecialList_c": "flag_specialList_c"}
"""Products on offer, and the flag that says how each of them went."""

OUTPUT, NO_MATCH, INSUFFICIENT_INPUT, SYSTEM_ERROR = "1", "0", "98", "99"
INTER_COMMAND = "1000"


@dataclass(slots=True)
class MultiLending:
    """Counts a person's loan applications elsewhere, product by product."""

    known: Credentials
    people: Mapping[str, Person]
    tokens: Tokens
    _serials: Iterator[int] = field(default_factory=lambda: count(1))

    async def login(self, received: Received) -> Answer:
        form = received.form()
        given = [form.get(key) for key in ("userName", "password", "apiCode")]
        if given != [
            self.known.lending_user,
            self.known.lending_password,
            self.known.lending_api_code,
        ]:
            return said({"code": 100006, "message": "用户名或密码错误"})
        return said({"code": 0, "tokenid": self.tokens.issue()})

    async def query(self, received: Received) -> Answer:
        form = received.form()
        wanted = ("tokenid", "interCommand", "apiCode", "jsonData", "checkCode")
        if (name := first_missing(form, wanted)) is not None:
            return refused("100001", f"缺少参数{name}")
        if not self.tokens.valid(form["tokenid"]):
            return refused("100004", "tokenid失效")
        if form["apiCode"] != self.known.lending_api_code:
            return refused("100005", "apiCode无效")
        code = check_code(form["jsonData"], form["apiCode"], form["tokenid"])
        if form["checkCode"] != code:
            return refused("100007", "checkCode错误")
        return self._report(form)

    def _report(self, form: Mapping[str, str]) -> Answer:
        try:
            asked = json.loads(form["jsonData"])
        except ValueError:
            return refused("100008", "jsonData格式错误")
        meal = dig(asked, "meal")
        products = meal.split(",") if isinstance(meal, str) else []
        if form["interCommand"] != INTER_COMMAND or not FLAGS.keys() >= set(products):
            return refused("100009", "产品未开通")
        if not products:
            return refused("100001", "缺少参数meal")
        serial = f"{self.known.lending_api_code}_20260101120000_{next(self._serials):04}"
        report = {"code": "00", "swift_number": serial}
        for product in products:
            report |= self._section(product, asked)
        billed = OUTPUT in (report.get(flag) for flag in FLAGS.values())
        return said(report, billed=billed)

    def _section(self, product: str, asked: Mapping[str, Any]) -> dict[str, str]:
        flag = FLAGS[product]
        if first_missing(asked, ("id", "cell", "name")) is not None:
            return {flag: INSUFFICIENT_INPUT}
        person = self.people.get(str(asked["id"]))
        found = person.on_file.get("multi_lending", {}).get(product) if person else None
        if person is None or found is None:
            return {flag: NO_MATCH}
        # What is known of a mobile is said to those only who ask with that mobile.
        known_cell = asked["cell"] == person.mobile
        said_of = {k: v for k, v in found.items() if known_cell or "_cell_" not in k}
        return {flag: OUTPUT, **said_of}


def check_code(json_data: str, api_code: str, token: str) -> str:
    """
    Sign a query: md5(jsonData + md5(apiCode + tokenid)).

    Over jsonData as it stands in the form, so two serialisers of the same document
    do not agree.
    """
    return _md5(json_data + _md5(api_code + token))


def refused(code: str, message: str) -> Answer:
    return said({"code": code, "message": message})


FAILURE = said({"code": "00", "swift_number": "", **dict.fromkeys(FLAGS.values(), SYSTEM_ERROR)})
LOGIN_FAILURE = said({"code": 100099, "message": "系统异常"})


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    lending = MultiLending(opening.known, opening.people, opening.tokens("tok"))
    name, login = opening.bureau, "/lending/login"
    return (
        Desk(name, login, lending.login, LOGIN_FAILURE, about_persons=False),
        Desk(name, "/lending/query", lending.query, FAILURE),
    )
