"""The person of a connector's tests, in values that the bureau's schema allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..shape import Leaf

VECTORS: Final[Mapping[str, str]] = {
    "subject.id_number": "11010519491231002X",
    "subject.name": "测试甲",
    "subject.given_name": "甲",
    "subject.family_name": "测试",
    "subject.second_family_name": "乙",
    "subject.date_of_birth": "1949-12-31",
    "subject.mobile": "19900000001",
    "subject.bank_card": "6200000000000005",
    "subject.email": "test@example.com",
    "subject.sex": "FEMALE",
    "subject.nationality": "CN",
    "subject.certificate_number": "100000000000000001",
    "subject.address.line1": "1 Test Street",
    "subject.address.line2": "Floor 1",
    "subject.address.city": "Testville",
    "subject.address.district": "Test District",
    "subject.address.region": "Test Region",
    "subject.address.postal_code": "10000",
    "subject.address.country": "CN",
    "subject.employer.name": "Test Company",
    "subject.employer.uscc": "91350100M000100Y43",
    "device.ip": "192.0.2.1",
    "device.fingerprint": "fingerprint-of-a-test",
    "device.user_agent": "agent-of-a-test",
    "application.id": "application-of-a-test",
}
"""A person who does not exist."""

_PART: Final = re.compile(
    r"(?:(?P<digit>\\d)|\[(?P<first>[A-Za-z0-9])[^\]]*\]|(?P<letter>[A-Za-z0-9 -]))"
    r"(?:\{(?P<least>\d{1,3})(?:,\d*)?\}|(?P<often>[+*?]))?"
)


def person(sent: Mapping[str, Leaf]) -> dict[str, str]:
    """Give the person of the tests: what is sent as it stands is written as its schema has it."""
    fitted = {name: _fitting(VECTORS[name], leaf) for name, leaf in sent.items() if name in VECTORS}
    return {**VECTORS, **fitted}


def _fitting(value: str, leaf: Leaf) -> str:
    if _allows(leaf, value):
        return value
    built = "".join(_written(leaf.pattern)) if leaf.pattern else value
    built = built[: leaf.longest or None]
    return built if built and _allows(leaf, built) else value


def _allows(leaf: Leaf, value: str) -> bool:
    if leaf.longest and len(value) > leaf.longest:
        return False
    try:
        return not leaf.pattern or re.search(leaf.pattern, value) is not None
    except re.error:
        return True


def _written(pattern: str) -> Iterator[str]:
    """Write what a simple pattern allows; nothing, where it has parts of another kind."""
    rest = pattern.removeprefix("^").removesuffix("$")
    parts = list(_PART.finditer(rest))
    if "".join(part[0] for part in parts) != rest:
        return
    for part in parts:
        one = "1" if part["digit"] or part["first"] == "0" else part["first"] or part["letter"]
        often = int(part["least"]) if part["least"] else 0 if part["often"] in {"*", "?"} else 1
        yield one * often
