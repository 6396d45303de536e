"""How long a token lives, as far as anyone says."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final, Self

import orjson
from pydantic import model_validator

from ..contract import Codec, Document
from ..faults import ConfigError
from ..kit import Strict
from ..select.path import scalar_text
from ..units import Seconds

Lifetime = Callable[[Document, str, datetime], float | None]
"""Seconds that a token has left at a moment, by its answer; None where that does not say."""

_MILLISECONDS: Final = 10**11
"""A time of as many seconds is in the year 5138: who writes it means thousandths."""


class Expires(Strict):
    """How long a token lives."""

    after: Seconds | None = None
    in_path: str | None = None
    """Where the answer says it, in seconds."""
    at_path: str | None = None
    """Where the answer says its end: ISO 8601, or a Unix time in seconds or milliseconds."""
    jwt: bool = False
    """Whether the token says it itself; it is read, and proves nothing to us."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        ways = (self.after, self.in_path, self.at_path, self.jwt or None)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("one of after, in_path, at_path and jwt")
        return self

    def compile(self, codec: Codec, zone: tzinfo) -> Lifetime:
        """Compile; `zone` is of a time that names none. Raises `ConfigError`."""
        if self.jwt:
            return lambda _, token, now: _until(_claimed(token), now)
        if self.after is not None:
            after = self.after
            return lambda _, __, ___: after
        key = "in_path" if self.at_path is None else "at_path"
        try:
            select = codec.selector(self.at_path or self.in_path or "")
        except ValueError as error:
            raise ConfigError(str(error), (key,)) from None
        if key == "in_path":
            return lambda document, _, __: _number(scalar_text(select(document)))
        return lambda document, _, now: _until(_moment(scalar_text(select(document)), zone), now)


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None


def _until(end: float | None, now: datetime) -> float | None:
    return None if end is None else end - now.timestamp()


def _moment(text: str | None, zone: tzinfo) -> float | None:
    number = _number(text)
    if number is not None:
        return number if number < _MILLISECONDS else number / 1000
    try:
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError):
        return None


def _claimed(token: str) -> float | None:
    """Read the ``exp`` of a JWT (RFC 7519)."""
    _, _, rest = token.partition(".")
    payload = rest.partition(".")[0]
    try:
        claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return None
    end = claims.get("exp") if isinstance(claims, dict) else None
    return float(end) if isinstance(end, int | float) and not isinstance(end, bool) else None
