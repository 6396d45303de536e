"""Keeps one token for all who need it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ..errors import ConnectorError
from ..kit import Clock, Secret


@dataclass(frozen=True, slots=True)
class Token:
    """What a login gave; times are the clock's."""

    value: Secret
    fresh_until: float
    expires: float


class Session:
    """
    Gets a token when there is none, or none that is fresh.

    All who ask at the same time wait for one refresh; whoever gives up leaves
    it to the others. After a failed one there is a pause in which all fail at
    once, as a bureau locks who knocks on with a wrong password.
    """

    def __init__(
        self, clock: Clock, fetch: Callable[[], Coroutine[Any, Any, Token]], cool_down: float
    ) -> None:
        self._clock = clock
        self._fetch = fetch
        self._cool_down = cool_down
        self._token: Token | None = None
        self._refresh: asyncio.Task[Token] | None = None
        self._failure: ConnectorError | None = None
        self._cool_until = 0.0

    async def token(self) -> Secret:
        known = self._token
        if known is not None and self._clock.now() < known.fresh_until:
            return known.value
        try:
            return (await self._fetched()).value
        except ConnectorError:
            # It was to be renewed before its time: until then it is as good as it was.
            if known is not None and known is self._token and self._clock.now() < known.expires:
                return known.value
            raise

    async def renew(self, stale: str) -> None:
        """Replace the token, unless it is another than `stale` already."""
        if self._token is not None:
            if self._token.value.reveal() != stale:
                return
            self._token = None
        await self._fetched()

    async def _fetched(self) -> Token:
        if self._refresh is None:
            if self._failure is not None and self._clock.now() < self._cool_until:
                raise _again(self._failure)
            self._refresh = asyncio.create_task(self._fetch())
            self._refresh.add_done_callback(self._settle)
        try:
            return await asyncio.shield(self._refresh)
        except ConnectorError as error:
            raise _again(error) from None

    def _settle(self, refresh: asyncio.Task[Token]) -> None:
        self._refresh = None
        if refresh.cancelled():
            return
        error = refresh.exception()  # also marks it as seen, where all have given up
        if error is None:
            self._token, self._failure = refresh.result(), None
        elif isinstance(error, ConnectorError):
            self._failure = error
            self._cool_until = self._clock.now() + self._cool_down


def _again(error: ConnectorError) -> ConnectorError:
    """Give each who waits an exception of its own: a shared one grows a traceback for each."""
    return type(error)(error.connector, error.note)
