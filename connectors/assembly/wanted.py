"""How the answers to each message of a connector are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..answer.response import Response
from ..bureau import Bureau
from ..faults import Place
from ..shape.spec import Exchange
from ..words import Effect
from .readings import Wanted
from .rows import outcome_rows

if TYPE_CHECKING:
    from ..spec import ConnectorSpec

CALLBACK: Place = ("callback",)
STATUS: Place = ("dedupe", "query")


def exchanges(spec: ConnectorSpec) -> Iterator[tuple[Place, Exchange]]:
    """Give the messages beside the request itself, each with its place in the file."""
    for index, step in enumerate(spec.steps):
        yield ("steps", index), step
    for name in ("submit", "poll", "download"):
        exchange = getattr(spec.job, name, None)
        if exchange is not None:
            yield ("job", name), exchange
    if spec.dedupe.query is not None:
        yield STATUS, spec.dedupe.query


def all_wanted(
    spec: ConnectorSpec, bureau: Bureau, read: frozenset[str]
) -> Iterator[tuple[Place, Wanted]]:
    """Say it, now that it is known what later messages want of earlier ones."""
    bare = Response(codec=spec.response.codec, namespaces=spec.response.namespaces)
    for index, step in enumerate(spec.steps):
        yield (
            ("steps", index),
            Wanted(
                step.response or bare,
                step.outcomes,
                step.effect,
                _below(f"steps.{step.name}", read),
                mapped=False,
            ),
        )
    if spec.request is not None:
        yield (), Wanted(spec.response, outcome_rows(spec, bureau.spec), spec.effect)
    if (status := spec.dedupe.query) is not None:
        yield STATUS, Wanted(status.response or bare, status.outcomes, Effect.FREE, mapped=False)
    yield from _of_job(spec, bureau, read, bare)


def _of_job(
    spec: ConnectorSpec, bureau: Bureau, read: frozenset[str], bare: Response
) -> Iterator[tuple[Place, Wanted]]:
    """Say it of a job. Its price is for all of it, whichever message tells that it is due."""
    rows, effect, job = outcome_rows(spec, bureau.spec), spec.effect, spec.job
    if job is None:
        return
    if (submit := job.submit) is not None:
        captures = _below("job.submit", read)
        response = submit.response or bare
        yield (
            ("job", "submit"),
            Wanted(response, submit.outcomes, effect, captures, mapped=False),
        )
    if (poll := job.poll) is not None:
        is_last = job.download is None
        response = poll.response or (spec.response if is_last else bare)
        yield ("job", "poll"), Wanted(response, poll.outcomes or rows, effect, mapped=is_last)
    if (download := job.download) is not None:
        response = download.response or spec.response
        yield ("job", "download"), Wanted(response, download.outcomes or rows, effect)
    if (callback := spec.callback) is not None:
        is_answer = job.poll is None and job.download is None
        response = callback.response or (spec.response if is_answer else bare)
        captures = _below("callback", read)
        yield CALLBACK, Wanted(response, callback.outcomes, effect, captures, mapped=is_answer)


def _below(prefix: str, read: Iterable[str]) -> frozenset[str]:
    """Give the paths below a prefix that are referred to."""
    start = f"{prefix}."
    return frozenset(name.removeprefix(start) for name in read if name.startswith(start))
