"""What goes to a store in one go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .budget import Unreachable

Command = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, or names of values that are looked at together with all others."""

    command: Command
    answer: asyncio.Future[object]
    is_look: bool = False
    is_told: bool = False
    """Nobody waits for its answer."""

    def give(self, answer: object) -> None:
        """Answer, unless that is late, or nobody's any more."""
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            # The store's word on this command alone.
            self.answer.set_exception(Unreachable())
        else:
            self.answer.set_result(answer)


async def together(
    batch: Sequence[Asked], send: Callable[[Sequence[Command]], Awaitable[Sequence[object]]]
) -> bool:
    """
    Send a batch, and give each its own of the answers: many looks are one command.

    Tells whether anybody still waited for one.
    """
    looks = [each for each in batch if each.is_look]
    others = [each for each in batch if not each.is_look]
    names = tuple(dict.fromkeys(name for each in looks for name in each.command))
    commands = [each.command for each in others]
    # Last: it sees what is written in the same batch.
    commands += [("MGET", *names)] if names else []
    answers = await send(commands)
    in_time = any(not each.is_told and not each.answer.done() for each in batch)
    for asked, answer in zip(others, answers, strict=False):
        asked.give(answer)
    values = answers[-1]
    found = dict(zip(names, values, strict=True)) if isinstance(values, list) else {}
    for asked in looks:
        asked.give([found[name] for name in asked.command] if found else values)
    return in_time
