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
    Gets a token when there is none, and another before the one it has ends.

    One refresh is under way at a time. Who has no token waits for it, and
    whoever gives up leaves it to the others; a token that is still good is used
    meanwhile. After a failed one there is a pause in which nobody asks, as a
    bureau locks who knocks on with a wrong password.
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
        known, now = self._token, self._clock.now()
        if known is None or now >= known.expires:
            return (await self._fetched()).value
        if now >= known.fresh_until and not self._is_cooling():
            self._refreshing()
        return known.value

    async def renew(self, stale: str) -> None:
        """Replace the token, unless it is another than `stale` already."""
        if self._token is not None:
            if self._token.value.reveal() != stale:
                return
            self._token = None
        await self._fetched()

    async def _fetched(self) -> Token:
        if self._refresh is None and self._failure is not None and self._is_cooling():
            raise _again(self._failure)
        try:
            return await asyncio.shield(self._refreshing())
        except ConnectorError as error:
            raise _again(error) from None

    def _refreshing(self) -> asyncio.Task[Token]:
        """Begin a refresh, unless one is under way."""
        if self._refresh is None:
            self._refresh = asyncio.create_task(self._fetch())
            self._refresh.add_done_callback(self._settle)
        return self._refresh

    def _is_cooling(self) -> bool:
        return self._failure is not None and self._clock.now() < self._cool_until

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
