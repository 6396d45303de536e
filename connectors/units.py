"""Quantities as people write them in YAML: ``300ms``, ``2MiB``, ``40/s``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_NUMBER = r"(\d+(?:\.\d+)?)"

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(rf"{_NUMBER}(ms|s|m|h|d)", re.ASCII)

_SIZES = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SIZE = re.compile(r"(\d+)(B|KiB|MiB|GiB)", re.ASCII)

_RATE = re.compile(rf"{_NUMBER}/(\d*)(s|m|h|d)", re.ASCII)


def seconds(text: object) -> float:
    """
    Read a duration.

    A bare number is refused: nobody can tell whether 300 means seconds or
    milliseconds, and the two differ by an outage.
    """
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a duration has a unit: 300ms, 20s, 5m, 1h or 7d")
    return float(found[1]) * _SECONDS[found[2]]


def size(text: object) -> int:
    """Read a number of bytes."""
    found = _SIZE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a size has a unit: 100B, 512KiB, 2MiB or 1GiB")
    return int(found[1]) * _SIZES[found[2]]


def rate(text: object) -> float:
    """Read how often a second: ``600/5m`` is two."""
    found = _RATE.fullmatch(text) if isinstance(text, str) else None
    per = int(found[2] or 1) * _SECONDS[found[3]] if found else 0
    if found is None or per == 0 or float(found[1]) == 0:
        raise ValueError("a rate is a number above zero in a time: 40/s, 600/5m or 1000/d")
    return float(found[1]) / per


_DURATION_TEXT = Annotated[str, Field(title="duration")]
_SIZE_TEXT = Annotated[str, Field(title="size")]
_RATE_TEXT = Annotated[str, Field(title="rate")]
"""What pages call them; without a pattern, as a text may still be `${env.NAME}`."""

Seconds = Annotated[float, BeforeValidator(seconds, json_schema_input_type=_DURATION_TEXT)]
"""A duration such as ``300ms``, in seconds."""

Bytes = Annotated[int, BeforeValidator(size, json_schema_input_type=_SIZE_TEXT)]
"""A size such as ``2MiB``, in bytes."""

Rate = Annotated[float, BeforeValidator(rate, json_schema_input_type=_RATE_TEXT)]
"""How often something may happen, such as ``40/s``, per second."""
