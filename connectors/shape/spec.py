"""The YAML of connectors that need more than one message."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ..answer.outcome import OutcomeRow
from ..answer.places import Place
from ..answer.response import Response
from ..kit import Strict
from ..message.request import Request
from ..units import Seconds
from ..verify import AnyVerify
from ..words import Effect

MOST_STEPS = 5


class Exchange(Strict):
    """One message of several, and what its answers mean."""

    request: Request
    response: Response | None = None
    """Left out: the connector's codec, and nothing else of its `response`."""
    outcomes: tuple[OutcomeRow, ...] = ()


class Step(Exchange):
    """
    A message whose answer later ones refer to: ``${steps.NAME.path}``.

    HIT and PENDING go on to the next; any other answer is the connector's own.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    effect: Effect = Effect.FREE
    outcomes: tuple[OutcomeRow, ...] = Field(min_length=1)


class Interval(Strict):
    """The pauses between polls: each is half as long again as the last."""

    first: Seconds = Field(default=0.3, gt=0)
    max: Seconds = Field(default=2.0, gt=0)


class JobSpec(Strict):
    """
    A question that the bureau answers later.

    `submit` asks it; without one the job was created elsewhere, or by the steps.
    `poll` asks whether it is done, and `download` fetches the answer; without
    one the last poll is the answer. Neither costs anything.
    """

    submit: Exchange | None = None
    id: str
    """A template: ``${job.submit.PATH}``, ``${steps.NAME.PATH}``, ``${application.id}``."""
    poll: Exchange | None = None
    download: Exchange | None = None
    interval: Interval = Interval()
    on_deadline: Literal["hand_off", "fail"] = "hand_off"
    """`hand_off` answers PENDING and goes on in the background; `fail` is a TIMEOUT."""
    background: Seconds = 900.0
    """How long it goes on; then its outcome is unknown."""

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.submit is not None and not self.submit.outcomes:
            raise ValueError("`submit` says by `outcomes` that the job is PENDING")
        return self


class Correlate(Place):
    """Where a callback names its job, and by which of its names."""

    equals: Literal["job.id", "call.reference"] = "job.id"


class CallbackSpec(Strict):
    """
    What a bureau sends when a job is done, and how we know that it is the bureau.

    PENDING only tells of progress. HIT has the answer fetched, by `download` or
    else by one `poll`; where the job has neither, the callback is the answer.
    NO_HIT, or a failure, is the job's end.
    """

    verify: AnyVerify
    correlate: Correlate
    response: Response | None = None
    """Left out: the connector's, and of it only the codec where the answer comes otherwise."""
    outcomes: tuple[OutcomeRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _without_status(self) -> Self:
        if any(row.status is not None for row in self.outcomes):
            raise ValueError("a callback has no `status`")
        return self
