"""Tokens that we make ourselves."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.faults import ConfigError
from tests.standins import HandClock

from . import pinned
from .credentials import DRAFT, JWT, build


def claims(token: object) -> dict[str, Any]:
    payload = str(token).split(".")[1]
    found = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert isinstance(found, dict)
    return found


async def test_a_token_is_the_one_that_openssl_signs() -> None:
    auth = build(JWT)
    applied = auth.apply(DRAFT, await auth.values())

    assert applied.headers == (("Authorization", f"Bearer {pinned.JWT}"),)


async def test_a_token_is_made_anew_before_it_ends() -> None:
    clock = HandClock()
    auth = build({**JWT, "lifetime": "5m", "refresh_before": "30s"}, clock=clock)
    made = []
    for elapsed in (0, 269, 32):
        await clock.sleep(elapsed)
        made.append((await auth.values())["token"])

    assert made[0] == made[1] == pinned.JWT
    assert claims(made[2])["iat"] == claims(made[0])["iat"] + 301
    assert claims(made[2])["exp"] == claims(made[2])["iat"] + 300


async def test_a_token_that_is_refused_is_made_anew() -> None:
    clock = HandClock()
    auth = build({**JWT, "claims": {"jti": "${nonce}", "sub": 7}}, clock=clock)
    stale = await auth.values()
    await auth.renew(stale)
    values = await auth.values()

    assert auth.renewable
    assert claims(values["token"])["jti"] != claims(stale["token"])["jti"]
    assert claims(values["token"])["sub"] == 7


@pytest.mark.parametrize("wrong", [{"claims": {"exp": 1}}, {"lifetime": "500ms"}])
def test_a_token_tells_its_times_itself(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build({**JWT, **wrong})


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({"claims": {"sub": "${subject.name}"}}, ("claims",)),
        ({"key": "hunter2"}, ("key",)),
        ({"key": "${secrets.password}"}, ("key",)),
    ],
)
def test_what_makes_no_token_is_told_at_load(wrong: dict[str, Any], at: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        build({**JWT, **wrong})

    assert caught.value.findings[0].at == at
    assert "hunter2" not in str(caught.value)
