"""WS-Security UsernameToken, in the header of a SOAP message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree
from pydantic import TypeAdapter

from connectors.contract import Attempt
from connectors.faults import ConfigError
from connectors.message.body import JsonBody, TextBody
from connectors.message.draft import Draft, finish
from connectors.sign import AnySign, Signatures, SignList, build_signatures
from connectors.template import Language, RenderError, Scope
from tests.standins import make_kit

from . import pinned

LANGUAGE = Language(
    {"now": {"": datetime}, "nonce": {"": str}},
    secrets={"user": "me & co", "password": "p:w", "hmac": "s3cret"}.__getitem__,
)
SCOPE: Scope = {
    "now": {"": datetime(2025, 10, 9, 9, 10, tzinfo=UTC)},
    "nonce": {"": "0001"},
}
WSS = {
    "kind": "wss_username_token",
    "username": "${secrets.user}",
    "password": "${secrets.password}",
}
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
NAMES = {
    "wsse": f"{OASIS}wssecurity-secext-1.0.xsd",
    "wsu": f"{OASIS}wssecurity-utility-1.0.xsd",
}
TOKEN = "*[local-name()='Header']/wsse:Security/wsse:UsernameToken"


def envelope(soap: str = SOAP_11, header: str = "") -> str:
    return (
        f'<s:Envelope xmlns:s="{soap}">{header}'
        "<s:Body><q xmlns=''>测试 &amp; 甲</q></s:Body></s:Envelope>"
    )


def build(*models: dict[str, Any]) -> Signatures:
    read = TypeAdapter[tuple[AnySign, ...]](SignList).validate_python(models)
    return build_signatures(read, make_kit(), LANGUAGE)


def signed(text: str, config: dict[str, Any] = WSS) -> str:
    body = build(config).on_draft(Draft("POST", "/", body=TextBody(text, "text/xml")), SCOPE).body
    assert isinstance(body, TextBody)
    assert body.media_type == "text/xml"
    return body.text


def found(text: str, path: str) -> list[Any]:
    nodes = etree.fromstring(text.partition("?>")[2] or text).xpath(path, namespaces=NAMES)
    assert isinstance(nodes, list)
    return nodes


@pytest.mark.parametrize("soap", [SOAP_11, SOAP_12])
@pytest.mark.parametrize("header", ["", "<s:Header><a/></s:Header>"])
def test_a_token_stands_in_the_header(soap: str, header: str) -> None:
    text = signed(envelope(soap, header))

    assert [node.tag for node in found(text, "*")] == [f"{{{soap}}}Header", f"{{{soap}}}Body"]
    assert found(text, f"{TOKEN}/wsse:Username/text()") == ["me & co"]
    assert found(text, f"{TOKEN}/wsse:Password/text()") == [pinned.PASSWORD_DIGEST]
    assert found(text, f"{TOKEN}/wsse:Password/@Type") == [
        f"{OASIS}username-token-profile-1.0#PasswordDigest"
    ]
    assert found(text, f"{TOKEN}/wsse:Nonce/text()") == ["MDAwMQ=="]
    assert found(text, f"{TOKEN}/wsu:Created/text()") == ["2025-10-09T09:10:00Z"]
    security = found(text, "*/wsse:Security")[0]
    assert security.get(f"{{{soap}}}mustUnderstand") == "1"
    assert found(text, "//q/text()") == ["测试 & 甲"]


def test_a_password_may_go_as_it_is() -> None:
    text = signed(envelope(), {**WSS, "type": "text", "must_understand": False})

    assert found(text, f"{TOKEN}/wsse:Password/text()") == ["p:w"]
    assert found(text, f"{TOKEN}/wsse:Password/@Type") == [
        f"{OASIS}username-token-profile-1.0#PasswordText"
    ]
    assert found(text, "*/wsse:Security")[0].attrib == {}


def test_what_the_text_says_of_its_charset_stays() -> None:
    text = signed('<?xml version="1.0" encoding="GBK"?>\n' + envelope())

    assert text.startswith('<?xml version="1.0" encoding="GBK"?>\n<s:Envelope')
    assert text.count("<?xml") == 1


def test_a_later_signature_is_over_the_token() -> None:
    mac = {"kind": "hmac", "algorithm": "sha256", "key": "${secrets.hmac}"}
    signatures = build({**mac, "parts": ["${body}"], "into": {"header": "S"}}, WSS)
    draft = signatures.on_draft(Draft("POST", "/", body=TextBody(envelope())), SCOPE)
    wire = signatures.on_wire(finish(draft, Attempt()), draft, SCOPE)

    assert b"wsse:Security" in wire.body
    assert "S" in dict(wire.headers)


@pytest.mark.parametrize(
    "body", [None, JsonBody({}), TextBody("no xml"), TextBody("<a/>"), TextBody("<a><b></a>")]
)
def test_what_is_no_envelope_is_not_sent(body: Any) -> None:
    with pytest.raises(RenderError) as caught:
        build(WSS).on_draft(Draft("POST", "/", body=body), SCOPE)
    assert caught.value.__context__ is None


def test_a_password_that_stands_in_the_file_is_refused() -> None:
    with pytest.raises(ConfigError, match="never its value") as caught:
        build({**WSS, "password": "hunter2"})
    assert caught.value.findings[0].at == (0, "password")


def test_it_shows_nothing() -> None:
    assert "p:w" not in repr(build(WSS))
