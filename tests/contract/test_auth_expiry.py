"""How long a token is used, by what each bureau says of it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.auth import AnyAuth, Auth
from connectors.contract import WireReply
from connectors.errors import NotSent
from connectors.faults import ConfigError
from connectors.transport.replay import Replay
from tests.standins import HandClock, make_kit

from .credentials import LANGUAGE, LOGIN, settle

NOW = 1_760_001_000
"""What the hand clock says at first: 2025-10-09T09:10:00Z."""


def claiming(claims: object) -> str:
    payload = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{payload}.c2ln"


def login(expires: dict[str, Any], **answer: object) -> tuple[Auth, HandClock, Replay]:
    clock = HandClock()
    reply = WireReply(200, {}, json.dumps({"code": 0, "tokenid": "tok-1", **answer}).encode())
    bureau = Replay([reply, reply])
    config = {**LOGIN, "expires": expires, "refresh_before": "60s"}
    model = TypeAdapter[AnyAuth](AnyAuth).validate_python(config)
    language = replace(LANGUAGE, timezone=ZoneInfo("Asia/Shanghai"))
    return model.build(make_kit(clock=clock), language, bureau, "acme"), clock, bureau


@pytest.mark.parametrize(
    ("expires", "answer"),
    [
        ({"after": "10m"}, {}),
        ({"in_path": "ttl"}, {"ttl": 600}),
        ({"in_path": "ttl"}, {"ttl": "600"}),
        ({"at_path": "end"}, {"end": NOW + 600}),
        ({"at_path": "end"}, {"end": f"{NOW + 600}"}),
        ({"at_path": "end"}, {"end": (NOW + 600) * 1000}),
        ({"at_path": "end"}, {"end": "2025-10-09T09:20:00Z"}),
        ({"at_path": "end"}, {"end": "2025-10-09T11:20:00.5+02:00"}),
        ({"at_path": "end"}, {"end": "2025-10-09 17:20:00"}),
        ({"jwt": True}, {"tokenid": claiming({"exp": NOW + 600})}),
        ({"jwt": True}, {"tokenid": claiming({"exp": NOW + 600.5})}),
    ],
)
async def test_a_token_is_used_to_its_end(
    expires: dict[str, Any], answer: dict[str, object]
) -> None:
    auth, clock, bureau = login(expires, **answer)
    asked = []
    for elapsed in (0, 539, 2):
        await clock.sleep(elapsed)
        await auth.values()
        await settle()
        asked.append(len(bureau.sent))

    assert asked == [1, 1, 2]


@pytest.mark.parametrize(
    ("expires", "answer"),
    [
        ({"in_path": "ttl"}, {}),
        ({"in_path": "ttl"}, {"ttl": "soon"}),
        ({"in_path": "ttl"}, {"ttl": 0}),
        ({"at_path": "end"}, {}),
        ({"at_path": "end"}, {"end": "tomorrow"}),
        ({"at_path": "end"}, {"end": NOW - 1}),
        ({"at_path": "end"}, {"end": "2025-10-09 09:20:00"}),  # of the bureau's zone: long ago
        ({"jwt": True}, {}),
        ({"jwt": True}, {"tokenid": "a.b.c"}),
        ({"jwt": True}, {"tokenid": claiming([])}),
        ({"jwt": True}, {"tokenid": claiming({"exp": "2025"})}),
        ({"jwt": True}, {"tokenid": claiming({"exp": True})}),
        ({"jwt": True}, {"tokenid": claiming({"exp": NOW})}),
    ],
)
async def test_a_token_of_which_nobody_knows_the_end_is_not_used(
    expires: dict[str, Any], answer: dict[str, object]
) -> None:
    auth, _, _ = login(expires, **answer)

    with pytest.raises(NotSent, match="token") as caught:
        await auth.values()
    assert "tok-1" not in str(caught.value)


@pytest.mark.parametrize(
    "expires", [{}, {"jwt": False}, {"jwt": True, "after": "1h"}, {"in_path": "a", "at_path": "b"}]
)
def test_an_end_is_said_in_one_way(expires: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        login(expires)


@pytest.mark.parametrize("key", ["in_path", "at_path"])
def test_a_path_that_is_none_is_told_at_load(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        login({key: "a[?"})
    assert caught.value.findings[0].at == ("expires", key)
