"""One test on its stage: played, and compared with what it expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import ClassVar, Final

from ..answer.outcome import OutcomeRow
from ..assembly import stated_rows
from ..assembly.built import Built
from ..contract import Counts, Query, Reply
from ..errors import ConnectorError
from ..inline import Expected, InlineTest, Resolved
from ..kit import Ending, Schema
from ..mapping import status_of
from ..policy.ledger import Owned
from ..spec import ConnectorSpec
from ..words import MAPPED, Billed, FieldStatus, Outcome
from .comparing import NOTHING, differences, request_differences
from .portrait import portray
from .stage import Stage

_PROMISED: Final = frozenset({Outcome.NEED_MORE, Outcome.PENDING})


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test went, and what of the connector it exercised."""

    __test__: ClassVar[bool] = False  # pytest: it is no test of ours

    connector: str
    name: str
    passed: bool
    failures: tuple[str, ...]
    """What was expected and what came, each with its path."""
    rows: frozenset[str]
    """The outcome rows that held, by their places."""
    targets: frozenset[str]
    """Mapping targets that got a value, or are promised one by who gives none itself."""
    came: Mapping[str, str] = field(default_factory=dict)
    """What came of it, for a report: outcome, attempts, billed, cost, waits."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended, be it with a reply or not."""

    outcome: Outcome
    note: str
    attempts: int
    billed: Billed
    cost: Decimal
    reply: Reply | None
    resolved: Ending | None = None
    """What the bureau said of it later, where it was asked and could."""

    @classmethod
    def well(cls, reply: Reply) -> Ended:
        return cls(reply.outcome, "", reply.attempts, reply.billed, reply.cost, reply)

    @classmethod
    def badly(cls, error: ConnectorError) -> Ended:
        return cls(error.outcome, error.note, error.attempts, error.billed, error.cost, None)

    def told(self, waits: Sequence[float]) -> Mapping[str, str]:
        """Say it for a report."""
        return {
            "outcome": self.outcome,
            "attempts": str(self.attempts),
            "billed": self.billed,
            "cost": format(self.cost, "f"),
            "waits": ", ".join(f"{wait:g}s" for wait in waits),
        }


@dataclass(frozen=True, slots=True)
class Scene:
    """One test, built and ready to be played."""

    test: InlineTest
    schema: Schema
    built: Built
    query: Query
    stage: Stage
    owned: Owned
    held: list[OutcomeRow]
    """The outcome rows that held, as they did."""

    async def play(self, spec: ConnectorSpec) -> TestResult:
        failures: tuple[str, ...]
        ended: Ended | None = None
        try:
            ended = await self.performed()
            failures = tuple(self._failures(spec, ended))
        except AssertionError as error:
            failures = (str(error),)
        held = frozenset(
            place for place, row in stated_rows(spec) if any(row is each for each in self.held)
        )
        targets = _tried(spec, ended.reply) if ended and ended.reply else frozenset()
        came = ended.told(self.stage.waits) if ended else {}
        return TestResult(spec.name, self.test.name, not failures, failures, held, targets, came)

    async def performed(self) -> Ended:
        """Play without comparing. Raises `AssertionError` where the script is too short."""
        try:
            await self.stage.call_back(0)
            ended = await self._asked()
            return replace(ended, resolved=await self._resolved())
        finally:
            if self.built.jobs is not None:
                await self.built.jobs.aclose()
            await self.owned.settled()

    async def _asked(self) -> Ended:
        try:
            return Ended.well(await self.built.call(self.query))
        except ConnectorError as error:
            return Ended.badly(error)

    async def _resolved(self) -> Ending | None:
        """Ask after the call, where the test says so; by the reference that it was sent with."""
        if self.test.expect.resolved is None or self.built.status is None:
            return None
        sent = self.stage.replay.sent
        reference = sent[-1].attempt.our_reference if sent else ""
        return await self.built.status(self.query.standing, reference)

    def _failures(self, spec: ConnectorSpec, ended: Ended) -> Iterator[str]:
        expected = self.test.expect
        if ended.outcome is not expected.outcome:
            because = f" ({ended.note})" if ended.note else ""
            yield f"outcome: expected {expected.outcome}, came {ended.outcome}{because}"
        yield from self.stage.refused
        yield from self._requests(expected)
        if expected.waits is not None:
            yield from differences(list(expected.waits), self.stage.waits, "waits")
        yield from _ending(expected, ended)
        for target, status in expected.fields.items():
            note = ended.reply.meta.get(target) if ended.reply else None
            # Of a mapping family a field is known once its name stood in the answer.
            known = target in spec.targets or note is not None
            came = status_of(ended.outcome, note) if known else NOTHING
            yield from differences(status, came, f"fields.{target}")
        if expected.user_info is not None:
            message = self.schema.user_info()
            message.ParseFromString(ended.reply.user_info if ended.reply else b"")
            yield from differences(expected.user_info, portray(message), "user_info")

    def _requests(self, expected: Expected) -> Iterator[str]:
        sent, replies = self.stage.replay.sent, self.test.replies or ()
        for index in range(len(sent), len(replies)):
            yield f"replies[{index}]: nothing was sent that it could answer"
        if expected.requests is None:
            return
        if len(expected.requests) != len(sent):
            yield f"requests: expected {len(expected.requests)}, came {len(sent)}"
        for index, (each, wire) in enumerate(zip(expected.requests, sent, strict=False)):
            yield from request_differences(each, wire, f"requests[{index}]")


def _ending(expected: Expected, ended: Ended) -> Iterator[str]:
    reply = ended.reply
    counts = reply.mapped if reply else Counts()
    if expected.resolved is not None:
        yield from _resolution(expected.resolved, ended.resolved)
    for name, wanted, came in (
        ("attempts", expected.attempts, ended.attempts),
        ("billed", expected.billed, ended.billed),
        ("cost", expected.cost, ended.cost),
        ("bureau_reference", expected.bureau_reference, reply.bureau_reference if reply else ""),
        ("invalid", expected.invalid, counts.invalid),
        ("unmapped", expected.unmapped, counts.unmapped),
    ):
        if wanted is not None:
            yield from differences(wanted, came, name)


def _resolution(expected: Resolved, ended: Ending | None) -> Iterator[str]:
    billed = ended.billed if ended else Billed.UNKNOWN
    yield from differences(expected.billed, billed, "resolved.billed")
    if expected.cost is not None:
        yield from differences(expected.cost, ended.cost if ended else None, "resolved.cost")


def _tried(spec: ConnectorSpec, reply: Reply) -> frozenset[str]:
    """
    Name the targets that got a value.

    Who never maps an answer, and only says that there will be one, has tried
    all of its targets with that: their fields are PENDING.
    """
    if reply.outcome in _PROMISED and not _maps(spec):
        return frozenset(spec.targets)
    return frozenset(
        target for target, note in reply.meta.items() if note.status is FieldStatus.PRESENT
    )


def _maps(spec: ConnectorSpec) -> bool:
    """Tell whether any of its answers is mapped; those of the steps before it are not."""
    rows = stated_rows(spec)
    return any(row.outcome in MAPPED for place, row in rows if not place.startswith("steps"))
