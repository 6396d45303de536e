"""Whatever a value is, a message holds it as one value in its place, or is not sent."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest
from aiohttp import BodyPartReader, web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.contract import Attempt, Wire
from connectors.message.documents import Document, compile_documents
from connectors.message.draft import check_target, finish
from connectors.message.request import Request, compile_request
from connectors.template import Language, Unwritable
from connectors.transport.http import Http
from tests.standins import make_kit

KEY = "0123456789abcdef"
LANGUAGE = Language({"subject": {"name": str}}, secrets={"key": KEY}.__getitem__)
VALUE = "${subject.name}"

PIECES = [
    *"\"'<>&\r\n\t\0\x7f\x1b%/\\;=+ {}[]?#|$:,.-_~^`!()*@測０１é\u2028\ufeff\ufffe\ud800\U0001f600",
    *("../", "..", "%2f", "%00", "\r\n\r\n", "]]>", "<!--", "</n>", "&amp;", "${subject.name}"),
    *("--", "; filename=", '"; name="b', "\\u0022", "' OR '1'='1", "１２３", "{documents.inner}"),
]
NASTY = st.text(max_size=30) | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
CHARSETS = st.sampled_from(["utf-8", "gb18030", "gbk", "iso-8859-1", "ascii"])


@dataclass(frozen=True)
class Way:
    """One place for a value, and how another implementation reads it there."""

    name: str
    request: Mapping[str, Any]
    read: Callable[[Wire, str], object]
    """From a wire and its charset."""
    documents: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def in_path(wire: Wire, charset: str) -> object:
    assert wire.target.startswith("/p/")
    first, value, last = wire.target[1:].split("/")
    assert (first, last) == ("p", "end")
    return unquote(value, charset, "strict")


def in_query(wire: Wire, charset: str) -> object:
    path, _, query = wire.target.partition("?")
    found = parse_qs(query, True, True, charset, "strict", separator="&")
    assert (path, list(found), found["z"]) == ("/", ["q", "z"], ["1"])
    return found["q"][0]


def in_header(wire: Wire, _: str) -> object:
    lines = "".join(f"{name}: {value}\r\n" for name, value in wire.headers)
    head = message_from_bytes(f"{lines}\r\n".encode("ascii"), policy=policy.HTTP)
    assert len(head.keys()) == len(wire.headers)
    return head["X-Name"].strip(" \t")


def in_form(wire: Wire, charset: str) -> object:
    found = parse_qs(wire.body.decode("ascii"), True, True, charset, "strict")
    assert (list(found), found["z"]) == (["n", "z"], ["1"])
    return found["n"][0]


def in_json(wire: Wire, charset: str) -> object:
    found = json.loads(wire.body.decode(charset))
    assert list(found) == ["n", "l"]
    assert found["l"] == [f"x{found['n']}"]
    return found["n"]


def root(body: bytes, charset: str | None) -> Any:
    return etree.fromstring(body, etree.XMLParser(encoding=charset, resolve_entities=False))


def in_xml_text(wire: Wire, charset: str) -> object:
    found = root(wire.body, charset)
    assert ([each.tag for each in found], len(found[0])) == (["n", "z"], 0)
    return found[0].text or ""


def in_xml_attribute(wire: Wire, charset: str) -> object:
    found = root(wire.body, charset)
    assert (len(found), list(found.attrib)) == (0, ["n", "z"])
    return found.get("n")


def in_text(wire: Wire, charset: str) -> object:
    text = wire.body.decode(charset)
    assert text.startswith("<") and text.endswith(">")
    return text[1:-1]


def in_multipart(wire: Wire, charset: str) -> object:
    head = f"Content-Type: {dict(wire.headers)['Content-Type']}\r\n\r\n".encode()
    whole = message_from_bytes(head + wire.body, policy=policy.HTTP)
    assert isinstance(whole, EmailMessage)
    first, last = whole.iter_parts()
    content, end = first.get_payload(decode=True), last.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert (first.get_param("name", header="content-disposition"), end) == ("n", b"1")
    return content.decode(charset)


def in_file_name(wire: Wire, _: str) -> object:
    head = f"Content-Type: {dict(wire.headers)['Content-Type']}\r\n\r\n".encode()
    (part,) = message_from_bytes(head + wire.body, policy=policy.HTTP).iter_parts()
    assert part.get_payload(decode=True) == b"x"
    return part.get_filename()


def in_bind(wire: Wire, _: str) -> object:
    with closing(sqlite3.connect(":memory:")) as database:
        ((found, one),) = database.execute("select :name, :one", dict(wire.bound)).fetchall()
    assert one == 1
    return found


def in_nested_json(wire: Wire, charset: str) -> object:
    return json.loads(str(in_form(wire, charset)))["n"]


def in_nested_xml(wire: Wire, charset: str) -> object:
    return root(str(in_xml_text(wire, charset)).encode(), "utf-8").text or ""


def in_nested_form(wire: Wire, charset: str) -> object:
    inner = json.loads(wire.body.decode(charset))["f"]
    found = parse_qs(inner, True, True, charset, "strict")
    assert list(found) == ["n", "z"]
    return found["n"][0]


def in_sealed(wire: Wire, charset: str) -> object:
    sealed = b64decode(json.loads(wire.body.decode(charset))["d"], validate=True)
    plain = AESGCM(KEY.encode()).decrypt(sealed[:12], sealed[12:], None)
    return json.loads(plain.decode(charset))["n"]


GCM = {"kind": "aes_gcm", "key": "${secrets.key}"}
WAYS = [
    Way("path", {"path": f"/p/{VALUE}/end"}, in_path),
    Way("path_params", {"path": "/p/{who}/end", "path_params": {"who": VALUE}}, in_path),
    Way("query", {"params": {"q": VALUE, "z": "1"}}, in_query),
    Way("header", {"headers": {"X-Name": VALUE, "X-Z": "1"}}, in_header),
    Way("form", {"form": {"n": VALUE, "z": 1}}, in_form),
    Way("json", {"json": {"n": VALUE, "l": [f"x{VALUE}"]}}, in_json),
    Way("json_ascii", {"json": {"n": VALUE, "l": [f"x{VALUE}"]}, "ascii": True}, in_json),
    Way("xml_text", {"xml": f"<r><n>{VALUE}</n><z/></r>"}, in_xml_text),
    Way("xml_attribute", {"xml": f"<r n='{VALUE}' z=\"1\"/>"}, in_xml_attribute),
    Way("text", {"text": f"<{VALUE}>"}, in_text),
    Way("multipart", {"multipart": {"n": VALUE, "z": 1}}, in_multipart),
    Way("file_name", {"multipart": {"f": {"content": "x", "filename": VALUE}}}, in_file_name),
    Way("bind", {"query": "select 1", "bind": {"name": VALUE}}, in_bind),
    Way(
        "json_in_form",
        {"form": {"n": "${documents.inner}", "z": 1}},
        in_nested_json,
        {"inner": {"json": {"n": VALUE}}},
    ),
    Way(
        "xml_in_xml",
        {"xml": "<r><n>${documents.inner}</n><z/></r>"},
        in_nested_xml,
        {"inner": {"xml": f"<i>{VALUE}</i>"}},
    ),
    Way(
        "form_in_json",
        {"json": {"f": "${documents.inner}"}},
        in_nested_form,
        {"inner": {"form": {"n": VALUE, "z": 1}}},
    ),
    Way(
        "sealed",
        {"json": {"d": "${documents.inner}"}},
        in_sealed,
        {"inner": {"json": {"n": VALUE}, "seal": [GCM]}},
    ),
]
every_way = pytest.mark.parametrize("way", WAYS, ids=str)


def written(way: Way, name: str, charset: str = "utf-8") -> Wire:
    """Write a message. Raises `Unwritable`."""
    models = {key: Document.model_validate(each) for key, each in way.documents.items()}
    documents, language = compile_documents(models, make_kit(), LANGUAGE, charset)
    request = compile_request(Request.model_validate(way.request), language, charset)
    scope: dict[str, Mapping[str, object]] = {"subject": {"name": name}}
    documents.into(scope)
    if request.statement is not None:
        bound = {**request.bound(scope), "one": 1}
        return Wire(Attempt(), "SQL", request.statement, bound=bound)
    wire = finish(request.draft(scope), Attempt())
    check_target(wire)
    return wire


@every_way
@given(name=NASTY, charset=CHARSETS)
def test_a_value_is_read_again_exactly_or_was_not_sent(way: Way, name: str, charset: str) -> None:
    refused: Unwritable | None = None
    try:
        wire = written(way, name, charset)
    except Unwritable as error:
        refused = error
    if refused is None:
        assert way.read(wire, charset) == name
        return
    assert len(str(refused)) < 80
    chained: BaseException | None = refused
    while chained is not None:
        assert not isinstance(chained, UnicodeError)  # which would hold the text
        chained = chained.__context__


@every_way
def test_an_ordinary_value_is_sent(way: Way) -> None:
    """Or else to refuse all would do."""
    assert way.read(written(way, "John Doe-Smith Jr"), "utf-8") == "John Doe-Smith Jr"
    if way.name not in {"header", "file_name"}:
        assert way.read(written(way, "李 O'Neil <&>"), "utf-8") == "李 O'Neil <&>"


@dataclass
class Heard:
    """What a server of another make understood."""

    value: object = None


async def _understood(request: web.BaseRequest) -> object:
    """Read a message as aiohttp does; each way has its value in its own place."""
    found: object = request.headers.get("X-Name")
    if request.raw_path.startswith("/p/"):
        found = unquote(request.raw_path.split("/")[2], errors="strict")
    elif "q" in request.query:
        found = request.query["q"]
    elif request.content_type == "application/x-www-form-urlencoded":
        found = (await request.post())["n"]
    elif request.content_type == "multipart/form-data":
        found = await _first(request)
    elif request.content_type == "application/json":
        found = (await request.json()).get("n")
    elif request.content_type == "text/xml":
        element = root(await request.read(), None)
        found = element.get("n") if element.attrib else element[0].text or ""
    elif request.content_type == "text/plain":
        found = (await request.text())[1:-1]
    return found


async def _first(request: web.BaseRequest) -> object:
    part = await (await request.multipart()).next()
    assert isinstance(part, BodyPartReader)
    content = await part.read()
    return part.filename or bytes(content).decode()


@asynccontextmanager
async def hearing() -> AsyncIterator[tuple[str, Heard]]:
    heard = Heard()

    async def handle(request: web.BaseRequest) -> web.Response:
        heard.value = await _understood(request)
        return web.json_response({})

    runner = web.ServerRunner(web.Server(handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}", heard
    finally:
        await runner.cleanup()


ON_THE_WIRE = [way for way in WAYS if not way.documents and way.name != "bind"]
SAMPLES = [*PIECES, "測試 甲", "a" * 5000, "John", " x ", "x\r\nX-Admin: 1", "a&z=2", "a\0b"]


@pytest.mark.parametrize("way", ON_THE_WIRE, ids=str)
async def test_a_server_understands_what_was_sent(way: Way) -> None:
    sent = 0
    async with hearing() as (url, heard):
        transport = Http().build(make_kit(), "acme", url)
        try:
            for name in SAMPLES:
                try:
                    wire = written(way, name)
                except Unwritable:
                    continue
                heard.value = None
                assert (await transport.send(wire)).status == 200
                assert heard.value == name
                sent += 1
        finally:
            await transport.aclose()
    assert sent > 5
