"""What holds for credentials that are asked for: shared, renewed, and never asked in vain."""

from __future__ import annotations

import asyncio

import pytest

from connectors.auth import Auth
from connectors.contract import Values, WireReply
from connectors.errors import ConnectorError, Lost, NotSent, Refused, Unreadable
from connectors.transport.replay import Replay
from tests.standins import HandClock

from .credentials import DRAFT, LOGIN, OAUTH2, Held, build, granted, settle


async def tokens(auth: Auth, clock: HandClock, *elapsed: float) -> list[object]:
    """Ask after each of these waits, in seconds."""
    seen: list[object] = []
    for seconds in elapsed:
        await clock.sleep(seconds)
        seen.append((await auth.values())["token"])
        await settle()
    return seen


async def test_a_login_sends_what_it_is_told() -> None:
    bureau = Replay([granted()])
    auth = build(LOGIN, bureau)
    applied = auth.apply(DRAFT, await auth.values())

    (wire,) = bureau.sent
    assert (wire.method, wire.target) == ("POST", "/login")
    assert wire.body == b"user=me&at=1760001000"
    assert dict(applied.fields())["tokenid"] == "tok-1"


@pytest.mark.parametrize(
    ("send", "headers", "body"),
    [
        ({}, {}, b"grant_type=client_credentials&client_id=client-7&client_secret=s3cret"),
        (
            {"client": "basic"},
            {"Authorization": "Basic Y2xpZW50LTc6czNjcmV0"},
            b"grant_type=client_credentials",
        ),
        (
            {"grant": "json", "client": "header"},
            {"Client_id": "client-7", "Client_secret": "s3cret"},
            b'{"grant_type":"client_credentials"}',
        ),
    ],
)
async def test_a_client_is_written_in_three_ways(
    send: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    bureau = Replay([granted()])
    auth = build({**OAUTH2, "send": send}, bureau)
    applied = auth.apply(DRAFT, await auth.values())

    (wire,) = bureau.sent
    assert wire.body == body
    assert headers.items() <= dict(wire.headers).items()
    assert applied.headers == (("Authorization", "Bearer tok-1"),)


async def test_a_token_is_asked_for_once_while_it_is_fresh() -> None:
    clock, bureau = HandClock(), Replay([granted("tok-1", 600), granted("tok-2", 600)])
    auth = build(OAUTH2, bureau, clock)

    assert await tokens(auth, clock, 0, 539, 0) == ["tok-1", "tok-1", "tok-1"]
    assert len(bureau.sent) == 1
    # From a minute before its end there is another, at the latest for the next who asks.
    assert await tokens(auth, clock, 1, 1) == ["tok-1", "tok-2"]


async def test_a_short_token_is_used_for_half_its_life() -> None:
    clock, bureau = HandClock(), Replay([granted("tok-1", "20"), granted("tok-2", "20")])
    auth = build(OAUTH2, bureau, clock)

    assert await tokens(auth, clock, 0, 9, 2, 0) == ["tok-1", "tok-1", "tok-1", "tok-2"]


async def test_a_token_that_is_still_good_is_used_while_another_is_asked_for() -> None:
    clock, bureau = HandClock(), Held(granted("tok-2", 600))
    auth = build(OAUTH2, bureau, clock)
    bureau.answer.set()
    await auth.values()
    bureau.answer.clear()
    await clock.sleep(550)

    assert await tokens(auth, clock, 0, 0, 49) == ["tok-2"] * 3
    assert bureau.asked == 2
    await clock.sleep(2)
    waiting = asyncio.create_task(auth.values())
    await settle()
    assert not waiting.done()
    bureau.answer.set()
    await waiting
    assert bureau.asked == 2


async def test_an_early_renewal_that_fails_is_tried_again_after_a_while() -> None:
    clock = HandClock()
    bureau = Replay([granted("tok-1", 600), WireReply(503), granted("tok-2", 600)])
    auth = build({**OAUTH2, "cool_down": "5s"}, bureau, clock)
    await auth.values()
    await clock.sleep(545)

    assert await tokens(auth, clock, 0, 1, 3) == ["tok-1"] * 3
    assert len(bureau.sent) == 2
    assert await tokens(auth, clock, 2, 0) == ["tok-1", "tok-2"]


async def test_a_session_goes_on_where_a_token_ends_before_its_time() -> None:
    """The bureau takes it back, and the next one as well."""
    bureau = Replay([granted("tok-1"), granted("tok-2"), granted("tok-3")])
    auth = build(LOGIN, bureau)
    seen = []
    for _ in range(3):
        values = await auth.values()
        seen.append(values["token"])
        if len(seen) < 3:
            await auth.renew(values)

    assert seen == ["tok-1", "tok-2", "tok-3"]


async def test_all_who_ask_at_once_share_one_refresh() -> None:
    bureau = Held(granted())
    auth = build(LOGIN, bureau)
    asking = [asyncio.create_task(auth.values()) for _ in range(20)]
    await asyncio.sleep(0)
    bureau.answer.set()
    values = await asyncio.gather(*asking)

    assert bureau.asked == 1
    assert all(value["token"] == "tok-1" for value in values)


async def test_who_gives_up_leaves_the_refresh_to_the_others() -> None:
    bureau = Held(granted())
    auth = build(LOGIN, bureau)
    first, second = (asyncio.create_task(auth.values()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    bureau.answer.set()

    assert (await second)["token"] == "tok-1"
    assert first.cancelled()
    assert bureau.asked == 1


async def test_all_who_ask_at_once_share_one_failure_each_as_its_own() -> None:
    bureau = Held(Lost("acme", "gone"))
    auth = build(LOGIN, bureau)
    asking = [asyncio.create_task(auth.values()) for _ in range(3)]
    await asyncio.sleep(0)
    bureau.answer.set()
    errors = await asyncio.gather(*asking, return_exceptions=True)

    assert [type(error) for error in errors] == [NotSent] * 3
    assert len({id(error) for error in errors}) == 3
    assert bureau.asked == 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (WireReply(401), Refused),
        (WireReply(403, {}, b"{}"), Refused),
        (WireReply(200, {}, b'{"code":1,"tokenid":"tok-1"}'), Refused),
        (WireReply(200, {}, b'{"code":0}'), Refused),
        (WireReply(200, {}, b"<html>"), Refused),
        (WireReply(503), NotSent),
        (WireReply(429), NotSent),
        (NotSent("acme"), NotSent),
        (Lost("acme"), NotSent),
        (Unreadable("acme"), NotSent),
    ],
)
async def test_a_failure_is_a_refusal_or_free(
    reply: WireReply | ConnectorError, expected: type[ConnectorError]
) -> None:
    """Whatever became of the login, the bureau never saw the inquiry."""
    auth = build(LOGIN, Replay([reply]))

    with pytest.raises(ConnectorError) as caught:
        await auth.values()
    assert type(caught.value) is expected


async def test_a_login_that_hangs_ends_by_itself() -> None:
    auth = build({**LOGIN, "timeout": "10ms"}, Held(granted()))

    with pytest.raises(NotSent):
        await auth.values()


async def test_a_token_without_an_end_is_not_used() -> None:
    auth = build(OAUTH2, Replay([granted(lifetime=None)]))

    with pytest.raises(NotSent):
        await auth.values()


@pytest.mark.parametrize(
    ("reply", "expected"), [(WireReply(401), Refused), (WireReply(503), NotSent)]
)
async def test_after_a_failure_all_fail_at_once_for_a_while(
    reply: WireReply, expected: type[ConnectorError]
) -> None:
    clock, bureau = HandClock(), Replay([reply, granted()])
    auth = build({**LOGIN, "cool_down": "5s"}, bureau, clock)
    for elapsed in (0, 1, 3.9):
        await clock.sleep(elapsed)
        with pytest.raises(expected):
            await auth.values()
    asked = len(bureau.sent)
    await clock.sleep(0.2)

    assert asked == 1
    assert (await auth.values())["token"] == "tok-1"


async def test_a_token_is_used_to_its_end_where_no_other_can_be_had() -> None:
    clock = HandClock()
    auth = build(OAUTH2, Replay([granted("tok-1", 600), WireReply(503), WireReply(503)]), clock)
    await auth.values()
    await clock.sleep(550)
    renewing = (await auth.values())["token"]
    await clock.sleep(60)

    assert renewing == "tok-1"
    with pytest.raises(NotSent):
        await auth.values()


async def test_a_stale_token_is_renewed_once_for_all() -> None:
    bureau = Replay([granted("tok-1"), granted("tok-2")])
    auth = build(LOGIN, bureau)
    stale = await auth.values()
    await asyncio.gather(*(auth.renew(stale) for _ in range(5)))
    await auth.renew(stale)

    assert (await auth.values())["token"] == "tok-2"
    assert len(bureau.sent) == 2


async def test_a_renewal_that_fails_leaves_no_token() -> None:
    clock = HandClock()
    auth = build(LOGIN, Replay([granted("tok-1"), WireReply(401), granted("tok-2")]), clock)
    stale = await auth.values()
    with pytest.raises(Refused):
        await auth.renew(stale)
    with pytest.raises(Refused):
        await auth.values()
    await clock.sleep(2)

    assert (await auth.values())["token"] == "tok-2"


async def test_what_is_fixed_has_nothing_to_renew() -> None:
    auth = build({"kind": "bearer", "token": "${env.KEY:t}"})
    stale: Values = await auth.values()
    await auth.renew(stale)

    assert not auth.renewable
    assert await auth.values() == stale
