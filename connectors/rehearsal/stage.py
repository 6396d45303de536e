"""The bureau's part in a test: it answers, and calls back of its own accord."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..assembly.built import Built
from ..contract import Wire, WireReply
from ..inline import ScriptedCallback
from ..job import Callback
from ..kit import Clock
from ..shape.callback import Unverified
from ..transport.replay import Replay
from ..verify import Message
from ..words import Outcome
from .jobs import JobsInMemory


@dataclass(slots=True)
class Stage:
    """
    A transport that answers from a script, and calls back where the script says so.

    A callback comes after so many requests were sent, and before the last of
    them is answered.
    """

    replay: Replay
    callbacks: Mapping[int, tuple[ScriptedCallback, Message]]
    """By their index in the script."""
    clock: Clock
    jobs: JobsInMemory
    refused: list[str] = field(default_factory=list)
    """Callbacks that were not taken, and why."""
    sent_at: list[float] = field(default_factory=list)
    built: Built | None = None

    async def send(self, wire: Wire) -> WireReply:
        self.sent_at.append(self.clock.now())
        await self.call_back(len(self.sent_at))
        return await self.replay.send(wire)

    async def call_back(self, sent: int) -> None:
        """Send the callbacks that are due now."""
        for index, (scripted, message) in self.callbacks.items():
            if scripted.after == sent:
                await self._call_back(index, message)

    async def aclose(self) -> None:
        await self.replay.aclose()

    @property
    def waits(self) -> list[float]:
        """The pauses between requests, in seconds."""
        pairs = zip(self.sent_at, self.sent_at[1:], strict=False)
        pauses = [round(later - earlier, 6) for earlier, later in pairs]
        return [pause for pause in pauses if pause > 0]

    async def _call_back(self, index: int, message: Message) -> None:
        built = self.built
        if built is None or built.callback is None or built.jobs is None:
            self.refused.append(f"callbacks[{index}]: the connector has no `callback`")
            return
        callback = self._read(built, index, message)
        if callback is None or callback.outcome is Outcome.PENDING:
            return
        if await self.jobs.called_back(callback):
            built.jobs.called_back(callback)

    def _read(self, built: Built, index: int, message: Message) -> Callback | None:
        try:
            return built.callback.read(message) if built.callback else None
        except Unverified:
            self.refused.append(f"callbacks[{index}]: its proof does not hold")
        except ValueError as error:
            self.refused.append(f"callbacks[{index}]: {error}")
        return None
