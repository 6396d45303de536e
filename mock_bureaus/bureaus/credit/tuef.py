"""
Records of segments: the request and the answer of a bureau that knows nothing else.

A record is a header of fixed widths (`REQUEST`, `RESPONSE`), and segments:

| part | written as | example |
|---|---|---|
| segment | two letters, two digits for the length of its id, the id | `TL04T001` |
| field | two digits for its tag, two for the length of its value, the value | `130512049` |
| end | a segment `ES`, its id the record's length in five digits | `ES05002500102**` |

A field belongs to the last segment before it. A record's length is that of all of it,
header and end with its one field included; all lengths count characters of ASCII.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REQUEST: Mapping[str, int] = {
    "record": 6,
    "member_reference": 25,
    "user": 30,
    "password": 30,
    "purpose": 2,
    "amount": 9,
    "score_type": 10,
}
"""Names and widths of a request's header: texts are filled up with blanks, the amount with 0."""

RESPONSE: Mapping[str, int] = {
    "record": 6,
    "member_reference": 25,
    "user": 30,
    "return_code": 1,
    "control_number": 10,
    "date": 8,
    "time": 6,
    "reserved": 54,
}
"""The same of an answer's: 140 characters."""

RECORD = "TUEF12"
END_VALUE = "**"

_SEGMENT = re.compile(r"[A-Z]{2}(?=\d\d)")
_FIELD = re.compile(r"\d{4}")
_END_LENGTH = len("ES0500000") + len("0102**")


@dataclass(slots=True)
class Segment:
    """Two letters, an id, and fields by their tags."""

    kind: str
    name: str
    fields: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        fields = "".join(f"{tag}{len(value):02}{value}" for tag, value in self.fields.items())
        return f"{self.kind}{len(self.name):02}{self.name}{fields}"


def record(header: str, segments: Iterable[Segment]) -> str:
    """Write a record, and at its end how long it is."""
    text = header + "".join(map(str, segments))
    return f"{text}{Segment('ES', f'{len(text) + _END_LENGTH:05}', {'01': END_VALUE})}"


def header(widths: Mapping[str, int], values: Mapping[str, str]) -> str:
    """Fill up with blanks what is short, or absent."""
    return "".join(values.get(name, "").ljust(width) for name, width in widths.items())


def read_header(widths: Mapping[str, int], text: str) -> dict[str, str]:
    """Cut a header up. Raises `ValueError` if there is less of it."""
    if len(text) < sum(widths.values()):
        raise ValueError("shorter than its header")
    values, start = {}, 0
    for name, width in widths.items():
        values[name] = text[start : start + width].rstrip()
        start += width
    return values


def read_segments(text: str) -> list[Segment]:
    """Read what follows a header. Raises `ValueError` where it is not as it should be."""
    segments: list[Segment] = []
    place = 0
    while place < len(text):
        segment = _SEGMENT.match(text, place)
        if segment is None and (not segments or not _FIELD.match(text, place)):
            raise ValueError(f"neither a segment nor a field at {place}")
        length = int(text[place + 2 : place + 4])
        start, place = place, place + 4 + length
        if place > len(text):
            raise ValueError(f"a length that is too long at {start}")
        value = text[start + 4 : place]
        if segment is not None:
            segments.append(Segment(segment[0], value))
        else:
            segments[-1].fields[text[start : start + 2]] = value
    return segments
