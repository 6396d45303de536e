"""The log of every call received: what the bureaus' bills are made from."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from .contract import Answer, Desk, Received


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as it was received and answered."""

    number: int
    """In the order of arrival, from 1; never given twice."""
    at: float
    """The mock's clock on arrival, in seconds."""
    bureau: str
    """Empty if no bureau lives at that path."""
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str
    status: int
    """0 if no status was sent."""
    billed: bool
    reference: str
    """The client's own number of the call, where this bureau asks for one."""
    fault: str

    def to_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(slots=True)
class CallLog:
    """Written before anything is answered, so a client that gave up is on it too."""

    calls: list[Call] = field(default_factory=list)
    _last: int = 0
    _arrival: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, at: float, desk: Desk, received: Received, answer: Answer, fault: str) -> None:
        self._last += 1
        self.calls.append(
            Call(
                number=self._last,
                at=at,
                bureau=desk.bureau,
                method=received.method,
                path=received.path,
                query=dict(received.query),
                headers=dict(received.headers),
                body=received.text,
                status=answer.status,
                billed=answer.billed,
                reference=desk.reference(received),
                fault=fault,
            )
        )
        self._arrival.set()
        self._arrival = asyncio.Event()

    async def until(self, count: int) -> None:
        while len(self.calls) < count:
            await self._arrival.wait()

    def clear(self) -> None:
        self.calls.clear()
