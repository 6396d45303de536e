"""What is kept of an answer, and what can be read of it again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from datachannel.v1 import user_info_pb2

from connectors.answer.decoding import kept, read_again
from connectors.answer.reading import Reading, Told
from connectors.assembly import assemble
from connectors.codec import Form, Json, Text, Xml
from connectors.connector import Connector
from connectors.contract import Query, WireReply
from connectors.errors import ConnectorError
from connectors.kit import RawAnswer
from connectors.words import FieldStatus, Outcome
from tests.one_connector import KIT, Wires, bureau, connector, question

SCOPE = {"subject": {"id_number": "X1"}}


@dataclass
class Shelf:
    """Keeps them where a test can see them."""

    kept: list[RawAnswer] = field(default_factory=list)

    def keep(self, _query: Query, answer: RawAnswer) -> None:
        self.kept.append(answer)


def built(answer: WireReply, shelf: Shelf, **changes: Any) -> Connector:
    kit = replace(KIT, raw_answers=shelf)
    main = assemble(connector(**changes), kit, bureau().build(kit, Wires(answer))).main
    assert main is not None
    return main.connector


def asked(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None, **changes: Any
) -> tuple[list[RawAnswer], Reading]:
    shelf = Shelf()
    one = built(WireReply(status, headers or {}, body), shelf, **changes)
    with contextlib.suppress(ConnectorError):
        asyncio.run(one(question()))
    return shelf.kept, one.reading


def again(answer: RawAnswer, reading: Reading) -> Told:
    return reading.reread(answer.status, answer.headers, answer.document, SCOPE)


def test_an_answer_is_kept_as_it_is_mapped() -> None:
    (answer,), reading = asked(
        b'{"code": "0", "risk": 0.50, "photo": "xxx", "in": "{\\"a\\": 1}"}',
        headers={"x-trace": "t", "set-cookie": "s"},
        response={"drop": ["photo"], "nested": [{"path": "in", "codec": "json"}]},
    )

    assert answer.document == b'{"code":"0","risk":0.50,"in":{"a":1}}'
    assert (answer.connector, answer.version, answer.status) == ("score", "1.0.0", 200)
    assert answer.headers == {"x-trace": "t"}
    told = again(answer, reading)
    assert told.outcome is Outcome.HIT
    assert user_info_pb2.UserInfo.FromString(told.user_info).fraud.gang_risk == 0.5
    assert "0.50" not in repr(answer)


def test_a_new_mapping_reads_what_the_old_one_left() -> None:
    (answer,), _ = asked(b'{"code": "0", "risk": "0.5", "more": "0.25"}')
    _, anew = asked(b"", mapping={"fraud.gang_risk": {"path": "more", "type": "ratio"}})

    told = again(answer, anew)
    assert user_info_pb2.UserInfo.FromString(told.user_info).fraud.gang_risk == 0.25
    assert told.notes["fraud.gang_risk"].status is FieldStatus.PRESENT


def test_new_rows_may_read_an_answer_that_no_old_one_knew() -> None:
    (answer,), reading = asked(b'{"code": "7"}')
    with pytest.raises(ConnectorError):
        again(answer, reading)

    rows = [{"outcome": "NO_HIT", "status": 200, "body": {"code": "7"}}]
    _, anew = asked(b"", outcomes=rows)
    assert again(answer, anew).outcome is Outcome.NO_HIT


def test_xml_is_kept_as_xml_whatever_charset_it_came_in() -> None:
    body = (
        '<?xml version="1.0" encoding="GBK"?>'
        '<r><c>0</c><n>张三</n><in>{"a": [1, 2]}</in><p>x</p>t</r>'
    )
    changes: dict[str, Any] = {
        "response": {
            "codec": "xml",
            "nested": [{"xpath": "//in", "codec": "json"}],
            "drop": ["//p"],
        },
        "outcomes": [{"outcome": "HIT", "body": {"//c": "0", "//in/a[2]": "2"}}],
        "mapping": {"attributes.name": {"xpath": "//n", "type": "string"}},
    }
    (answer,), reading = asked(body.encode("gbk"), **changes)

    assert b"<p>" not in answer.document
    assert "张三".encode() in answer.document
    assert again(answer, reading).counts.mapped == 1


def test_an_empty_answer_is_kept_as_such() -> None:
    rows = [{"outcome": "NO_HIT", "status": 204, "body": "empty"}]
    (answer,), reading = asked(b"", 204, outcomes=rows)

    assert answer.document == b""
    assert again(answer, reading).outcome is Outcome.NO_HIT


@pytest.mark.parametrize(
    "body, changes",
    [
        (b"<html>", {}),
        (
            b'{"code": "0", "who": "X2"}',
            {"response": {"subject_check": [{"path": "who", "equals": "${subject.id_number}"}]}},
        ),
        (
            b'{"code": "unknown", "who": "X2"}',
            {"response": {"subject_check": [{"path": "who", "equals": "${subject.id_number}"}]}},
        ),
        (
            b'{"code": "0"}',
            {"response": {"subject_check": [{"path": "who", "equals": "${subject.id_number}"}]}},
        ),
        (
            b'{"code": "6"}',
            {"outcomes": [{"outcome": "SUBJECT_MISMATCH", "body": {"code": "6"}}]},
        ),
        (
            b'{"code": "5"}',
            {"outcomes": [{"outcome": "NEED_MORE", "body": {"code": "5"}}]},
        ),
    ],
)
def test_no_page_nobody_elses_data_and_nothing_that_is_not_over_is_kept(
    body: bytes, changes: Any
) -> None:
    assert asked(body, **changes)[0] == []


def test_all_pages_are_kept_as_one_answer() -> None:
    """`tests/unit/test_pages.py` tells how they become one."""
    (answer,), _ = asked(
        b'{"code": "0", "items": [1], "total": 1}',
        paginate={"items": "items", "page": {"param": "p"}, "total": "total"},
    )

    assert answer.document == b'{"code":"0","items":[1],"total":1}'


@pytest.mark.parametrize(
    "document",
    [
        {"a": [1, Decimal("1.50"), "00", None, True, {"b": 10**30}]},
        [],
        "text, and no JSON: <x>",
        "张三",
        Decimal("0.1"),
    ],
)
def test_what_is_kept_is_read_again_as_it_was(document: object) -> None:
    assert read_again(kept(document)) == document


@pytest.mark.parametrize(
    "codec, body",
    [
        (Json(kind="json"), b'{"a":[1,1.5,"00",null,true],"\xe5\xbc\xa0":1e5}'),
        (Form(kind="form", charset="gbk"), b"a=1&b=%D5%C5+x&c="),
        (Text(kind="text"), b" a\r\n"),
        (Xml(kind="xml", charset="gbk"), '<r a="1">张<b/>t</r>'.encode("gbk")),
    ],
)
def test_a_codec_reads_what_it_wrote(codec: Any, body: bytes) -> None:
    document = codec.decode(body)
    read = codec.decode(codec.encode(document))

    assert kept(read) == kept(document)
