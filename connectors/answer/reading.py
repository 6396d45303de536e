"""What an answer says: decoded, classified, checked to be about the right person, mapped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..contract import Counts, Document, FieldNote, Values, WireReply
from ..errors import ConnectorError, Duplicate, Unreadable, WrongSubject
from ..mapping import CompiledMapping, Mapped
from ..template import Scope
from ..words import MAPPED, Billed, Outcome
from .billing import Bill
from .decoding import Decoding, Forged, Opened, kept, read_again
from .failures import FAILURES, asked_pause, failure
from .outcome import Classify, OutcomeRow
from .places import Places
from .sections import Portion, Verdict, judge

if TYPE_CHECKING:
    from .pages import Pages

NOT_KEPT = frozenset({Outcome.PENDING, Outcome.NEED_MORE, Outcome.SUBJECT_MISMATCH})
"""What is followed by another answer, or is about somebody else."""


UNMAPPED = Mapped(b"", {}, Counts())
"""Of an answer that holds nothing to map."""


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
    captured: Values = field(default_factory=dict, repr=False)
    """What later messages refer to."""
    whole: bool = True
    """Whether each section was answered."""
    wait: float | None = None
    """Of PENDING: seconds after which to ask again, where the bureau said so."""
    word: Billed | None = None
    """What the row that held says of the bill, whatever the rest may say."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the answers to one message are read. Raises `ConnectorError` for what is no answer."""

    connector: str
    decode: Decoding
    classify: Classify
    sections: tuple[Portion, ...]
    mapping: CompiledMapping
    bill: Bill
    places: Places
    now: Callable[[], datetime]
    """Wall-clock time."""
    is_answer: bool = True
    """Whether these are the answers that are mapped; an earlier step's are not."""
    pages: Pages | None = None
    """How the other pages are found, where an answer may have more than one."""

    @property
    def references(self) -> frozenset[str]:
        """What of an inquiry an answer's meaning depends on."""
        return self.places.references | self.mapping.references

    def __call__(self, reply: WireReply, scope: Scope) -> Told:
        return self.told(self.opened(reply), scope)

    def opened(self, reply: WireReply) -> Opened:
        """Read the document, if there is one. Raises `Unreadable` for a forged answer."""
        try:
            return self.decode(reply)
        except Forged as error:
            note = str(error)
        raise Unreadable(self.connector, note)

    def document(self, reply: WireReply) -> Document | None:
        """Give the document alone; none of what can not be read, or is forged."""
        try:
            return self.decode(reply).document
        except Forged:
            return None

    def told(self, opened: Opened, scope: Scope) -> Told:
        """Tell what an answer means."""
        verdict, billed = self.judged(opened)
        outcome, document = verdict.row.outcome, opened.document
        wait = asked_pause(verdict.row, opened.reply, self.now)
        if document is None:
            word = verdict.row.billed
            return Told(outcome, b"", {}, Counts(), billed, "", None, wait=wait, word=word)
        if not self.places.same_subject(document, scope, named=outcome in MAPPED):
            raise self._about_another(billed)
        observed_at = self.places.observed_at(document)
        mapped = self._mapped(verdict, document, observed_at, scope)
        # One construction, all of it at once: this runs for every answer.
        return Told(
            outcome=outcome,
            user_info=mapped.user_info,
            notes=verdict.notes(self.mapping.targets, mapped.notes, observed_at),
            counts=mapped.counts,
            billed=billed,
            bureau_reference=self.places.referred(document),
            observed_at=observed_at,
            captured=self.places.captured(document),
            whole=verdict.whole,
            wait=wait,
            word=verdict.row.billed,
        )

    def judged(self, opened: Opened) -> tuple[Verdict, Billed]:
        """Find what holds of an answer, and what it costs. Raises what is a failure."""
        own = self.classify(opened.reply, opened.document)
        if own is None:
            raise Unreadable(self.connector, "no outcome row holds")
        verdict = judge(own, self.sections, opened)
        billed = self.bill(verdict.row.outcome, verdict.billed, opened.document)
        if verdict.row.outcome in FAILURES:
            raise self._failure(verdict.row, opened, billed)
        return verdict, billed

    def page(self, opened: Opened, first: Opened, scope: Scope) -> None:
        """Check a further page. Raises what the whole answer fails with."""
        verdict, billed = self.judged(opened)
        if opened.document is None or verdict.row.outcome is not self.judged(first)[0].row.outcome:
            raise Unreadable(self.connector, "pages that disagree")
        if not self.places.same_subject(opened.document, scope, named=False):
            raise self._about_another(billed)

    def kept(self, opened: Opened, scope: Scope) -> bytes | None:
        """
        Write down what is kept of an answer; None where nothing is.

        That is a page that could not be read, an answer that another follows, and
        whatever is about somebody else: nobody who asks about the one may be given
        the other.
        """
        row, document = self.classify(opened.reply, opened.document), opened.document
        if not self.is_answer or (row is not None and row.outcome in NOT_KEPT):
            return None
        if document is None:
            return b"" if not opened.reply.body else None
        named = row is not None and row.outcome in MAPPED
        if not self.places.same_subject(document, scope, named=named):
            return None
        try:
            return kept(document)
        except ValueError:
            return None

    def reread(
        self, status: int, headers: Mapping[str, str], document: bytes, scope: Scope
    ) -> Told:
        """
        Classify and map again what was kept, without decrypting it.

        What a new `drop`, `open` or `nested` would do was done, or not, when the
        answer came.
        """
        reply = WireReply(status, headers, document)
        try:
            opened = Opened(reply, read_again(document))
        except ValueError:
            opened = Opened(reply, None)
        return self.told(opened, scope)

    def watched(self, held: Callable[[OutcomeRow], None]) -> Reading:
        """Have each outcome row named that holds."""

        def watching(classify: Classify) -> Classify:
            def noting(reply: WireReply, document: Document | None) -> OutcomeRow | None:
                row = classify(reply, document)
                if row is not None:
                    held(row)
                return row

            return noting

        return replace(
            self,
            classify=watching(self.classify),
            sections=tuple(
                replace(each, classify=watching(each.classify)) for each in self.sections
            ),
        )

    def _mapped(
        self, verdict: Verdict, document: Document, observed_at: datetime | None, scope: Scope
    ) -> Mapped:
        if verdict.row.outcome not in MAPPED:
            return UNMAPPED
        return self.mapping(
            document, observed_at, scope=scope, now=self.now(), closed=verdict.closed
        )

    def _about_another(self, billed: Billed) -> WrongSubject:
        error = WrongSubject(self.connector)
        error.billed = billed
        return error

    def _failure(self, row: OutcomeRow, opened: Opened, billed: Billed) -> ConnectorError:
        error = failure(self.connector, row, opened.reply, billed, self.now)
        if isinstance(error, Duplicate) and opened.document is not None:
            error.captured = self.places.captured(opened.document)
        return error
