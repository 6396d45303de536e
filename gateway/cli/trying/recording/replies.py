"""A bureau's answers as a test scripts them, less whom they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlencode

from connectors.assembly import stated_rows
from connectors.codec import Form
from connectors.codec.json import read_json
from connectors.contract import WireReply
from connectors.errors import NotSent
from connectors.spec import ConnectorSpec

from ..tap import Exchange
from .markup import scrubbed_markup
from .scrub import Scrub

_LONGEST_WORD = 16
"""Letters from which on a text in a login's answer may be a secret."""


def scripted_reply(exchange: Exchange, spec: ConnectorSpec, scrub: Scrub) -> dict[str, object]:
    """Write one answer as YAML will have it."""
    reply = exchange.reply
    if not isinstance(reply, WireReply):
        return {"fails": "not_sent" if isinstance(reply, NotSent) else "lost"}
    written: dict[str, object] = {} if reply.status == 200 else {"status": reply.status}  # noqa: PLR2004 - what is not said
    named = {name.lower() for name in _read_headers(spec)}
    headers = {
        name: scrub.text(value) for name, value in reply.headers.items() if name.lower() in named
    }
    if headers:
        written["headers"] = headers
    return {**written, **_body(reply.body, exchange, spec, scrub)}


def _read_headers(spec: ConnectorSpec) -> Iterator[str]:
    """Name the headers on which a meaning hangs; all others are left out."""
    for _, row in stated_rows(spec):
        yield from row.header
        if row.wait is not None:
            yield row.wait.header


def _body(body: bytes, exchange: Exchange, spec: ConnectorSpec, scrub: Scrub) -> dict[str, object]:
    text = body.decode(errors="replace")
    try:
        document = scrub.tree(read_json(text))
    except ValueError:
        return {"text": _text(text, spec, scrub)}
    if exchange.is_login:
        document = _without_words(document)
    if exchange.wire.method == "SQL" and isinstance(document, Mapping):
        return {"rows": document.get("rows", [])}
    return {"json": document}


def _text(text: str, spec: ConnectorSpec, scrub: Scrub) -> str:
    stripped = text.strip()
    if stripped[:1] == "<" and (markup := scrubbed_markup(stripped, scrub.text)) is not None:
        return markup
    if isinstance(spec.response.codec, Form):
        pairs = parse_qsl(text, keep_blank_values=True)
        return urlencode([(name, scrub.text(value)) for name, value in pairs])
    return scrub.plain(text)


def _without_words(node: object) -> object:
    """Cut what may be a secret of the session: a login's answer has more than its token."""
    if isinstance(node, Mapping):
        return {name: _without_words(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_without_words(each) for each in node]
    if isinstance(node, str) and len(node) >= _LONGEST_WORD and not node.startswith("test-"):
        return f"(cut: {len(node)} letters)"
    return node
