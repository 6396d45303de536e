"""One example of every kind of credential, and a bureau to get tokens from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from connectors.auth import AnyAuth, Auth
from connectors.contract import Transport, Wire, WireReply
from connectors.errors import ConnectorError
from connectors.message.body import FormBody
from connectors.message.draft import Draft
from connectors.template import Language
from connectors.transport.replay import Replay
from tests.standins import HandClock, make_kit

from . import pinned

SECRETS = {
    "id": "client-7",
    "secret": "s3cret",
    "user": "me",
    "password": "p:w",
    "rsa": pinned.RSA_PRIVATE,
}
LANGUAGE = Language({"subject": {"name": str}}, secrets=SECRETS.__getitem__)
DRAFT = Draft("POST", "/score/{token}", params=(("a", "1"),), body=FormBody((("b", "2"),)))

LOGIN = {
    "kind": "login",
    "request": {"path": "/login", "form": {"user": "${secrets.user}", "at": "${now | unix}"}},
    "success": {"status": 200, "body": {"code": 0}},
    "token_path": "tokenid",
    "expires": {"after": "1h"},
    "into": {"field": "tokenid"},
}
OAUTH2 = {
    "kind": "oauth2_client_credentials",
    "token_url": "/oauth2/token",
    "client_id": "${secrets.id}",
    "client_secret": "${secrets.secret}",
}
JWT = {
    "kind": "jwt",
    "algorithm": "RS256",
    "key": "${secrets.rsa}",
    "kid": "k1",
    "claims": {"iss": "${secrets.id}", "aud": "https://acme.example"},
}

EXAMPLES: list[dict[str, Any]] = [
    {"kind": "none"},
    {"kind": "api_key", "key": "${secrets.secret}", "into": {"header": "X-Key"}},
    {"kind": "basic", "username": "${secrets.user}", "password": "${secrets.password}"},
    {"kind": "bearer", "token": "${secrets.secret}"},
    JWT,
    LOGIN,
    OAUTH2,
    {
        **OAUTH2,
        "kind": "oauth2_password",
        "username": "${secrets.user}",
        "password": "${secrets.password}",
    },
]
every_kind = pytest.mark.parametrize("config", EXAMPLES, ids=lambda config: str(config["kind"]))


def granted(token: str = "tok-1", lifetime: object = 3600) -> WireReply:  # noqa: S107 (a fake)
    answer = {"code": 0, "tokenid": token, "access_token": token, "expires_in": lifetime}
    return WireReply(200, {}, json.dumps(answer).encode())


def build(
    config: Mapping[str, Any], transport: Transport | None = None, clock: HandClock | None = None
) -> Auth:
    model = TypeAdapter[AnyAuth](AnyAuth).validate_python(config)
    bureau = transport or Replay([granted()])
    return model.build(make_kit(clock=clock), LANGUAGE, bureau, "acme")


async def settle() -> None:
    """Let what goes on beside the test come to its end."""
    for _ in range(10):
        await asyncio.sleep(0)


class Held:
    """A bureau that answers when it is told to."""

    def __init__(self, reply: WireReply | ConnectorError) -> None:
        self.asked = 0
        self.answer = asyncio.Event()
        self._reply = reply

    async def send(self, _: Wire) -> WireReply:
        self.asked += 1
        await self.answer.wait()
        if isinstance(self._reply, ConnectorError):
            raise self._reply
        return self._reply

    async def aclose(self) -> None:
        """Nothing is held open."""
