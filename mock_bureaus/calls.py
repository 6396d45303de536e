"""The log of every call received: what the bureaus' bills are made from."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from .contract import Answer, Desk, Received
from .script import concerns


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
    body_bytes: bytes
    """Exactly as it was sent."""
    status: int
    """0 if no status was sent."""
    billed: bool
    reference: str
    """The client's own number of the call, where this bureau asks for one."""
    subject: str
    """Whom the bureau knows it to be about, where that does not stand in the call itself."""
    fault: str

    def concerns(self, subject: str) -> bool:
        said = Received(self.method, self.path, self.query, self.headers, self.body_bytes)
        return concerns(subject, self.subject, said)

    def to_json(self) -> dict[str, object]:
        given = asdict(self)
        encoded = b64encode(given.pop("body_bytes")).decode()
        return {**given, "body_base64": encoded}


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
                body_bytes=received.body,
                status=answer.status,
                billed=answer.billed,
                reference=desk.reference(received),
                subject=desk.subject(received),
                fault=fault,
            )
        )
        self._arrival.set()
        self._arrival = asyncio.Event()

    def billed(
        self, bureau: str | None = None, reference: str | None = None, subject: str | None = None
    ) -> Iterator[Call]:
        """Give what stands on the bill; None: whichever it is."""
        for call in self.calls:
            named = bureau in {None, call.bureau} and reference in {None, call.reference}
            if call.billed and named and (subject is None or call.concerns(subject)):
                yield call

    async def until(self, count: int) -> None:
        while len(self.calls) < count:
            await self._arrival.wait()

    def clear(self) -> None:
        self.calls.clear()
