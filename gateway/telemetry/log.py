"""The log: JSON lines of allowed keys, and apart from it the protected log of our own faults."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from io import StringIO
from traceback import TracebackException
from typing import Protocol, TextIO

import structlog

from connectors.kit import Clock
from connectors.words import Outcome

from .line_writer import LONGEST_QUEUE, LineWriter
from .lines import ALLOWED, PROTECTED, AllowList, render


@dataclass(frozen=True, slots=True)
class InquiryLine:
    """One inquiry in one line. Nothing in it is about the person but a token."""

    inquiry_id: str
    tenant: str
    caller: str
    product: str
    verdict: str
    """A `Verdict`, or the reason of the error that took its place."""
    connectors: Mapping[str, Outcome]
    cost: Decimal
    latency_ms: float
    subject_token: str


class Log(Protocol):
    """Where the gateway says what happened. Never waits, never raises."""

    def inquiry(self, line: InquiryLine) -> None:
        """Sum one inquiry up; once each."""
        ...

    def event(self, event: str, **fields: object) -> None:
        """Tell of the gateway itself, such as that it started. Unknown keys are dropped."""
        ...

    def incident(self, incident: str, stage: str, error: BaseException) -> None:
        """Tell of a fault of ours: its kind in the log, its words in the protected log."""
        ...


class _Pages:
    """What structlog writes to: lines gathered until the batch is done."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._page = StringIO()

    def info(self, line: str) -> None:
        self._page.write(line + "\n")

    def flush(self) -> None:
        page, self._page = self._page.getvalue(), StringIO()
        if page:
            self._out.write(page)
            self._out.flush()


class JsonLog:
    """
    Lines are queued as they happen, and formatted and written by one thread.

    structlog is used through loggers of our own and not configured for the
    process: a library that logs through it does not land here unfiltered.
    """

    def __init__(
        self, clock: Clock, out: TextIO, protected: TextIO, *, longest: int = LONGEST_QUEUE
    ) -> None:
        """`protected` is for the few who mend faults: the words of exceptions go there."""
        self._clock = clock
        self._pages = (_Pages(out), _Pages(protected))
        self._allow = (AllowList(ALLOWED), AllowList(PROTECTED))
        self._open, self._closed = (
            structlog.wrap_logger(
                page,
                processors=[allow, render],
                wrapper_class=structlog.make_filtering_bound_logger("info"),
            )
            for page, allow in zip(self._pages, self._allow, strict=True)
        )
        self._writer = LineWriter(self._flush, longest=longest)

    def start(self) -> None:
        self._writer.start()

    async def aclose(self) -> None:
        """Write what is queued."""
        await asyncio.to_thread(self._writer.close)

    @property
    def dropped(self) -> int:
        """Lines lost because they came faster than they could be written, or could not be."""
        return self._writer.dropped + self._writer.failed

    @property
    def refused(self) -> Counter[str]:
        """Keys that are not allowed, and how often they were tried."""
        return self._allow[0].refused + self._allow[1].refused

    def inquiry(self, line: InquiryLine) -> None:
        self._writer.put(partial(self._inquiry, self._now(), line))

    def event(self, event: str, **fields: object) -> None:
        self._writer.put(partial(self._line, self._now(), "info", event, fields))

    def incident(self, incident: str, stage: str, error: BaseException) -> None:
        fields = {"incident": incident, "stage": stage, "error": type(error).__name__}
        self._writer.put(partial(self._fault, self._now(), "incident", fields, _trace(error)))

    def foreign(
        self, level: str, fields: Mapping[str, object], message: str, error: BaseException | None
    ) -> None:
        """Take what a library says: where and what kind openly, its words protected."""
        trace = None if error is None else _trace(error)
        kind = {"error": type(error).__name__} if error is not None else {}
        told = {**fields, **kind, "message": message}
        self._writer.put(partial(self._fault, self._now(), "library", told, trace, level))

    def _now(self) -> str:
        return self._clock.utc().isoformat(timespec="milliseconds")

    def _flush(self) -> None:
        for page in self._pages:
            page.flush()

    def _inquiry(self, at: str, line: InquiryLine) -> None:
        fields = {name: getattr(line, name) for name in InquiryLine.__dataclass_fields__}
        self._line(at, "info", "inquiry", fields | {"connectors": dict(line.connectors)})

    def _line(self, at: str, level: str, event: str, fields: Mapping[str, object]) -> None:
        self._open.info(event, at=at, level=level, **fields)

    def _fault(
        self,
        at: str,
        event: str,
        fields: Mapping[str, object],
        trace: TracebackException | None,
        level: str = "error",
    ) -> None:
        words = dict(fields)
        words["traceback"] = "" if trace is None else "".join(trace.format())
        self._closed.info(event, at=at, level=level, **words)
        words.pop("traceback")
        words.pop("message", None)
        self._line(at, level, event, words)


def _trace(error: BaseException) -> TracebackException:
    """Take the frames now and leave their text to the thread; never locals, which hold persons."""
    return TracebackException.from_exception(error, capture_locals=False, lookup_lines=False)
