"""Callers are let in as often as they may ask, and no more of them at once."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from gateway.errors import LimitReached, NotAllowed, Unauthenticated
from gateway.limits import Admission
from gateway.model import Credentials
from gateway.policy import CallerPolicy
from tests.rooms import caller, inquiry
from tests.standins import HandClock

ASKED = inquiry()


class Door:
    """An admission, and a clock to turn."""

    def __init__(self, **limits: Any) -> None:
        self.clock = HandClock()
        self.policy = caller(limits=limits)
        self.admission = Admission(self.identify, self.clock)

    def identify(self, credentials: Credentials) -> CallerPolicy:
        if credentials.api_key is None:
            raise Unauthenticated
        return self.policy if credentials.api_key == "key" else caller(name="other")

    def let_in(self, times: int = 1) -> int:
        """Try that often, and say how many were let in."""
        found = 0
        for _ in range(times):
            try:
                with self.admission(ASKED):
                    found += 1
            except LimitReached:
                pass
        return found


def test_a_burst_is_one_seconds_worth_and_then_the_pace_is_even() -> None:
    door = Door(rate="5/s")

    assert door.let_in(20) == 5
    door.clock.seconds += 0.2
    assert door.let_in(20) == 1
    door.clock.seconds += 1000
    assert door.let_in(20) == 5


def test_who_comes_too_often_is_told_when_there_is_room() -> None:
    door = Door(rate="5/s")
    door.let_in(5)
    with pytest.raises(LimitReached) as caught, door.admission(ASKED):
        pass

    assert (caught.value.reason, caught.value.caller) == ("RATE_LIMIT", "scoring")
    assert caught.value.retry_after == pytest.approx(0.2)
    door.clock.seconds += caught.value.retry_after
    assert door.let_in() == 1


def test_only_so_many_are_under_way_at_once() -> None:
    door = Door(concurrency=2)
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(door.admission(ASKED))
        with pytest.raises(LimitReached) as caught, door.admission(ASKED):
            pass
        assert caught.value.reason == "CONCURRENCY_LIMIT"
        with door.admission(inquiry(credentials=Credentials(api_key="another"))):
            pass

    assert door.let_in(3) == 3


def test_a_place_is_free_again_however_an_inquiry_ends() -> None:
    door = Door(concurrency=1)
    for _ in range(3):
        with pytest.raises(NotAllowed), door.admission(ASKED):
            raise NotAllowed("PRODUCT_NOT_ALLOWED")

    assert door.let_in() == 1


def test_without_limits_everybody_is_let_in() -> None:
    assert Door().let_in(1000) == 1000


def test_a_stranger_goes_on_to_be_turned_away_as_one() -> None:
    door = Door(concurrency=1)
    with (
        pytest.raises(Unauthenticated),
        door.admission(inquiry(credentials=Credentials(api_key=None))),
    ):
        raise Unauthenticated
