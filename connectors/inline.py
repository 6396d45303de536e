"""The tests that stand inside a connector's file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from .kit import Strict
from .units import Seconds
from .words import Billed, FieldStatus, Outcome, Purpose

Scalar = str | int | bool | Decimal | datetime
Inputs = Mapping[str, object]


class Freeze(Strict):
    """What is otherwise different each time."""

    now: AwareDatetime = datetime.fromisoformat("2026-01-02T03:04:05+00:00")
    nonce: str = "0001"
    reference: str = "ref0000000000000001"
    random: str = Field(default="", pattern=r"^(?:[0-9a-fA-F]{2})*$")
    """The first random bytes, such as of an iv, in hexadecimal digits; a fixed stream follows."""


class ScriptedReply(Strict):
    """What the bureau answers, or how it fails to."""

    status: int = 200
    headers: Mapping[str, str] = Field(default_factory=dict)
    json_: object = Field(default=None, alias="json")
    text: str | None = None
    rows: tuple[Mapping[str, object], ...] | None = None
    """Of a database."""
    fails: Literal["not_sent", "lost"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len({"json_", "text", "rows", "fails"} & self.model_fields_set) > 1:
            raise ValueError("json, text, rows and fails exclude each other")
        return self


class ScriptedCallback(Strict):
    """What the bureau sends of its own accord."""

    after: int = Field(default=0, ge=0)
    """It comes when so many requests have been sent, before the last one's answer."""
    path_secret: str = ""
    headers: Mapping[str, str] = Field(default_factory=dict)
    json_: object = Field(default=None, alias="json")
    text: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len({"json_", "text"} & self.model_fields_set) != 1:
            raise ValueError("needs one of json and text")
        return self


class ExpectedRequest(Strict):
    """What the bureau must be sent; what is not said is not compared."""

    method: str | None = None
    path: str | None = None
    """Without query, as it is on the wire."""
    query: Mapping[str, str] | None = None
    """All of it."""
    header: Mapping[str, str] = Field(default_factory=dict)
    json_: object = Field(default=None, alias="json")
    json_contains: Mapping[str, object] = Field(default_factory=dict)
    form: Mapping[str, str] | None = None
    """All of it."""
    form_contains: Mapping[str, str] = Field(default_factory=dict)
    text: str | None = None
    """The body, to the byte."""
    text_contains: tuple[str, ...] = ()
    bind: Mapping[str, object] | None = None
    """Of a database: all arguments."""


class Resolved(Strict):
    """What the bureau must say of the call when it is asked after: by `dedupe.query`."""

    billed: Billed
    """UNKNOWN: it can not say yet."""
    cost: Decimal | None = None


class Expected(Strict):
    """What must come of it; what is not said is not compared."""

    outcome: Outcome
    requests: tuple[ExpectedRequest, ...] | None = None
    """All of them, in order: steps, submission, polls, download."""
    waits: tuple[float, ...] | None = None
    """All pauses between requests, in seconds."""
    attempts: int | None = None
    billed: Billed | None = None
    cost: Decimal | None = None
    bureau_reference: str | None = None
    user_info: Mapping[str, object] | None = None
    """All of it."""
    fields: Mapping[str, FieldStatus] = Field(default_factory=dict)
    invalid: int | None = None
    unmapped: int | None = None
    resolved: Resolved | None = None
    """Said, the bureau is asked after the call once it has ended."""


class InlineTest(Strict):
    """One question, the bureau's part in it, and what must come of it."""

    name: str
    like: str | None = None
    """Another test, whose question this one takes over where it says nothing else."""
    freeze: Freeze | None = None
    secrets: Mapping[str, str] | None = None
    env: Mapping[str, str] | None = None
    purpose: Purpose | None = None
    subject: Inputs | None = None
    inquiry: Inputs | None = None
    application: Inputs | None = None
    device: Inputs | None = None
    consent: Inputs | None = None
    user_info: Inputs | None = None
    deadline: Seconds | None = None
    """How long the caller waits; pauses count, though nobody waits for them."""
    replies: tuple[ScriptedReply, ...] | None = None
    callbacks: tuple[ScriptedCallback, ...] | None = None
    expect: Expected
