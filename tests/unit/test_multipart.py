"""Bodies of several parts."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Attempt, Wire
from connectors.faults import ConfigError
from connectors.message.draft import Draft, finish
from connectors.message.multipart import MultipartBody, Part, write_multipart
from connectors.message.request import Request, compile_request
from connectors.template import Language, Scope, Unwritable

LANGUAGE = Language(
    {"subject": {"name": str, "mobile": str}}, open={"application.attachments": bytes}
)
PDF = b"%PDF-1.4\r\n--x\r\n\x00\xff"
FILE = {
    "content": "${application.attachments.statement}",
    "filename": "statement.pdf",
    "content_type": "application/pdf",
}


BOUNDARY = "cec0aa3509b86142744b3d63542bf838"


def wire(multipart: Any, charset: str = "utf-8", **more: Any) -> Wire:
    request = Request.model_validate({"path": "/", "multipart": multipart, **more})
    draft = compile_request(request, LANGUAGE, charset).draft
    scope: Scope = {
        "subject": {"name": "测试 & Co"},
        "application": {"attachments.statement": PDF},
    }
    return finish(draft(scope), Attempt())


def parts(sent: Wire) -> list[tuple[str, str | None, str, bytes]]:
    """Read as another implementation does."""
    head = f"Content-Type: {dict(sent.headers)['Content-Type']}\r\n\r\n".encode()
    whole = message_from_bytes(head + sent.body, policy=policy.HTTP)
    assert isinstance(whole, EmailMessage)
    found = []
    for part in whole.iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        name = str(part.get_param("name", header="content-disposition"))
        kind = str(part["content-type"] or "")
        found.append((name, part.get_filename(), kind, content))
    return found


def test_a_file_stands_beside_fields() -> None:
    sent = wire({"file": FILE, "note": "${subject.name}", "pages": 3})

    assert parts(sent) == [
        ("file", "statement.pdf", "application/pdf", PDF),
        ("note", None, "", "测试 & Co".encode()),
        ("pages", None, "", b"3"),
    ]


def test_the_same_message_is_the_same_bytes() -> None:
    assert wire({"file": FILE}) != wire({"file": FILE, "a": "b"})
    assert wire({"file": FILE}).body == wire({"file": FILE}).body


def test_its_bytes_are_pinned() -> None:
    body, kind = write_multipart(MultipartBody((Part("a", "1"),)), "utf-8")

    assert kind == f"multipart/form-data; boundary={BOUNDARY}"
    head = 'Content-Disposition: form-data; name="a"'
    assert body == f"--{BOUNDARY}\r\n{head}\r\n\r\n1\r\n--{BOUNDARY}--\r\n".encode()


def test_a_boundary_stands_in_no_part() -> None:
    _, kind = write_multipart(MultipartBody((Part("a", "1"),)), "utf-8")
    likely = kind.rpartition("=")[2]
    again = sha256(likely.encode()).hexdigest()[:32]

    for content in (likely, likely + again):
        body, kind = write_multipart(MultipartBody((Part("a", content),)), "utf-8")
        assert body.count(kind.rpartition("=")[2].encode()) == 2


def test_what_is_null_is_left_out_where_the_file_says_so() -> None:
    note = {"a": "1", "note": "${subject.mobile ?? null}"}

    assert len(parts(wire(note))) == 2
    assert len(parts(wire(note, omit_null=True))) == 1


def test_fields_are_in_the_charset_of_the_bureau() -> None:
    assert parts(wire({"n": "${subject.name}"}, "gb18030"))[0][3] == "测试 & Co".encode("gb18030")
    with pytest.raises(Unwritable) as caught:
        wire({"n": "${subject.name}"}, "ascii")
    assert "测" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["", "..", "../a", "a/b", "a\\b", 'a"b', "a\r\nb", "a\x00", "测.pdf", "a;b", "a" * 300]
)
def test_a_file_name_is_plain(name: str) -> None:
    with pytest.raises(Unwritable) as caught:
        write_multipart(MultipartBody((Part("f", b"", name),)), "utf-8")
    assert not name or name not in str(caught.value)


@pytest.mark.parametrize(
    "multipart",
    [{'a"b': "c"}, {"a\r\nb": "c"}, {"a": {**FILE, "filename": "../x"}}, {"a": "${subject.no}"}],
)
def test_what_could_break_out_is_refused_at_load(multipart: Any) -> None:
    with pytest.raises(ConfigError):
        wire(multipart)


@pytest.mark.parametrize(
    "request_",
    [
        {"multipart": {"a": {**FILE, "content_type": "text/plain\r\nX: y"}}},
        {"multipart": {"a": "b"}, "json": {}},
        {"multipart": {"a": "b"}, "ascii": True},
    ],
)
def test_what_is_no_body_of_several_parts_is_refused(request_: Any) -> None:
    with pytest.raises(ValidationError):
        Request.model_validate(request_)


def test_a_credential_or_a_signature_may_be_one_of_its_fields() -> None:
    body = MultipartBody((Part("a", "1"), Part("file", PDF, "x.pdf")))
    draft = Draft("POST", "/", body=body).with_field("sign", "s").with_field("a", "2")

    assert draft.fields() == (("a", "2"), ("sign", "s"))


def test_a_text_that_is_one_reference_to_bytes_gives_them_as_they_are() -> None:
    request = Request.model_validate({"text": "${application.attachments.statement}"})
    draft = compile_request(request, LANGUAGE, "utf-8").draft
    sent = finish(draft({"application": {"attachments.statement": PDF}}), Attempt())

    assert (sent.body, dict(sent.headers)) == (PDF, {"Content-Type": "application/octet-stream"})
