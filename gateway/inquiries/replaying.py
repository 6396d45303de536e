"""Gives again what was answered, to whoever may have it today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.job import Jobs
from connectors.kit import Clock

from ..model import Answer, Inquiry, Listen, Recalled, Verified
from ..stages.recollect import Recollect, for_nothing
from .claims import Replaying
from .given import Given
from .kept.answers import KeptAnswer
from .kept.recall import Known
from .line import Line


@dataclass(frozen=True, slots=True)
class Stamps:
    """Makes a report one and no other."""

    new_id: Callable[[], str]
    clock: Clock

    def __call__(self, verified: Verified, known: Known | None = None) -> tuple[str, datetime]:
        """Give a report its id and its time: those it had, where nothing has come since."""
        kept = known.kept if known else None
        now = verified.report.answers.by_connector
        if kept is not None and kept.report_id and not _has_gained(kept.answers, now):
            return kept.report_id, kept.created_at
        return self.new_id(), self.clock.utc()


@dataclass(frozen=True, slots=True)
class Replay:
    """
    Walks an inquiry through the house once more, asking nobody.

    Caller, policy, purpose, consent and fields are judged as they are today. It
    costs nothing, and its grant is written down as a replay.
    """

    line: Line
    replaying: Replaying
    jobs: Jobs
    stamps: Stamps

    async def __call__(
        self,
        inquiry: Inquiry,
        known: Known,
        listen: Listen,
        priced: Callable[[Answer], Answer] = for_nothing,
    ) -> Given:
        """`priced` says what an answer that was bought before costs this time."""
        concerned = (name for name, answer in known.answers.items() if _was_asked(answer))
        recalled = Recalled(frozenset(concerned), alone=known.is_whole)
        recollect = Recollect(known.answers, self.jobs, priced, known.is_whole, known.unkept)
        pipeline = self.line.again(self.replaying, recollect)
        verified = await pipeline(replace(inquiry, recalled=recalled), listen)
        report_id, created_at = self.stamps(verified, known)
        return Given(verified, report_id, created_at, known.answers, replayed=True)


def _was_asked(answer: Answer) -> bool:
    return answer.reply is not None or (answer.missed is not None and bool(answer.missed.error))


def _has_gained(kept: Mapping[str, KeptAnswer], now: Mapping[str, Answer]) -> bool:
    """Whether an answer has come that was not there when the report was made."""
    return any(
        answer.reply is not None
        and name in kept
        and (kept[name].reply is None or kept[name].outcome is not answer.outcome)
        for name, answer in now.items()
    )
