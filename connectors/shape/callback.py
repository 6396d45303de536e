"""What a bureau sends of its own accord: verified, read, and told to whom it belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from ..answer.outcome import OutcomeRow
from ..answer.reading import Reading, Told
from ..contract import WireReply
from ..job import Callback
from ..select.path import Select, scalar_text
from ..template import Scope
from ..verify import Message
from ..words import MAPPED


class Unverified(Exception):
    """Nothing proves that a callback is the bureau's. It is forgotten."""


@dataclass(frozen=True, slots=True)
class CallbackReading:
    """How one connector's callbacks are read."""

    connector: str
    verified: Callable[[Message], bool]
    reading: Reading
    correlation: Select
    equals: Literal["job.id", "call.reference"]
    rows: tuple[OutcomeRow, ...]
    is_answer: bool
    """Whether nothing else brings the answer."""

    def read(self, message: Message) -> Callback:
        """Read one. Raises `Unverified`, or `ValueError`, neither of which quotes it."""
        if not self.verified(message):
            raise Unverified(self.connector)
        came = WireReply(200, message.headers, message.body)
        document = self.reading.document(came)
        if document is None:
            raise ValueError("the callback can not be read")
        row = self.reading.classify(came, document)
        if row is None:
            raise ValueError("no outcome row holds")
        correlation = scalar_text(self.correlation(document))
        if not correlation:
            raise ValueError("the callback names no job")
        return Callback(
            connector=self.connector,
            correlation=correlation,
            outcome=row.outcome,
            captured=self.reading.places.captured(document),
            digest=sha256(message.body).hexdigest(),
            body=message.body if self.is_answer and row.outcome in MAPPED else b"",
            billed=row.billed,
        )

    def told(self, callback: Callback, scope: Scope) -> Told:
        """Say what it tells of the subject. Raises `ConnectorError` for what is no answer."""
        # What it means was decided when it came: headers are not kept.
        row = OutcomeRow.model_construct(outcome=callback.outcome, billed=callback.billed)
        reading = replace(self.reading, classify=lambda *_: row)
        return reading(WireReply(200, {}, callback.body), scope)
