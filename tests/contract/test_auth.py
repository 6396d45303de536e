"""Laws that every kind of credential keeps."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from connectors.auth import AnyAuth
from connectors.faults import ConfigError
from connectors.message.body import JsonBody
from connectors.message.draft import Draft
from connectors.transport.replay import Replay

from .credentials import DRAFT, EXAMPLES, LOGIN, OAUTH2, build, every_kind, granted


def test_every_kind_has_an_example() -> None:
    kinds = {get_args(m.model_fields["kind"].annotation)[0] for m in get_args(get_args(AnyAuth)[0])}

    assert {config["kind"] for config in EXAMPLES} == kinds


@every_kind
async def test_what_it_gives_is_what_it_says(config: dict[str, Any]) -> None:
    auth = build(config)

    assert frozenset(await auth.values()) == auth.references


@every_kind
async def test_it_only_ever_adds(config: dict[str, Any]) -> None:
    auth = build(config)
    applied = auth.apply(DRAFT, await auth.values())

    assert (applied.method, applied.path) == (DRAFT.method, DRAFT.path)
    assert set(DRAFT.params) <= set(applied.params)
    assert set(DRAFT.fields()) <= set(applied.fields())


@every_kind
async def test_nothing_of_it_prints(config: dict[str, Any]) -> None:
    auth = build(config)
    values = await auth.values()
    shown = f"{auth!r} {values!r} {values} {auth.apply(DRAFT, values)!r}"

    assert not any(secret in shown for secret in ("s3cret", "p:w", "tok-1", "bWU6cDp3"))


@every_kind
async def test_an_unknown_key_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        build({**config, "refresh_befor": "60s"})


@pytest.mark.parametrize(
    ("into", "expected"),
    [
        ({"header": "X-Key"}, Draft("POST", "/{token}", headers=(("X-Key", "s3/cret"),))),
        ({"query": "k"}, Draft("POST", "/{token}", params=(("k", "s3/cret"),))),
        ({"path": "token"}, Draft("POST", "/s3%2Fcret")),
        (
            {"header": "A", "format": "ApiKey {token}"},
            Draft("POST", "/{token}", headers=(("A", "ApiKey s3/cret"),)),
        ),
    ],
)
async def test_a_key_goes_where_it_is_told(into: dict[str, str], expected: Draft) -> None:
    auth = build({"kind": "api_key", "key": "${env.KEY:s3/cret}", "into": into})

    assert auth.apply(Draft("POST", "/{token}"), await auth.values()) == expected


async def test_a_key_goes_into_json_as_well() -> None:
    auth = build({"kind": "api_key", "key": "${env.KEY:k}", "into": {"field": "key"}})
    applied = auth.apply(Draft("POST", "/", body=JsonBody({"a": 1})), await auth.values())

    assert applied.body == JsonBody({"a": 1, "key": "k"})


@pytest.mark.parametrize(
    "into",
    [{}, {"header": "A", "query": "b"}, {"header": "A", "format": "Bearer {signature}"}],
)
def test_a_key_goes_to_one_place(into: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        build({"kind": "api_key", "key": "${env.KEY:k}", "into": into})


async def test_basic_is_written_as_its_standard_says() -> None:
    auth = build({"kind": "basic", "username": "${secrets.user}", "password": ""})
    applied = auth.apply(DRAFT, await auth.values())

    assert applied.headers == (("Authorization", "Basic bWU6"),)


def test_a_key_is_nobodys() -> None:
    with pytest.raises(ConfigError) as caught:
        build({"kind": "api_key", "key": "${subject.name}", "into": {"header": "X"}})
    assert caught.value.findings[0].at == ("key",)


def test_a_login_is_nobodys() -> None:
    with pytest.raises(ConfigError) as caught:
        build({**LOGIN, "request": {"path": "/login", "form": {"who": "${subject.name}"}}})
    assert caught.value.findings[0].at == ("request",)


@pytest.mark.parametrize(
    "auth",
    [
        {"kind": "api_key", "key": "hunter2", "into": {"header": "X-Key"}},
        {"kind": "bearer", "token": "hunter2"},
        {"kind": "bearer", "token": "$${secrets.hunter2}"},
        {"kind": "basic", "username": "us", "password": "hunter2"},
    ],
)
def test_a_secret_that_stands_in_the_file_is_refused_and_not_quoted(auth: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="never its value") as refused:
        build(auth)

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("key", ["client_id", "client_secret"])
@pytest.mark.parametrize("client", ["body", "basic", "header"])
def test_no_half_of_a_client_stands_in_the_file(key: str, client: str) -> None:
    with pytest.raises(ConfigError, match="never its value") as refused:
        build({**OAUTH2, "send": {"client": client}, key: "hunter2"})

    assert refused.value.findings[0].at == (key,)
    assert "hunter2" not in str(refused.value)


def test_no_users_password_stands_in_the_file() -> None:
    user = {"kind": "oauth2_password", "username": "me", "password": "hunter2"}
    with pytest.raises(ConfigError, match="never its value") as refused:
        build({**OAUTH2, **user})

    assert refused.value.findings[0].at == ("password",)


@pytest.mark.parametrize(
    ("request_", "at"),
    [
        ({"json": {"user": {"passWord": "hunter2"}}}, ("json", "user", "passWord")),
        ({"form": {"appSecret": "hunter2"}}, ("form", "appSecret")),
        ({"params": {"client_id": "hunter2"}}, ("params", "client_id")),
        ({"headers": {"X-Pwd": "hunter2"}}, ("headers", "X-Pwd")),
        ({"multipart": {"password": "hunter2"}}, ("multipart", "password")),
        (
            {"documents": {"a": {"json": {"password": "hunter2"}}}, "text": "${documents.a}"},
            ("documents", "a", "json", "password"),
        ),
    ],
)
def test_no_password_of_a_login_stands_in_the_file(
    request_: dict[str, Any], at: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError, match="never its value") as refused:
        build({**LOGIN, "request": request_})

    assert refused.value.findings[0].at == ("request", *at)
    assert "hunter2" not in str(refused.value)


async def test_what_only_sounds_like_a_secret_is_none() -> None:
    form = {"grant_type": "password", "user": "me", "secret": "", "password": "${env.PW:none}"}
    bureau = Replay([granted()])

    await build({**LOGIN, "request": {"form": form}}, bureau).values()

    assert bureau.sent[0].body == b"grant_type=password&user=me&secret=&password=none"
