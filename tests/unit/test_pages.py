"""Answers of several pages: all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from datachannel.v1 import user_info_pb2
from pydantic import ValidationError

from connectors.assembly import assemble
from connectors.contract import Reply, Wire, WireReply
from connectors.errors import (
    BrokeDown,
    ConnectorError,
    Lost,
    NotSent,
    RateLimited,
    Unreadable,
    WrongSubject,
)
from connectors.faults import ConfigError
from connectors.words import Billed, Outcome
from tests.one_connector import KIT, bureau, connector, question

OFFSET = {"items": "items", "offset": {"param": "start", "step": 2}, "total": "total"}
CURSOR = {"items": "data.items", "cursor": {"param": "after", "path": "data.next"}}
NUMBERED = {"items": "items", "page": {"param": "page"}, "total": "total"}

BASIC: dict[str, Any] = {
    "effect": "free",
    "request": {"method": "GET", "path": "/list", "params": {"size": "2"}},
    "outcomes": [
        {"outcome": "NO_HIT", "status": 200, "body": {"total": 0}},
        {"outcome": "HIT", "status": 200, "body": {"total": {"gt": 0}}},
        {"outcome": "HIT", "status": 200, "body": {"data": {"present": True}}},
        {"outcome": "RATE_LIMITED", "status": 429},
        {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
    ],
    "mapping": {
        "fraud.watchlist_matches": {
            "list": "items || data.items",
            "each": {"list": {"path": "n", "type": "string"}},
        }
    },
}


@dataclass
class Script:
    """A transport that gives one answer after the other."""

    answers: list[WireReply | ConnectorError]
    sent: list[Wire] = field(default_factory=list)

    async def send(self, wire: Wire) -> WireReply:
        self.sent.append(wire)
        answer = self.answers[len(self.sent) - 1]
        if isinstance(answer, ConnectorError):
            raise answer
        return answer

    async def aclose(self) -> None:
        """Nothing is open."""


def page(*names: str, total: int | None = None, status: int = 200, **more: Any) -> WireReply:
    body: dict[str, Any] = {"items": [{"n": name} for name in names], **more}
    if total is not None:
        body["total"] = total
    return WireReply(status, {}, json.dumps(body).encode())


def answer(body: str) -> WireReply:
    return WireReply(200, {}, body.encode())


def cut(*names: str, after: str | None = None) -> WireReply:
    data = {"items": [{"n": name} for name in names], "next": after}
    return WireReply(200, {}, json.dumps({"data": data}).encode())


async def read(script: Script, paginate: Any = OFFSET, **changes: Any) -> Reply:
    spec = connector(**{**BASIC, "paginate": paginate, **changes})
    main = assemble(spec, KIT, bureau().build(KIT, script)).main
    assert main is not None
    return await main.connector(question())


async def names(paginate: Any, *answers: WireReply, **changes: Any) -> tuple[list[str], list[str]]:
    """Give what was mapped, and what was asked for."""
    script = Script(list(answers))
    reply = await read(script, paginate, **changes)
    matches = user_info_pb2.UserInfo.FromString(reply.user_info).fraud.watchlist_matches
    assert len(script.sent) == len(answers)
    return [each.list for each in matches], [wire.target for wire in script.sent]


async def failure(
    paginate: Any, *answers: WireReply | ConnectorError, **changes: Any
) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await read(Script(list(answers)), paginate, **changes)
    return caught.value


async def test_the_items_of_all_pages_are_one_list() -> None:
    found, asked = await names(
        OFFSET, page("a", "b", total=5), page("c", "d", total=5), page("e", total=5)
    )

    assert found == ["a", "b", "c", "d", "e"]
    assert asked == ["/list?size=2", "/list?size=2&start=2", "/list?size=2&start=4"]


async def test_pages_by_number_and_by_cursor() -> None:
    assert await names(NUMBERED, page("a", total=2), page("b", total=2)) == (
        ["a", "b"],
        ["/list?size=2", "/list?size=2&page=2"],
    )
    assert await names(CURSOR, cut("a", after="x&y"), cut(after="z"), cut("b")) == (
        ["a", "b"],
        ["/list?size=2", "/list?size=2&after=x%26y", "/list?size=2&after=z"],
    )


async def test_without_a_total_there_are_pages_until_one_is_empty() -> None:
    bare = {"items": "items", "page": {"param": "page", "first": 0}}
    rows = [{"outcome": "HIT", "status": 200, "body": {"items": {"present": True}}}]
    found, asked = await names(bare, page("a"), page("b"), page(), outcomes=rows)

    assert (found, asked[-1]) == (["a", "b"], "/list?size=2&page=2")


async def test_an_empty_first_page_is_an_answer() -> None:
    script = Script([page(total=0)])

    assert (await read(script)).outcome is Outcome.NO_HIT
    assert len(script.sent) == 1


async def test_one_page_is_read_as_ever() -> None:
    assert (await names(OFFSET, page("a", total=1)))[0] == ["a"]
    lone = WireReply(200, {}, b'{"total": 1, "items": {"n": "a"}}')
    assert (await names(OFFSET, lone))[1] == ["/list?size=2"]


async def test_each_page_is_signed_anew() -> None:
    sign = [
        {
            "kind": "digest",
            "algorithm": "md5",
            "parts": ["${query_sorted}"],
            "into": {"header": "S"},
        }
    ]
    script = Script([page("a", "b", total=3), page("c", total=3)])
    await read(script, sign=sign)

    assert len({dict(wire.headers)["S"] for wire in script.sent}) == 2


TWO_OF_THREE = page("a", "b", total=3)
NOT_FULL = "a page that is not full, and is not the last"
EMPTY = "a page without items before their total"

CUT_SHORT: Sequence[tuple[Any, list[WireReply], str]] = [
    (OFFSET, [TWO_OF_THREE, page(total=3)], EMPTY),
    (OFFSET, [TWO_OF_THREE, page("c", total=4)], "pages of different totals"),
    (OFFSET, [TWO_OF_THREE, page("c", "d", total=3)], "more items than their total"),
    (OFFSET, [page("a", total=3), page("b", total=3)], NOT_FULL),
    (OFFSET, [TWO_OF_THREE, page(total=0)], "pages that disagree"),
    (OFFSET, [TWO_OF_THREE, answer("<html>")], "no outcome row holds"),
    (OFFSET, [TWO_OF_THREE, answer('{"total": 3')], "no outcome row holds"),
    (OFFSET, [TWO_OF_THREE, answer('{"total": 3}')], EMPTY),
    (OFFSET, [TWO_OF_THREE, answer('{"total": 3, "items": "c"}')], "items that are no list"),
    (NUMBERED, [page("a", data=1)], "no total"),
    (
        {**OFFSET, "max_pages": 2},
        [page("a", "b", total=5), page("c", "d", total=5)],
        "more pages than max_pages",
    ),
    (
        {**OFFSET, "max_size": "60B"},
        [TWO_OF_THREE, page("c", total=3)],
        "pages larger than max_size",
    ),
    (CURSOR, [cut("a", after="x"), cut("b", after="x")], "the same cursor twice"),
    ({**CURSOR, "total": "data.total"}, [cut("a")], "no total"),
    (CURSOR, [answer('{"data": {"items": [], "next": {"c": 1}}}')], "a cursor that is no word"),
    (
        {"items": "data.list.items", "cursor": {"param": "after", "path": "data.next"}},
        [answer('{"data": {"next": "x"}}'), answer('{"data": {"list": {"items": [{"n": "b"}]}}}')],
        "items, and no place for them on the first page",
    ),
]


@pytest.mark.parametrize("paginate, answers, note", CUT_SHORT)
async def test_a_list_that_is_cut_short_never_reads_as_a_whole_one(
    paginate: Any, answers: list[WireReply], note: str
) -> None:
    error = await failure(paginate, *answers)

    assert isinstance(error, Unreadable)
    assert error.note == note


async def test_a_page_that_fails_fails_the_whole() -> None:
    broken = WireReply(503, {}, b"")

    assert isinstance(await failure(OFFSET, page("a", "b", total=3), broken), BrokeDown)
    assert isinstance(await failure(OFFSET, broken), BrokeDown)


async def test_a_page_about_somebody_else_releases_nothing() -> None:
    response = {"subject_check": [{"path": "who", "equals": "${subject.id_number}"}]}
    pages = [page("a", "b", total=3, who="X1"), page("c", total=3, who="X2")]

    assert isinstance(await failure(OFFSET, *pages, response=response), WrongSubject)


@pytest.mark.parametrize(
    "second, error",
    [
        (NotSent("score"), Lost),
        (Lost("score"), Lost),
        (WireReply(429, {}, b""), RateLimited),
        (WireReply(503, {}, b""), BrokeDown),
        (page(total=3), Unreadable),
    ],
)
async def test_what_the_first_page_cost_is_said_so_that_nobody_buys_it_again(
    second: Any, error: type[ConnectorError]
) -> None:
    found = await failure(OFFSET, page("a", "b", total=3), second, effect="chargeable")

    assert type(found) is error
    assert found.billed is Billed.YES


async def test_of_a_free_list_a_page_may_be_turned_away_for_nothing() -> None:
    found = await failure(OFFSET, page("a", "b", total=3), WireReply(429, {}, b""))

    assert found.billed is Billed.NO


async def test_elements_of_further_pages_stand_beside_those_of_the_first() -> None:
    def sheet(*names: str) -> WireReply:
        rows = "".join(f"<n>{name}</n>" for name in names)
        return WireReply(200, {}, f"<r><t>3</t><l>{rows}</l></r>".encode())

    found, _ = await names(
        {"items": "//l/n", "offset": {"param": "start", "step": 2}, "total": "//t"},
        sheet("a", "b"),
        sheet("c"),
        response={"codec": "xml"},
        outcomes=[{"outcome": "HIT", "body": {"//t": {"gt": 0}}}],
        mapping={
            "fraud.watchlist_matches": {
                "list": {"xpath": "//l/n"},
                "each": {"list": {"xpath": ".", "type": "string"}},
            }
        },
    )

    assert found == ["a", "b", "c"]


async def test_elements_that_have_no_place_on_the_first_page_are_not_lost() -> None:
    empty, full = "<r><t>1</t><next>x</next></r>", "<r><t>1</t><l><n>a</n></l></r>"
    error = await failure(
        {"items": "//l/n", "cursor": {"param": "after", "path": "string(//next)"}},
        answer(empty),
        answer(full),
        response={"codec": "xml"},
        outcomes=[{"outcome": "HIT", "body": {"//t": {"gt": 0}}}],
        mapping={"fraud.gang_risk": {"xpath": "//t", "type": "ratio"}},
    )

    assert error.note == "items, and no place for them on the first page"


@pytest.mark.parametrize(
    "paginate",
    [
        {"items": "items"},
        {**OFFSET, "page": {"param": "page"}},
        {**OFFSET, "max_pages": 0},
        {**OFFSET, "offset": {"param": "start", "step": 0}},
    ],
)
def test_there_is_one_way_to_the_next_page(paginate: Any) -> None:
    with pytest.raises(ValidationError):
        connector(**BASIC, paginate=paginate)


def test_pages_share_no_idempotency_key() -> None:
    dedupe = {"kind": "idempotency_key", "header": "K"}

    with pytest.raises(ValidationError, match="idempotency key"):
        connector(**BASIC, paginate=OFFSET, dedupe=dedupe)


@pytest.mark.parametrize(
    "changes, at",
    [
        ({"items": "items[0]"}, ("items",)),
        ({"items": "a("}, ("items",)),
        ({"total": "a("}, ("total",)),
        ({"offset": None, "cursor": {"param": "c", "path": "a("}}, ("cursor", "path")),
    ],
)
async def test_paths_that_are_none_are_told_at_load(changes: Any, at: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        await read(Script([]), {**OFFSET, **changes})

    assert {finding.at for finding in caught.value.findings} == {("paginate", *at)}
