"""How several connectors' user info becomes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from datachannel.v1 import user_info_pb2
from google.protobuf.message import Message

from . import access
from .paths import covers


@dataclass(frozen=True, slots=True)
class Merging:
    """
    One product's rules for fields that two connectors can give.

    Where no rule is named there is no such field: that is a load error.
    """

    prefer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Connectors by path, the best first."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Natural keys, by list."""

    def __call__(
        self, user_info: user_info_pb2.UserInfo, parsed: Mapping[str, user_info_pb2.UserInfo]
    ) -> None:
        """Merge all of `parsed`, in its order, into `user_info`."""
        beaten = self._beaten(parsed)
        for name, message in parsed.items():
            if name in beaten:
                kept = user_info_pb2.UserInfo()
                kept.CopyFrom(message)
                for path in beaten[name]:
                    access.clear(kept, path)
                user_info.MergeFrom(kept)
            else:
                user_info.MergeFrom(message)
        for path, key in self.keys.items():
            _join_rows(user_info, path, key)

    def rank(self, target: str, connector: str) -> int:
        """Tell how much a connector is preferred for a target; 0 is most."""
        for path, order in self.prefer.items():
            if covers(path, target) and connector in order:
                return order.index(connector)
        return 0

    def _beaten(self, parsed: Mapping[str, user_info_pb2.UserInfo]) -> dict[str, list[str]]:
        """List by connector the paths at which a better one has a value too."""
        beaten: dict[str, list[str]] = {}
        for path, order in self.prefer.items():
            having = [
                name
                for name in order
                if name in parsed and access.value(parsed[name], path) is not None
            ]
            for name in having[1:]:
                beaten.setdefault(name, []).append(path)
        return beaten


def _join_rows(user_info: Message, path: str, key: tuple[str, ...]) -> None:
    """Make one row of those that share a natural key; it then names no single connector."""
    found = access.holder(user_info, path)
    if found is None:
        return
    owner, name = found
    rows = getattr(owner, name)
    first: dict[tuple[str, ...], Message] = {}
    doubles = []
    for index, row in enumerate(rows):
        known = first.setdefault(tuple(getattr(row, part) for part in key), row)
        if known is not row:
            if known.connector != row.connector:  # type: ignore[attr-defined] # every row message has it
                row.ClearField("connector")
                known.ClearField("connector")
            for field, _ in row.ListFields():
                # Merged into another, an amount of zero would take over its figure.
                known.ClearField(field.name)
            known.MergeFrom(row)
            doubles.append(index)
    for index in reversed(doubles):
        del rows[index]
