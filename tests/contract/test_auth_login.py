"""What a login can say besides its fields: parts rendered first, and signatures of its own."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.errors import NotSent
from connectors.faults import ConfigError
from connectors.transport.replay import Replay

from . import openssl, pinned
from .credentials import LOGIN, build, granted

REQUEST: dict[str, Any] = {"path": "/login", "form": {"user": "${secrets.user}"}}
SIGNED: dict[str, Any] = {
    **LOGIN,
    "request": {
        "path": "/login",
        "documents": {
            "who": {"json": {"user": "${secrets.user}", "nonce": "${nonce}"}},
            "seed": {"text": "${documents.who | length}"},
        },
        "form": {"data": "${documents.who}", "size": "${documents.seed}"},
        "sign": [
            {
                "kind": "digest",
                "algorithm": "md5",
                "parts": ["${documents.who}", "${secrets.secret}"],
                "into": {"field": "check"},
            },
            {
                "kind": "hmac",
                "algorithm": "sha256",
                "key": "${secrets.secret}",
                "parts": ["${path}", "${body}"],
                "into": {"header": "X-Signature"},
            },
        ],
    },
}


async def test_a_login_is_signed_as_it_says_itself() -> None:
    bureau = Replay([granted()])
    await build(SIGNED, bureau).values()

    (wire,) = bureau.sent
    fields = parse_qs(wire.body.decode())
    (data,) = fields["data"]
    assert data.startswith('{"user":"me","nonce":"')
    assert fields["size"] == [str(len(data))]
    check = hashlib.md5(f"{data}s3cret".encode(), usedforsecurity=False).hexdigest()
    assert fields["check"] == [check]
    mac = hmac.digest(b"s3cret", b"/login" + wire.body, "sha256").hex()
    assert dict(wire.headers)["X-Signature"] == mac


@openssl.needs_openssl
async def test_a_login_may_be_signed_with_a_key_of_ours(tmp_path: Any) -> None:
    sign = {"kind": "rsa", "key": "${secrets.rsa}", "parts": ["${body}"], "into": {"header": "S"}}
    bureau = Replay([granted()])
    await build({**LOGIN, "request": {**REQUEST, "sign": sign}}, bureau).values()

    (wire,) = bureau.sent
    signature = bytes.fromhex(dict(wire.headers)["S"])
    contents = {"k": pinned.RSA_PUBLIC.encode(), "s": signature, "m": wire.body}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    told = openssl.run(
        *("dgst", "-sha256", "-verify", tmp_path / "k"),
        *("-signature", tmp_path / "s", tmp_path / "m"),
    )
    assert told == b"Verified OK\n"


async def test_a_place_that_nothing_fills_is_not_sent() -> None:
    bureau = Replay([granted()])
    auth = build({**LOGIN, "request": {"path": "/login/{signature}"}}, bureau)

    with pytest.raises(NotSent, match="path"):
        await auth.values()
    assert bureau.sent == []


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"documents": {"a": {"text": "${subject.name}"}}}, ("request",)),
        ({"documents": {"a": {"text": "${nothing.there}"}}}, ("request", "documents", "a")),
        ({"sign": [{**SIGNED["request"]["sign"][0], "parts": ["${x.y}"]}]}, ("request", "sign", 0)),
    ],
)
def test_what_a_login_can_not_know_is_told_with_its_place(
    wrong: dict[str, Any], at: tuple[str | int, ...]
) -> None:
    with pytest.raises(ConfigError) as caught:
        build({**LOGIN, "request": {**REQUEST, **wrong}})

    assert caught.value.findings[0].at[: len(at)] == at
