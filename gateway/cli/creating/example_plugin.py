"""A plug-in to begin with: it answers out of itself what a real one would ask a bureau."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_NOBODY = b'{"code": "NOT_FOUND"}'


class Example:
    """What `connectors/transport/plugin.py` asks of a class, and nothing more."""

    def __init__(self, config: Mapping[str, object]) -> None:
        self._known = "key" in config

    async def ask(
        self, request: Mapping[str, object], sending: Callable[[], None]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Ask once; the mark comes before the first byte leaves, and not after."""
        sending()
        found = self._known and request["method"] == "POST"
        return (200, {}, b'{"days": 12}') if found else (404, {}, _NOBODY)
