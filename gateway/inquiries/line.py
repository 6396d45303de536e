"""The line of stages, as it is walked by an inquiry that may have been made before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from connectors.contract import Call, Query, Reply
from connectors.errors import Lost

from ..errors import GatewayError, InquiryIdReused
from ..model import Answer, Answers, Filled, Granted, Inquiry, Tell
from ..pipeline import Pipeline, roomy, untried
from ..stages.authorize import Grants
from ..stages.recollect import Recollect, for_nothing
from .runs import Run

FanOut = Callable[[Granted, Tell], Awaitable[Answers]]


@dataclass(frozen=True, slots=True)
class Line:
    """
    The pipeline, and the two of its stages in which such an inquiry differs.

    Its second walk takes no second place of its caller's.
    """

    pipeline: Pipeline
    authorizing: Callable[[Grants], Callable[[Filled], Awaitable[Granted]]]
    """The fourth stage, as it writes its grants down there."""
    knowing: Callable[[Mapping[str, Call]], FanOut]
    """The fifth, where these answer in the place of their connectors, and need nobody."""

    def first(self, grants: Grants, run: Run, *, goes_on: bool) -> Pipeline:
        """Ask whoever is granted; `goes_on` says that it is a second walk of who had joined."""
        return replace(
            self.pipeline,
            authorize=self.authorizing(grants),
            fan_out=_noting(self.pipeline.fan_out, run, {}),
            room=roomy if goes_on else self.pipeline.room,
        )

    def rest(
        self, grants: Grants, run: Run, bought: Callable[[], Awaitable[Mapping[str, Answer]]]
    ) -> Pipeline:
        """
        Ask whoever is granted, but for those of whom something is known.

        That is looked up once the id is ours: what was asked for others and under
        this id may have been bought while it was being taken over.
        """

        async def fan_out(granted: Granted, tell: Tell) -> Answers:
            known = await bought()
            ask = self.knowing({name: _known(answer) for name, answer in known.items()})
            return await _noting(ask, run, known)(granted, tell)

        return replace(
            self.pipeline,
            authorize=self.authorizing(grants),
            fan_out=fan_out,
            trial=untried,
            room=roomy,
        )

    def again(self, grants: Grants, recollect: Recollect) -> Pipeline:
        """Ask nobody."""
        return replace(
            self.pipeline,
            authorize=self.authorizing(grants),
            fan_out=recollect,
            trial=untried,
            room=roomy,
        )

    def granting(self, grants: Grants) -> Pipeline:
        """Go as far as the grant."""
        return replace(self.pipeline, authorize=self.authorizing(grants))

    async def turn_down(self, inquiry: Inquiry, granted: Granted, error: GatewayError) -> None:
        """Let it be known that an inquiry ended without a walk of its own."""
        end = error
        try:
            if isinstance(error, InquiryIdReused):
                await self.pipeline.refuse(inquiry, granted.filled.subject, error)
        except GatewayError as unwritten:
            end = unwritten
            raise
        finally:
            self.pipeline.ended(inquiry, end)


def _noting(fan_out: FanOut, run: Run, known: Mapping[str, Answer]) -> FanOut:
    """Keep what was answered with the run, also where no report comes of it."""

    async def noted(granted: Granted, tell: Tell) -> Answers:
        run.has_begun = True
        answers = await fan_out(granted, tell)
        run.answers = {
            name: known.get(name, answer) for name, answer in answers.by_connector.items()
        }
        return answers

    return noted


def _known(answer: Answer) -> Call:
    async def call(query: Query) -> Reply:
        again = for_nothing(answer)
        if again.reply is not None:
            return again.reply
        error = again.missed.error if again.missed else None
        raise error or Lost(query.connector, "its earlier end is not known")

    return call
