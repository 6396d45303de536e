"""Persons who do not exist, each with a resident identity number that checks."""

from __future__ import annotations

from datetime import date, timedelta

REGION = "110105"
FIRST = date(1960, 1, 1).toordinal()
DAYS = 16_000
"""Birth dates: up to 2003, so that all are of age."""
SEQUENCES = 1_000
PEOPLE = DAYS * SEQUENCES

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def id_number(person: int) -> str:
    """Give the synthetic number of a person; of two persons, two numbers."""
    sequence, day = divmod(person % PEOPLE, DAYS)
    born = date.fromordinal(FIRST) + timedelta(days=day)
    body = f"{REGION}{born:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % len(_CHECKS)]


def mobile(person: int) -> str:
    """Give a number of the form of one; 170 is of virtual operators."""
    return f"170{person % 10**8:08d}"
