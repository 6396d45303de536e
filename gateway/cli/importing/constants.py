"""What of somebody's own message may be sent for others, too."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from .names import snake
from .shape import Way

_PERSONAL: Final = re.compile(
    r"person|subject|applicant|customer|borrower|consumer|client|debtor|guarantor|spouse|"
    r"contact|holder|owner|employ|individual|people|insured|patient|relative|family|payer|payee|"
    r"buyer|tenant|identity|profile|user|member|citizen|resident|nationality|name|birth|gender|"
    r"phone|mobile|mail|street|address|house|postal|income|salary|marital|married|child"
)
"""In whatever has such a name, in any spelling, is somebody."""

_PERSONAL_WORDS: Final = re.compile(
    r"first|last|middle|given|age|sex|dob|ssn|tin|pan|zip|city|town|state|region|province|county"
    r"|district|country|door|flat|unit|party|parties|kin|cell|tel|fax|nombre|apellido|xm"
)
_PROTOCOL: Final = re.compile(
    r"version|ver|v|type|kind|lang|language|locale|currency|ccy|format|product|scene|channel|model"
    r"|mode|method|charset|encoding|protocol|tier"
)
_BESIDE: Final = re.compile(
    r"code|no|number|x|api|service|request|response|reply|report|query|search|accept|output|result"
    r"|message|msg|default"
)
"""What may stand beside a word of the protocol, as in `reportType`, and says nothing alone."""
_CODE: Final = re.compile(r"[A-Za-z0-9_.-]{1,24}", re.ASCII)
_LONG_NUMBER: Final = re.compile(r"\d{5}")
_SHORT: Final = 3
_SMALL: Final = 10_000


def is_constant(way: Way, value: object) -> bool:
    """
    Tell what may be copied into a connector: a code or a switch, and nothing of a person.

    Its name must say that it is one, nothing that it lies in may be somebody, and it must be a
    short word or number; in doubt it is none.
    """
    if is_personal(way):
        return False
    if isinstance(value, bool) or value is None:
        return True
    return _is_protocol(way[-1] if way else "") and _is_code(value)


def is_personal(way: Way) -> bool:
    """Tell whether a name, or one that it lies in, is of a person or of what they have."""
    return any(
        _PERSONAL.search(name.replace("_", ""))
        or any(map(_PERSONAL_WORDS.fullmatch, name.split("_")))
        for name in map(snake, way)
    )


def _is_protocol(name: str) -> bool:
    words = snake(name).split("_")
    other = [word for word in words if not _PROTOCOL.fullmatch(word)]
    return len(other) < len(words) and all(map(_BESIDE.fullmatch, other))


def _is_code(value: object) -> bool:
    if isinstance(value, int | float | Decimal):
        return -_SMALL < value < _SMALL
    text = str(value)
    if not _CODE.fullmatch(text) or _LONG_NUMBER.search(text):
        return False
    return len(text) <= _SHORT or not text.isalpha()
