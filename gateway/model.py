"""
What passes through the house, room by room.

    Inquiry -> Admitted -> Valid -> Filled -> Granted -> Answers -> Report -> Verified

Each name is proof that the stage before it has run, and only the stage of that
name may make one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum, unique

from datachannel.v1 import user_info_pb2

from connectors.contract import FieldNote, Query, Reply, Standing, Values
from connectors.errors import ConnectorError
from connectors.words import FieldStatus, Outcome, Purpose, ReuseMode

from .policy import CallerPolicy
from .subject.filling import FieldOrigin, Filling
from .subject.violation import Violation


@unique
class Verdict(StrEnum):
    """Whether a report stands."""

    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"
    INSUFFICIENT = "INSUFFICIENT"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True)
class Consent:
    """The subject's leave, as the caller states it."""

    id: str
    granted_at: datetime | None
    expires_at: datetime | None
    purposes: frozenset[Purpose]
    recipients: frozenset[str]
    """Names of bureaus."""
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller proved, or claims, at the door."""

    san: tuple[str, ...] = ()
    """Names in the certificate that TLS has verified."""
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Recalled:
    """Whose answers an inquiry is given again, when it comes back."""

    connectors: frozenset[str]
    alone: bool
    """Whether nobody else is asked."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One caller asking for one product about one person. Nothing in it is checked yet."""

    id: str
    credentials: Credentials
    product: str
    purpose: Purpose | None
    received_at: datetime
    deadline: float | None
    """Monotonic; None where the caller set none."""
    fields: tuple[str, ...] = ()
    """The caller's field mask; empty asks for all that the product offers."""
    subject: Values = field(default_factory=dict, repr=False)
    application: Values = field(default_factory=dict, repr=False)
    device: Values = field(default_factory=dict, repr=False)
    inputs: Values = field(default_factory=dict, repr=False)
    attachments: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    consent: Consent | None = None
    reuse: ReuseMode = ReuseMode.DEFAULT
    max_age: float | None = None
    """Seconds."""
    max_cost: Decimal | None = None
    """In the billing currency."""
    acknowledged: frozenset[str] = frozenset()
    """Calls whose unknown outcome the caller knows of."""
    recalled: Recalled | None = None
    """None where it is made for the first time."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Caller, product and purpose fit: the inquiry may be looked at."""

    inquiry: Inquiry
    caller: CallerPolicy
    purpose: Purpose
    wanted: tuple[str, ...]
    """UserInfo paths that this caller gets of this product."""
    deadline: float
    """Monotonic: the earliest of the caller's, the product's and ours."""


@dataclass(frozen=True, slots=True)
class Valid:
    """What is there is well-formed; something may still be absent."""

    admitted: Admitted
    subject: Values = field(repr=False)
    """Normalised."""
    warnings: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """All that the product needs of the subject is there, and well-formed."""

    valid: Valid
    subject: Values = field(repr=False)
    fillings: tuple[Filling, ...] = ()
    warnings: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """The proof that these connectors may be asked, on this consent."""

    filled: Filled
    standing: Standing
    granted_at: datetime
    connectors: tuple[str, ...]
    """Granted, in the product's order."""
    refused: Mapping[str, Outcome]
    """Not granted, and why."""
    values: Mapping[str, Values] = field(repr=False)
    """What queries may refer to besides ``user_info``, by root."""
    shadows: tuple[str, ...] = ()
    """Connectors on trial that may be asked as well; nothing of them reaches the caller."""
    allowances: Mapping[str, Decimal] = field(default_factory=dict)
    """What waterfalls may spend, by name; one that is not here may spend what it takes."""
    known: frozenset[str] = frozenset()
    """Connectors whose answer was there when somebody looked; not always does anybody."""
    bound: bool = False
    """Whether a limit of cost counted on that: then no more than what is known is taken of them."""

    def query(self, connector: str, deadline: Callable[[], float], user_info: Values) -> Query:
        standing = self.standing
        if self.bound and connector in self.known:
            standing = replace(standing, reuse=ReuseMode.ONLY_CACHE)
        return Query(
            connector=connector,
            standing=standing,
            deadline=deadline,
            subject=self.values["subject"],
            inquiry=self.values["inquiry"],
            application=self.values["application"],
            device=self.values["device"],
            consent=self.values["consent"],
            user_info=user_info,
        )


@dataclass(frozen=True, slots=True)
class Missed:
    """A connector that gave no answer, and why."""

    connector: str
    outcome: Outcome
    error: ConnectorError | None = None
    """None where it was not asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one connector's part of an inquiry ended."""

    connector: str
    reply: Reply | None
    missed: Missed | None
    latency: float
    """Seconds that the inquiry waited for it."""

    @property
    def outcome(self) -> Outcome:
        if self.reply is not None:
            return self.reply.outcome
        return self.missed.outcome if self.missed else Outcome.NOT_NEEDED


Tell = Callable[[Answer], None]
"""Hears of each answer as it comes."""

Listen = Callable[[Granted], Tell]
"""Hears what was granted, once, and gives who then hears of its answers."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What each connector of the product had to say."""

    granted: Granted
    by_connector: Mapping[str, Answer]

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        return {name: answer.outcome for name, answer in self.by_connector.items()}


@dataclass(frozen=True, slots=True)
class FieldMeta:
    """The truth about one field."""

    status: FieldStatus
    origin: FieldOrigin | None
    connector: str = ""
    reply: Reply | None = None
    note: FieldNote | None = None
    rule_id: str = ""
    conflict: bool = False
    mapping_version: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What all connectors together know of one person, in our own words."""

    answers: Answers
    user_info: user_info_pb2.UserInfo = field(repr=False)
    fields: Mapping[str, FieldMeta]
    cost: Decimal
    """In the billing currency."""
    warnings: tuple[Violation, ...] = ()
    lacking: tuple[str, ...] = ()
    """Paths that the product requires and nobody gave."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A wanted field that is not there, and why."""

    path: str
    status: FieldStatus
    connector: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A report, judged."""

    report: Report
    verdict: Verdict
    score: float
    """0..1: the share of wanted fields about which the truth is known."""
    missing: tuple[Missing, ...]
    warnings: tuple[Violation, ...]
