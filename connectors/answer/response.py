"""What an answer says: decoded, classified, checked to be about the right person, mapped."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Self

from pydantic import Field, model_validator

from ..codec import AnyCodec, Json, Xml
from ..contract import Codec, Counts, Document, FieldNote, WireReply
from ..errors import (
    BrokeDown,
    ConnectorError,
    Duplicate,
    InvalidInput,
    QuotaExceeded,
    RateLimited,
    Refused,
    Unreadable,
    WrongSubject,
)
from ..faults import ConfigError, Findings
from ..kit import Kit, Strict
from ..mapping import CompiledMapping, notes_for
from ..mapping.moments import timestamps
from ..select.path import Select, scalar_text
from ..template import Language, RenderError, Scope, TextTemplate, compile_text
from ..words import MAPPED, Billed, Outcome
from .billing import Billing
from .nested import Nested
from .outcome import Classify, OutcomeRow

FAILURES: Final[Mapping[Outcome, type[ConnectorError]]] = {
    Outcome.SUBJECT_MISMATCH: WrongSubject,
    Outcome.BAD_RESPONSE: Unreadable,
    Outcome.INVALID_INPUT: InvalidInput,
    Outcome.REFUSED: Refused,
    Outcome.RATE_LIMITED: RateLimited,
    Outcome.QUOTA_EXCEEDED: QuotaExceeded,
    Outcome.DUPLICATE: Duplicate,
    Outcome.BUREAU_ERROR: BrokeDown,
}
"""Outcomes that an answer can tell and that are no answer."""


class Place(Strict):
    """Where one value stands in the answer."""

    path: str | None = None
    xpath: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.xpath is None):
            raise ValueError("needs one of `path` and `xpath`")
        return self

    def select(self, codec: Codec) -> Select:
        key = "path" if self.xpath is None else "xpath"
        try:
            return codec.selector(self.path or self.xpath or "")
        except ValueError as error:
            raise ConfigError(str(error), (key,)) from error


class Moment(Place):
    """A point in time, in a format: ISO 8601 where none is said."""

    format: str | None = None


class SubjectCheck(Place):
    """What of the answer must equal what we know of the subject."""

    equals: str


class Response(Strict):
    """How an answer is read."""

    codec: AnyCodec = Json(kind="json")
    namespaces: Mapping[str, str] = Field(default_factory=dict)
    """For XPath."""
    nested: tuple[Nested, ...] = ()
    reference: Place | None = None
    """The bureau's own reference of this answer."""
    observed_at: Moment | None = None
    """When the bureau knew what it says."""
    subject_check: tuple[SubjectCheck, ...] = ()

    @model_validator(mode="after")
    def _xml_only(self) -> Self:
        if self.namespaces and not isinstance(self.codec, Xml):
            raise ValueError("only XML has namespaces")
        return self

    def decoder(self, kit: Kit) -> Codec:
        codec = self.codec
        if isinstance(codec, Xml):
            codec = codec.model_copy(update={"namespaces": {**codec.namespaces, **self.namespaces}})
        return codec.build(kit)


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer told, all of it."""

    outcome: Outcome
    user_info: bytes = field(repr=False)
    notes: Mapping[str, FieldNote]
    counts: Counts
    billed: Billed
    bureau_reference: str
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of an answer stand that are not mapped."""

    nested: tuple[Callable[[Document], None], ...]
    reference: Select | None
    observed_at: Callable[[Document], datetime | None]
    checks: tuple[tuple[Select, TextTemplate], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """How one connector's answers are read. Raises `ConnectorError` for what is no answer."""

    connector: str
    codec: Codec
    classify: Classify
    mapping: CompiledMapping
    bill: Callable[[OutcomeRow, Document | None], Billed]
    places: Places

    def __call__(self, reply: WireReply, scope: Scope) -> Told:
        document = self._document(reply)
        row = self.classify(reply, document)
        if row is None:
            raise Unreadable(self.connector, "no outcome row holds")
        billed = self.bill(row, document)
        if row.outcome in FAILURES:
            raise self._failure(row, reply, billed)
        if document is None:
            return Told(row.outcome, b"", {}, Counts(), billed, "", None)
        if not self._same_subject(row.outcome, document, scope):
            raise self._about_another(billed)
        return self._told(row.outcome, document, billed)

    def _document(self, reply: WireReply) -> Document | None:
        try:
            document = self.codec.decode(reply.body)
            for replace in self.places.nested:
                replace(document)
        except ValueError:
            # Whether that is a failure is for the outcome rows to say: no row
            # that releases data matches what could not be read.
            return None
        return document

    def _told(self, outcome: Outcome, document: Document, billed: Billed) -> Told:
        reference = scalar_text(self.places.reference(document)) if self.places.reference else None
        observed_at = self.places.observed_at(document)
        if outcome not in MAPPED:
            return Told(outcome, b"", {}, Counts(), billed, reference or "", observed_at)
        mapped = self.mapping(document, observed_at)
        return Told(
            outcome=outcome,
            user_info=mapped.user_info,
            notes=notes_for(outcome, self.mapping.targets, mapped.notes),
            counts=mapped.counts,
            billed=billed,
            bureau_reference=reference or "",
            observed_at=observed_at,
        )

    def _same_subject(self, outcome: Outcome, document: Document, scope: Scope) -> bool:
        """
        Compare what the answer says of its subject with whom we asked about.

        An answer that holds data must say so; one that holds none need not.
        """
        for select, expected in self.places.checks:
            given = scalar_text(select(document))
            if given is None and outcome not in MAPPED:
                continue
            try:
                if given != expected.render(scope):
                    return False
            except RenderError:
                return False
        return True

    def _about_another(self, billed: Billed) -> WrongSubject:
        error = WrongSubject(self.connector)
        error.billed = billed
        return error

    def _failure(self, row: OutcomeRow, reply: WireReply, billed: Billed) -> ConnectorError:
        error = FAILURES[row.outcome](self.connector)
        error.billed = billed
        if isinstance(error, RateLimited) and row.wait is not None:
            error.wait = _seconds(reply.headers.get(row.wait.header.lower()), row.wait.max)
        if isinstance(error, Refused):
            error.renewable = row.refresh_auth is not None
        return error


def _seconds(text: str | None, most: float) -> float | None:
    """
    Read a Retry-After in seconds; its form as a date is not worth a wait of ours.

    What is longer than `most` is not waited for: to ask earlier would only be
    turned away again.
    """
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    return float(text) if float(text) <= most else math.inf


def compile_places(
    response: Response, kit: Kit, codec: Codec, language: Language, zone: str
) -> Places:
    """Compile; `zone` is of times that name none. Raises `ConfigError`."""
    findings = Findings()
    nested: list[Callable[[Document], None]] = []
    for index, each in enumerate(response.nested):
        with findings.at("nested", index):
            nested.append(each.build(kit, codec))
    reference = None
    with findings.at("reference"):
        reference = response.reference.select(codec) if response.reference else None
    observed_at = None
    with findings.at("observed_at"):
        observed_at = compile_moment(response.observed_at, codec, zone)
    checks = None
    with findings.at("subject_check"):
        checks = compile_subject_checks(response.subject_check, codec, language)
    checks = findings.settle(checks)
    return Places(tuple(nested), reference, findings.settle(observed_at), checks)


def compile_subject_checks(
    checks: Sequence[SubjectCheck], codec: Codec, language: Language
) -> tuple[tuple[Select, TextTemplate], ...]:
    findings = Findings()
    compiled = []
    for index, check in enumerate(checks):
        with findings.at(index):
            select = check.select(codec)
            with findings.at("equals"):
                compiled.append((select, compile_text(check.equals, language)))
    findings.close()
    return tuple(compiled)


def compile_moment(
    moment: Moment | None, codec: Codec, zone: str
) -> Callable[[Document], datetime | None]:
    """Compile; what can not be read as a time counts as not said."""
    if moment is None:
        return lambda _: None
    select = moment.select(codec)
    try:
        read = timestamps(moment.format, zone)
    except ConfigError as error:
        raise ConfigError(str(error), ("format",)) from error

    def when(document: Document) -> datetime | None:
        text = scalar_text(select(document))
        point = None if text is None else read(text)
        if not isinstance(point, Mapping):
            return None
        return datetime.fromtimestamp(point["seconds"], UTC)

    return when


def compile_billing(
    billing: Billing, codec: Codec, *, free: bool
) -> Callable[[OutcomeRow, Document | None], Billed]:
    """Compile: the bureau's own flag wins, then the row's word, then the table."""
    charged = billing.charged_test(codec)

    def bill(row: OutcomeRow, document: Document | None) -> Billed:
        if free:
            return Billed.NO
        said = None if charged is None or document is None else charged(document)
        if said is not None:
            return Billed.YES if said else Billed.NO
        return row.billed or billing.expects(row.outcome)

    return bill
