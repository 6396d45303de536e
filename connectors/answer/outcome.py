"""What an answer means: rows of conditions, the first that holds, and never a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from ..contract import Codec, Document, WireReply
from ..faults import Findings
from ..kit import Strict
from ..select.conditions import Test, compile_conditions, compile_matcher
from ..select.matcher import Matcher
from ..units import Seconds
from ..words import ANSWERS, NOT_ASKED, Billed, Outcome

__all__ = [
    "Classify",
    "Matcher",
    "OutcomeRow",
    "Wait",
    "compile_conditions",
    "compile_outcomes",
]

_BILLED: Mapping[object, Billed] = {
    "yes": Billed.YES,
    "no": Billed.NO,
    # What YAML 1.1 makes of the same two words.
    True: Billed.YES,
    False: Billed.NO,
}


def _billed(word: object) -> object:
    return _BILLED.get(word, word) if isinstance(word, str | bool) else word


def _told(outcome: Outcome) -> Outcome:
    if outcome in NOT_ASKED | {Outcome.TIMEOUT, Outcome.LOST}:
        raise ValueError(f"{outcome} is not for an answer to tell: there was none")
    return outcome


class Wait(Strict):
    """How long the bureau wants to be left alone: seconds, a date of HTTP, or a Unix time."""

    header: str
    max: Seconds
    """What we are willing to wait; when it asks for more, the call is not repeated."""


class OutcomeRow(Strict):
    """One meaning, and all that must hold for it."""

    outcome: Annotated[Outcome, AfterValidator(_told)]
    status: Matcher | None = None
    header: Mapping[str, Matcher] = Field(default_factory=dict)
    body: Mapping[str, Matcher] | Literal["empty"] | None = None
    """Matchers by path, or ``empty`` for a body of no bytes."""
    billed: Annotated[
        Billed | None,
        BeforeValidator(_billed),
        WithJsonSchema({"enum": ["yes", "no", None]}),
    ] = None
    """Where it differs from what the outcome costs otherwise."""
    refresh_auth: Literal["once"] | None = None
    wait: Wait | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.refresh_auth and self.outcome is not Outcome.REFUSED:
            raise ValueError("`refresh_auth` goes with REFUSED")
        if self.wait and self.outcome not in (Outcome.RATE_LIMITED, Outcome.PENDING):
            raise ValueError("`wait` goes with RATE_LIMITED, and with PENDING")
        if self.outcome is Outcome.DUPLICATE and self.billed not in (None, Billed.NO):
            raise ValueError("a DUPLICATE costs nothing: what was charged is the earlier call")
        if self.outcome in ANSWERS and not (self.status or self.header or self.body):
            raise ValueError(f"{self.outcome} needs a condition: no answer is an answer by default")
        return self


Classify = Callable[[WireReply, Document | None], OutcomeRow | None]
"""
Find the row of an answer and its document, None being a body that can not be read.

None means that no row holds: BAD_RESPONSE, for we do not know what it says.
"""

_Holds = Callable[[WireReply, Document | None], bool]


def compile_outcomes(rows: Sequence[OutcomeRow], codec: Codec) -> Classify:
    """
    Compile rows; the first that holds wins.

    Raises `ConfigError` with all that is wrong, each by row and key.
    """
    findings = Findings()
    compiled: list[tuple[_Holds, OutcomeRow]] = []
    for index, row in enumerate(rows):
        with findings.at(index):
            compiled.append((_row(row, codec), row))
    findings.close()
    table = tuple(compiled)

    def classify(reply: WireReply, document: Document | None) -> OutcomeRow | None:
        for holds, row in table:
            if holds(reply, document):
                return row
        return None

    return classify


def _row(row: OutcomeRow, codec: Codec) -> _Holds:
    findings = Findings()
    parts: list[_Holds] = []
    if row.status is not None:
        parts.append(_status(compile_matcher(row.status)))
    with findings.at("header"):
        parts.extend(_headers(row.header))
    if row.body == "empty":
        parts.append(lambda reply, _: not reply.body)
    elif row.body is not None or row.outcome in ANSWERS:
        # A proxy's page of 404 says nothing of the subject, whatever its status.
        with findings.at("body"):
            parts.append(_body(compile_conditions(row.body or {}, codec.selector)))
    findings.close()
    return _all(tuple(parts))


def _status(test: Test) -> _Holds:
    return lambda reply, _: test(reply.status)


def _headers(conditions: Mapping[str, Matcher]) -> list[_Holds]:
    findings = Findings()
    parts: list[_Holds] = []
    for name, matcher in conditions.items():
        if not matcher.wants_text:
            findings.add("a header is text: quote what it must be", name)
        parts.append(_header(name.lower(), compile_matcher(matcher)))
    findings.close()
    return parts


def _header(name: str, test: Test) -> _Holds:
    return lambda reply, _: test(reply.headers.get(name))


def _body(hold: Callable[[Document], bool]) -> _Holds:
    return lambda _, document: document is not None and hold(document)


def _all(parts: tuple[_Holds, ...]) -> _Holds:
    if len(parts) == 1:
        return parts[0]

    def holds(reply: WireReply, document: Document | None) -> bool:
        for part in parts:  # noqa: SIM110 (a generator would cost more than the tests)
            if not part(reply, document):
                return False
        return True

    return holds
