"""What is sent: no value can become anything but a value."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from connectors.errors import NeedInput
from connectors.faults import ConfigError
from connectors.message.draft import Draft
from connectors.message.request import Request
from connectors.words import Billed
from tests.one_connector import KIT, bureau, question, sent

NASTY = ["../admin", "a/b", "a?b=c", "a#b", "a%2e%2e", "{other}", "a b", "测试", "a;b", "\\..\\"]


def named(name: str) -> Any:
    return question({"id_number": "X1", "name": name})


async def refusal(name: str, **changes: Any) -> NeedInput:
    with pytest.raises(NeedInput) as caught:
        await sent(named(name), **changes)
    return caught.value


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/p/${subject.name}/end"},
        {"path": "/p/{who}/end", "path_params": {"who": "${subject.name}"}},
    ],
)
async def test_a_value_stays_within_its_segment(name: str, request_: Any) -> None:
    wire = await sent(named(name), request=request_)
    _, first, second, last = wire.target.split("/")

    assert (first, unquote(second), last) == ("p", name, "end")
    assert not set(second) & set("?#{} ")


@pytest.mark.parametrize("name", ["", ".", ".."])
@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/p/${subject.name}/end"},
        {"path": "/p/{who}/end", "path_params": {"who": "${subject.name}"}},
    ],
)
async def test_a_value_can_not_climb_nor_be_missing(name: str, request_: Any) -> None:
    error = await refusal(name, request=request_)

    assert error.note == "path segment"
    assert error.billed is Billed.NO


async def test_one_parameter_can_not_name_another() -> None:
    request = {
        "path": "/{a}/{b}",
        "path_params": {"a": "${subject.name}", "b": "${subject.id_number}"},
    }

    assert (await sent(named("{b}"), request=request)).target == "/%7Bb%7D/X1"


@pytest.mark.parametrize("name", ["a\r\nX-Admin: 1", "a\nb", "a\x00b", "a\x7f", "测试", "é"])
async def test_a_header_takes_no_value_that_could_end_it(name: str) -> None:
    error = await refusal(name, request={"headers": {"X-Name": "${subject.name}"}})

    assert name not in str(error)
    assert error.__cause__ is None


@given(st.text(max_size=20))
async def test_a_query_value_is_one_value(name: str) -> None:
    request = {"method": "GET", "params": {"q": "${subject.name}", "z": "1"}}
    if any(0xD800 <= ord(each) <= 0xDFFF for each in name):
        await refusal(name, request=request)
        return
    target = (await sent(named(name), request=request)).target
    first, last = target.partition("?")[2].split("&")

    assert unquote(first.partition("=")[2]) == name
    assert last == "z=1"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
async def test_json_holds_a_value_whatever_is_in_it(name: str) -> None:
    request = {"json": {"name": "${subject.name}", "n": ["x${subject.name}"]}}

    assert json.loads((await sent(named(name), request=request)).body) == {
        "name": name,
        "n": [f"x{name}"],
    }


async def test_xml_holds_a_value_as_text() -> None:
    request = {"xml": "<a b='${subject.name}'>${subject.name}</a>"}
    name = "</a><admin/>&x;'\"]]>"
    root = etree.fromstring((await sent(named(name), request=request)).body)

    assert (root.text, root.get("b"), len(root)) == (name, name, 0)
    await refusal("\x00", request=request)


async def test_a_form_field_is_one_field() -> None:
    wire = await sent(named("a&b=c+d%"), request={"form": {"n": "${subject.name}", "z": 1}})

    assert wire.body == b"n=a%26b%3Dc%2Bd%25&z=1"
    assert dict(wire.headers)["Content-Type"] == "application/x-www-form-urlencoded"


async def test_an_absent_value_sends_nothing() -> None:
    with pytest.raises(NeedInput) as caught:
        await sent(question({}))

    assert str(caught.value) == "score: subject.id_number"


async def test_a_null_is_left_out_where_the_file_says_so() -> None:
    tree = {"a": "${subject.mobile ?? null}", "b": "1"}

    assert (await sent(request={"json": tree})).body == b'{"a":null,"b":"1"}'
    assert (await sent(request={"json": tree, "omit_null": True})).body == b'{"b":"1"}'


async def test_a_document_stands_as_text_in_the_next() -> None:
    wire = await sent(
        named('"}'),
        documents={
            "inner": {"json": {"name": "${subject.name}"}},
            "outer": {"json": {"of": "${documents.inner}"}},
        },
        request={"form": {"data": "${documents.outer}"}, "headers": {"X-L": "3"}},
    )
    outer = json.loads(unquote(wire.body.decode().removeprefix("data=").replace("+", " ")))

    assert json.loads(outer["of"]) == {"name": '"}'}


async def test_a_value_can_not_become_another_field_of_a_form_inside_a_field() -> None:
    wire = await sent(
        named("ann&amount=9"),
        documents={"inner": {"form": {"name": "${subject.name}", "amount": "1"}}},
        request={"form": {"data": "${documents.inner}"}},
    )
    inner = parse_qs(wire.body.decode())["data"][0]

    assert parse_qs(inner) == {"name": ["ann&amount=9"], "amount": ["1"]}


async def test_a_bureaus_headers_are_on_every_request_that_brings_none_of_its_own() -> None:
    of = bureau(headers={"X-App": "gateway", "Accept": "application/json"})
    wire = await sent(of=of, request={"headers": {"accept": "text/xml"}})

    assert [(name, value) for name, value in wire.headers if name.lower() == "accept"] == [
        ("accept", "text/xml")
    ]
    assert ("X-App", "gateway") in wire.headers


@pytest.mark.parametrize(
    "request_, place",
    [
        ({"path": "score"}, ("request", "path")),
        ({"path_params": {"a": "b"}}, ("request", "path_params", "a")),
        ({"params": {"a": "${subject.nothing}"}}, ("request", "params", "a")),
        ({"headers": {"a": "${now | shout}"}}, ("request", "headers", "a")),
        ({"json": {"a": ["${subject.nothing}"]}}, ("request", "json", "a", 0)),
        ({"query": "SELECT 1"}, ("request", "query")),
        ({"path": "/a b"}, ("request", "path")),
        ({"path": "/a?b=c"}, ("request", "path")),
        ({"headers": {"not a name": "a"}}, ("request", "headers", "not a name")),
        ({"bind": {"a": "${subject.name}"}}, ("request", "bind")),
        ({"path": "/{country}/score"}, ("sign",)),
    ],
)
async def test_what_can_not_be_written_is_refused_at_load(
    request_: Any, place: tuple[str | int, ...]
) -> None:
    with pytest.raises(ConfigError) as caught:
        await sent(request=request_)

    assert [one.at for one in caught.value.findings] == [place]


INTO_FIELD = {"kind": "api_key", "key": "${env.KEY:k}", "into": {"field": "key"}}
INTO_PATH = {"kind": "api_key", "key": "${env.KEY:k}", "into": {"path": "key"}}
SIGNED = {"kind": "digest", "algorithm": "md5", "parts": ["a"], "into": {"field": "sign"}}


@pytest.mark.parametrize(
    "changes, fault",
    [
        ({"of": bureau(auth=INTO_FIELD), "request": {"xml": "<a/>"}}, "field key"),
        ({"of": bureau(auth=INTO_PATH)}, "{key}"),
        ({"sign": SIGNED, "request": {"json": ["a"]}}, "field sign"),
    ],
)
async def test_a_place_that_a_message_does_not_have_is_refused_at_load(
    changes: Any, fault: str
) -> None:
    """In service each query would end as NEED_INPUT, as if the subject lacked something."""
    with pytest.raises(ConfigError, match=fault):
        await sent(**changes)


@pytest.mark.parametrize(
    "request_", [{"form": {"a": "b"}, "ascii": True}, {"xml": "<a/>", "omit_null": True}]
)
def test_a_key_that_would_change_nothing_is_refused(request_: Any) -> None:
    with pytest.raises(ValidationError, match="goes with"):
        Request.model_validate(request_)


@pytest.mark.parametrize("headers", [{"not a name": "a"}, {"X-Name": "é"}])
def test_a_bureaus_header_that_could_never_be_sent_is_refused_at_load(headers: Any) -> None:
    with pytest.raises(ConfigError, match="header"):
        bureau(headers=headers).build(KIT)


@pytest.mark.parametrize(
    "more",
    [
        {"auth": {"kind": "bearer", "token": "${env.KEY:t}"}},
        {"headers": {"X-A": "1"}},
        {"sign": SIGNED},
        {"tls": {}},
    ],
)
def test_a_database_takes_nothing_that_only_http_would_honour(more: Any) -> None:
    with pytest.raises(ValidationError, match="a database has no"):
        bureau(base_url=None, transport={"kind": "sql", "dsn": "sqlite:///a.db"}, **more)


@pytest.mark.parametrize("name", ["subject.nmae", "subject.mobile"])
async def test_what_the_cache_ignores_is_something_that_the_request_uses(name: str) -> None:
    with pytest.raises(ConfigError, match=name) as caught:
        await sent(cache={"ttl": "1h", "ignore": [name]})

    assert caught.value.findings[0].at == ("cache", "ignore")


async def test_no_message_prints_whom_it_is_about() -> None:
    request = {"path": "/p/${subject.name}", "params": {"who": "${subject.name}"}}
    wire = await sent(named("zaphod"), request=request)

    assert "zaphod" not in repr(wire)
    assert "zaphod" not in repr(Draft("GET", "/p/zaphod"))


async def test_a_form_inside_a_field_is_in_the_bureaus_charset_too() -> None:
    wire = await sent(
        named("张"),
        of=bureau(transport={"kind": "http", "charset": "gb18030"}),
        documents={"inner": {"form": {"name": "${subject.name}"}}},
        request={"form": {"inner": "${documents.inner}"}},
    )

    assert wire.body == b"inner=name%3D%25D5%25C5"


async def test_a_path_is_in_the_bureaus_charset_too() -> None:
    of = bureau(transport={"kind": "http", "charset": "gb18030"})
    request = {"path": "/a/${subject.name}/{b}", "path_params": {"b": "${subject.name}"}}

    assert (await sent(named("张"), of=of, request=request)).target == "/a/%D5%C5/%D5%C5"


async def test_only_the_documents_of_this_message_are_rendered() -> None:
    """Others may need what is not known yet."""
    wire = await sent(
        named("ann"),
        documents={
            "name": {"text": "${subject.name}"},
            "later": {"text": "${subject.mobile}"},
        },
        request={"text": "${documents.name}"},
    )

    assert wire.body == b"ann"


async def test_a_sealed_document_stands_as_text_with_its_iv_beside_it() -> None:
    seal = {
        "kind": "aes_cbc",
        "key": "${env.AES:0123456789abcdef}",
        "iv": "apart",
        "encoding": "hex",
    }
    wire = await sent(
        named("ann"),
        documents={"data": {"json": {"name": "${subject.name}"}, "seal": [seal]}},
        request={"json": {"data": "${documents.data}", "iv": "${documents.data.iv}"}},
    )
    body = json.loads(wire.body)
    cipher = Cipher(AES(b"0123456789abcdef"), CBC(bytes.fromhex(body["iv"])))
    plain = cipher.decryptor().update(bytes.fromhex(body["data"]))

    assert plain == b'{"name":"ann"}\x02\x02'
