"""What a fault has in its hands: one request, and the answer it would have had."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from ..contract import Answer, Desk, Received
from ..people import Person


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, on its way through a fault."""

    request: web.Request
    received: Received
    desk: Desk
    people: Mapping[str, Person]
    answer: Answer
    argument: float


def head(exchange: Exchange) -> dict[str, str]:
    answer = exchange.answer
    return {"Content-Type": answer.content_type, **answer.headers}


Distort = Callable[[Exchange], Answer]
"""Changes what is said."""

Carry = Callable[[Exchange], Awaitable[web.StreamResponse]]
"""Changes how it travels."""
