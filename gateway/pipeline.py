"""The way of an inquiry through the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from connectors.contract import Values

from .errors import GatewayError
from .model import (
    Admitted,
    Answer,
    Answers,
    Filled,
    Granted,
    Inquiry,
    Listen,
    Report,
    Tell,
    Valid,
    Verified,
)


def nobody(_: Answer) -> None:
    """Nobody listens for single answers."""


def unheard(_: Granted) -> Tell:
    """Nobody listens at all."""
    return nobody


def untried(_: Answers) -> None:
    """Nothing is on trial."""


def roomy(_: Inquiry) -> AbstractContextManager[None]:
    """There is room for everybody."""
    return nullcontext()


async def undecided(_: Filled) -> Granted:
    """Nobody asks what would be."""
    raise RuntimeError("nobody decides what is not asked")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """
    The stages in a straight line.

    A stage that is awaited touches the world; one that is not is a pure
    function of what it is given.
    """

    admit: Callable[[Inquiry], Admitted]
    validate: Callable[[Admitted], Valid]
    fill: Callable[[Valid], Awaitable[Filled]]
    authorize: Callable[[Filled], Awaitable[Granted]]
    fan_out: Callable[[Granted, Tell], Awaitable[Answers]]
    structure: Callable[[Answers], Report]
    verify: Callable[[Report], Verified]
    refuse: Callable[[Inquiry, Values, GatewayError], Awaitable[None]]
    """Writes down that an inquiry about a subject, as far as it is known by then, was refused."""
    ended: Callable[[Inquiry, Verified | GatewayError], None]
    """Hears once how each inquiry ended, faults of ours aside."""
    trial: Callable[[Answers], None] = untried
    """Lets connectors on trial be asked; waits for nothing."""
    room: Callable[[Inquiry], AbstractContextManager[None]] = roomy
    """Holds a place for an inquiry of a caller; of one that finds none nothing is written down."""
    would_grant: Callable[[Filled], Awaitable[Granted]] = undecided
    """Decides as `authorize` does, and writes nothing down."""

    async def decide(self, inquiry: Inquiry) -> Granted:
        """Walk an inquiry as far as its grant, which is not made: nothing may be asked on it."""
        return await self.would_grant(await self.fill(self.validate(self.admit(inquiry))))

    async def __call__(self, inquiry: Inquiry, listen: Listen = unheard) -> Verified:
        try:
            with self.room(inquiry):
                verified = await self._walk(inquiry, listen)
        except GatewayError as error:
            self.ended(inquiry, error)
            raise
        self.ended(inquiry, verified)
        return verified

    async def _walk(self, inquiry: Inquiry, listen: Listen) -> Verified:
        granted = await self.grant(inquiry)
        answers = await self.fan_out(granted, listen(granted))
        self.trial(answers)
        report = self.structure(answers)
        return self.verify(report)

    async def grant(self, inquiry: Inquiry) -> Granted:
        """Go as far as the grant, or write down that there is none."""
        # Nothing is read about the subject before admission, nor kept before it is valid.
        subject: Values = {}
        try:
            admitted = self.admit(inquiry)
            valid = self.validate(admitted)
            subject = valid.subject
            filled = await self.fill(valid)
            subject = filled.subject
            return await self.authorize(filled)
        except GatewayError as error:
            await self.refuse(inquiry, subject, error)
            raise
