"""Where in `UserInfo` a value goes: a path, compiled against the descriptor."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from ..faults import ConfigError
from .leaf import MESSAGES, Leaf, fit, hint

Tree = dict[str, object]
"""What a message's constructor takes, built up part by part."""

Step = Callable[[Tree], Tree]
"""Goes one message deeper, and makes it where it is not there yet."""

Write = Callable[[Tree, object], None]

Keys = Mapping[str, tuple[str, ...]]

_PART: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\[([A-Za-z0-9_+-]+(?:,[A-Za-z0-9_+-]+)*)\])?")


@dataclass(frozen=True, slots=True)
class Target:
    """A field, and the way to it."""

    path: str
    field: FieldDescriptor
    steps: tuple[Step, ...]
    name: str
    """What it is called in the tree: a field's name, or an attribute's."""
    keyed: str = ""
    """The list that it is in a row of, where the row is addressed by its key."""

    @property
    def above(self) -> str:
        """What it lies in."""
        return self.path.rpartition(".")[0]

    @property
    def is_list(self) -> bool:
        return bool(self.field.is_repeated) and not _is_map(self.field)

    def leaf(self, type_: str, kind: str) -> tuple[Leaf, str]:
        """Find what a row writes: a leaf, and its name inside of an attribute, by its `kind`."""
        message = self.field.message_type
        if message is None or "value" not in message.oneofs_by_name:
            return fit(self.field, type_, self.path), ""
        member = f"{kind}_value"
        if member not in message.fields_by_name:
            known = ", ".join(
                sorted(name.removesuffix("_value") for name in message.fields_by_name)
            )
            raise ConfigError(f"an attribute is no {type_}; it is one of {known}", ("type",))
        return fit(message.fields_by_name[member], type_, self.path), member

    def writer(self, member: str = "") -> Write:
        """Build what writes a value; `member` is its name inside of an attribute."""
        steps, name = self.steps, self.name
        if len(steps) == 1 and not member:
            return _writer(steps[0], name)

        def write(tree: Tree, value: object) -> None:
            for step in steps:
                tree = step(tree)
            tree[name] = {member: value} if member else value

        return write


class KeyedRows(list[Tree]):
    """Rows of a list, and each by its natural key."""

    __slots__ = ("by_key",)

    def __init__(self) -> None:
        super().__init__()
        self.by_key: dict[str, Tree] = {}


@dataclass(slots=True)
class Walk:
    """The way down from a message to one of its fields."""

    message: Descriptor
    keys: Keys
    connector: str
    at: str = ""
    steps: list[Step] = field(default_factory=list)
    keyed: str = ""

    def to(self, path: str) -> Target:
        """Compile a path. Raises `ConfigError`, which names what is close to it."""
        parts = [(part, _PART.fullmatch(part)) for part in path.split(".")]
        for part, found in parts:
            if found is None:
                raise ConfigError(f"`{part}` is no part of a path: name, or name[key,key]")
        *above, last = [(found[1], found[2]) for _, found in parts if found is not None]
        for name, key in above:
            self._enter(name, key)
        if last[1] is not None:
            raise ConfigError(f"`{path}` is a row: say which of its fields")
        return self._end(path, last[0])

    def _end(self, path: str, name: str) -> Target:
        if self._in_map():
            return Target(path, self.message.fields_by_name["value"], tuple(self.steps), name)
        if self.keyed and name in (*self.keys[self.keyed], "connector"):
            raise ConfigError(f"`{name}` is set by the gateway, in every row")
        return Target(path, self._field(name), tuple(self.steps), name, self.keyed)

    def _enter(self, name: str, key: str | None) -> None:
        descriptor = None if self._in_map() else self._field(name)
        self.at = f"{self.at}.{name}" if self.at else name
        message = None if descriptor is None else descriptor.message_type
        if descriptor is None or message is None or message.full_name in MESSAGES:
            raise ConfigError(f"`{self.at}` has no fields of its own")
        listed = descriptor.is_repeated and not _is_map(descriptor)
        if listed != (key is not None):
            raise ConfigError(self._addressing(listed=listed))
        self.steps.append(_section(name) if key is None else self._row(name, key, message))
        self.message = message

    def _row(self, name: str, key: str, into: Descriptor) -> Step:
        names, values = self.keys.get(self.at, ()), key.split(",")
        if len(names) != len(values):
            raise ConfigError(self._addressing(listed=True))
        self.keyed = self.at
        start: Tree = dict(zip(names, values, strict=True))
        if "connector" in into.fields_by_name:
            start["connector"] = self.connector
        return _keyed(name, key, start)

    def _addressing(self, *, listed: bool) -> str:
        names = self.keys.get(self.at)
        if not listed:
            return f"`{self.at}` is no list: nothing in it has a key"
        if names is None:
            return f"rows of `{self.at}` have no key: map them with `list` and `each`"
        return f"a row of `{self.at}` is addressed by [{','.join(names)}]"

    def _field(self, name: str) -> FieldDescriptor:
        known = self.message.fields_by_name
        if name not in known:
            inside = f"`{self.at}`" if self.at else self.message.name
            raise ConfigError(f"{inside} has no `{name}`{hint(name, known)}")
        return known[name]

    def _in_map(self) -> bool:
        return bool(self.message.GetOptions().map_entry)


def _writer(step: Step, name: str) -> Write:
    """Write one message deep, as nearly every target lies: no loop."""

    def write(tree: Tree, value: object) -> None:
        step(tree)[name] = value

    return write


def _is_map(descriptor: FieldDescriptor) -> bool:
    message = descriptor.message_type
    return message is not None and bool(message.GetOptions().map_entry)


def _section(name: str) -> Step:
    def step(tree: Tree) -> Tree:
        inner = tree.get(name)
        if inner is None:
            inner = tree[name] = {}
        return inner  # type: ignore[return-value]  # only steps write here

    return step


def _keyed(name: str, key: str, start: Tree) -> Step:
    def step(tree: Tree) -> Tree:
        rows = tree.get(name)
        if rows is None:
            rows = tree[name] = KeyedRows()
        by_key: dict[str, Tree] = rows.by_key  # type: ignore[attr-defined]  # only steps write here
        row = by_key.get(key)
        if row is None:
            row = by_key[key] = dict(start)
            rows.append(row)  # type: ignore[attr-defined]
        return row

    return step
