"""
A credit report as one long line: fixed widths first, then tags, lengths and values.

How a record is written stands in `tuef`; what is asked is in `PN03N01` (01 name,
07 birthday), `ID03I01` (01 type, 02 number) and `PT03T01` (01 phone). An answer
repeats those, and goes on:

| segment | fields |
|---|---|
| `SC10CIBILTUSCR` | 03 date, 04 score, five wide (`000-1`: none), 25 and 26 reasons |
| `TL04T001` and on | 02 lender, 04 type, 05 owner, 08 opened, 12 limit, 13 balance, 14 due, 28 |
| `IQ04I001` and on | 01 date, 04 member, 05 purpose, 06 amount |
| `ER04ERRR` | 01 code, 02 text: instead of all others, if the request is refused |

28 is a history of eighteen months, three characters each. Dates are DDMMYYYY. Where
there is no file, only the header and the end are left.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ...contract import Answer, Desk, Received
from ...persons import Person
from ..opening import Opening
from ..refusal import Refusal
from .tuef import RECORD, REQUEST, RESPONSE, Segment, header, read_header, read_segments, record

PATH = "/tuefline/tuef"
TEXT_TYPE = "text/plain; charset=us-ascii"
SCORE, SCORE_TYPE = "CIBILTUSCR", "CIBILTUSC2"
PURPOSES = frozenset({"05", "10", "13", "17"})
"""Personal loan, credit card, housing loan, review of an account."""

MALFORMED, WRONG_LENGTH, NO_USER, BAD_HEADER, BAD_SEGMENT, INCOMPLETE, BROKEN = (
    "E01",
    "E02",
    "E03",
    "E04",
    "E05",
    "E06",
    "E99",
)
_HEADER_LENGTH = sum(REQUEST.values())


@dataclass(slots=True)
class FixedWidthReport:
    """Scores, trades and inquiries; a score that is none and no file at all are billed too."""

    opening: Opening
    _serials: Iterator[int] = field(default_factory=lambda: count(1))

    async def enquire(self, received: Received) -> Answer:
        asked: dict[str, str] = {}
        try:
            text = received.body.decode("ascii")
            asked |= _header(text)
            segments = self._admitted(text, asked)
        except UnicodeDecodeError:
            return refused(MALFORMED, "RECORD IS NOT ASCII")
        except Refusal as refusal:
            return refused(refusal.code, refusal.message, asked)
        person = self._person(segments)
        answered = _report(person) if person else ()
        return _answer("1", asked, answered, f"{next(self._serials):010}", billed=True)

    def _admitted(self, text: str, asked: Mapping[str, str]) -> list[Segment]:
        known = self.opening.known
        if (asked["user"], asked["password"]) != (known.tuefline_user, known.tuefline_password):
            raise Refusal(NO_USER, "INVALID USER OR PASSWORD")
        if not _orderly(asked):
            raise Refusal(BAD_HEADER, "INVALID PURPOSE, AMOUNT OR SCORE TYPE")
        try:
            segments = read_segments(text[_HEADER_LENGTH:])
        except ValueError:
            raise Refusal(BAD_SEGMENT, "SEGMENT CANNOT BE READ") from None
        end = segments[-1] if segments else Segment("", "")
        if end.kind != "ES" or end.name != f"{len(text):05}":
            raise Refusal(WRONG_LENGTH, "LENGTH OF RECORD DOES NOT AGREE")
        if not _value(segments, "PN", "01") or not _value(segments, "ID", "02"):
            raise Refusal(INCOMPLETE, "NAME OR ID SEGMENT MISSING")
        return segments

    def _person(self, segments: list[Segment]) -> Person | None:
        person = self.opening.people.get(_value(segments, "ID", "02"))
        return person if person and "tuefline" in person.on_file else None


def _header(text: str) -> dict[str, str]:
    try:
        asked = read_header(REQUEST, text)
    except ValueError:
        raise Refusal(MALFORMED, "RECORD IS TOO SHORT") from None
    if asked["record"] != RECORD:
        raise Refusal(MALFORMED, "RECORD IS NOT TUEF12")
    return asked


def _orderly(asked: Mapping[str, str]) -> bool:
    amount = asked["amount"]
    whole = len(amount) == REQUEST["amount"] and amount.isdigit()
    return whole and asked["purpose"] in PURPOSES and asked["score_type"] == SCORE_TYPE


def _value(segments: list[Segment], kind: str, tag: str) -> str:
    return next((each.fields.get(tag, "") for each in segments if each.kind == kind), "")


def _report(person: Person) -> Iterator[Segment]:
    file: Mapping[str, Any] = person.on_file["tuefline"]
    year, month, day = person.birthday.split("-")
    yield Segment("PN", "N01", {"01": person.name, "07": f"{day}{month}{year}"})
    yield Segment("ID", "I01", {"01": "01", "02": person.id_number})
    yield Segment("PT", "T01", {"01": person.mobile})
    known = {"01": "02", "02": "10", "03": "01012026", "04": file["score"]}
    yield Segment("SC", SCORE, known | file.get("reasons", {}))
    for number, trade in enumerate(file["trades"], 1):
        yield Segment("TL", f"T{number:03}", dict(trade))
    for number, inquiry in enumerate(file.get("inquiries", ()), 1):
        yield Segment("IQ", f"I{number:03}", dict(inquiry))


def refused(code: str, message: str, asked: Mapping[str, str] | None = None) -> Answer:
    error = Segment("ER", "ERRR", {"01": code, "02": message})
    return _answer("0", asked or {}, (error,), "0" * 10)


def _answer(
    return_code: str,
    asked: Mapping[str, str],
    segments: Iterator[Segment] | tuple[Segment, ...],
    control_number: str,
    *,
    billed: bool = False,
) -> Answer:
    values = {
        "record": RECORD,
        "member_reference": asked.get("member_reference", ""),
        "user": asked.get("user", ""),
        "return_code": return_code,
        "control_number": control_number,
        "date": "01012026",
        "time": "120000",
    }
    text = record(header(RESPONSE, values), segments)
    return Answer(200, text.encode("ascii"), TEXT_TYPE, billed=billed)


def reference(received: Received) -> str:
    """Read the member's own number, from its fixed place."""
    return received.text[6:31].rstrip()


FAILURE = refused(BROKEN, "SYSTEM ERROR")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    return (Desk(opening.bureau, PATH, FixedWidthReport(opening).enquire, FAILURE, reference),)
