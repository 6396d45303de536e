"""The items of a batch on their way to the gateway: none is lost, and none is forgotten early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable

from datachannel.v1 import data_channel_service_pb2 as pb

MOST_OPEN = 256
"""Items that are sent and not answered: more would lie about on the way, and be sent again."""

Item = pb.BatchGetUserInfoRequest
Items = AsyncIterable[Item] | Iterable[Item]


class Feed:
    """
    Hands out a batch's items, to one stream after another.

    Each stream is first given again what earlier ones left unanswered.
    """

    def __init__(self, items: Items) -> None:
        self._items = items
        self._next: asyncio.Queue[Item | None] = asyncio.Queue(1)
        self._room = asyncio.Semaphore(MOST_OPEN)
        self._drawn: set[str] = set()
        self._open: dict[str, Item] = {}
        self._exhausted = False
        self._fault: Exception | None = None

    async def run(self) -> None:
        """Draw items from where they come from, as long as there is room for them."""
        try:
            async for item in _each(self._items):
                await self._room.acquire()
                self._draw(item.inquiry.inquiry_id)
                await self._next.put(item)
        except Exception as error:  # noqa: BLE001 - it is raised where the answers are read
            self._fault = error
        await self._next.put(None)

    async def __aiter__(self) -> AsyncIterator[Item]:
        for item in tuple(self._open.values()):
            yield item
        while not self._exhausted:
            drawn = await self._next.get()
            if drawn is None:
                self._exhausted = True
                return
            self._open[drawn.inquiry.inquiry_id] = drawn
            yield drawn

    def answered(self, inquiry_id: str) -> bool:
        """Strike an item off; False where it was not open."""
        if self._open.pop(inquiry_id, None) is None:
            return False
        self._drawn.discard(inquiry_id)
        self._room.release()
        return True

    def _draw(self, inquiry_id: str) -> None:
        if inquiry_id in self._drawn:
            raise ValueError("two inquiries of a batch have one id, by which neither could be told")
        self._drawn.add(inquiry_id)

    def is_over(self) -> bool:
        """Whether every item is answered. Raises what ended the items early."""
        if self._fault is not None and not self._open:
            raise self._fault
        return self._exhausted and not self._open


async def _each(items: Items) -> AsyncIterator[Item]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
