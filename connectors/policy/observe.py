"""Sees every query once, with its final outcome."""

from __future__ import annotations

from ..contract import Call, Layer, Query, Reply
from ..errors import ConnectorError
from ..kit import Kit
from ..words import ServedFrom


def observe(kit: Kit) -> Layer:
    """Tell the observer how each query ended and how long its caller waited for it."""

    def layer(call: Call) -> Call:
        async def ask(query: Query) -> Reply:
            begun = kit.clock.now()
            try:
                reply = await call(query)
            except ConnectorError as error:
                waited = kit.clock.now() - begun
                kit.observer.asked(query, error.outcome, ServedFrom.LIVE, waited)
                raise
            waited = kit.clock.now() - begun
            kit.observer.asked(query, reply.outcome, reply.served_from, waited)
            return reply

        return ask

    return layer
