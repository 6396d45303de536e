"""What a line of the log may hold, and how it is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import MutableMapping

import orjson
from structlog.typing import EventDict

ALLOWED = frozenset(
    {
        *("at", "level", "event"),
        *("inquiry_id", "product", "caller", "tenant", "verdict", "connectors"),
        *("cost", "latency_ms", "subject_token"),
        *("incident", "stage", "error", "logger", "where"),
        *("config_version", "address", "reason", "count", "dropped"),
        *("connector", "ended", "shadow", "same", "different", "alone"),
        *("instance", "head", "seconds"),
    }
)
"""Keys of the log; any other is dropped."""

PROTECTED = ALLOWED | {"message", "traceback"}
"""Keys of the protected log, which holds the words of our own exceptions."""

_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""What JSON leaves as it is, and a terminal obeys: it hides or reorders what is read."""


class AllowList:
    """A structlog processor that keeps the keys it knows, and counts the others."""

    def __init__(self, keys: frozenset[str]) -> None:
        self._keys = keys
        self.refused: Counter[str] = Counter()

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        if event.keys() <= self._keys:
            return event
        self.refused.update(event.keys() - self._keys)
        return {key: event[key] for key in event if key in self._keys}


def render(_logger: object, _method: str, event: MutableMapping[str, object]) -> str:
    """Write one line of JSON, in which nothing but the text itself can be seen."""
    line = orjson.dumps(event, default=str).decode()
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
