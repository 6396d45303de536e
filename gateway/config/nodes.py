"""
YAML events made into plain values, each of which knows its place in the file.

Of YAML 1.2 this takes what configuration needs: no tags, no directives, no
merge keys, few aliases. A key is always text, as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from .scalar import scalar

MAX_DEPTH = 32
MAX_ALIASES = 50
MAX_NODES = 100_000
"""Aliases counted as often as they are used: a small file can not grow into a large value."""

_MAX_PROBLEMS = 100
_QUOTED = 60
Position = tuple[int, int]
"""Line and column, both from 1."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the text that this reader refuses."""

    position: Position
    message: str


class Refused(Exception):
    """A problem after which reading on makes no sense."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a file, and where its parts stand."""

    value: object = field(repr=False)
    entries: Mapping[str | int, Entry] = field(default_factory=dict, repr=False)
    size: int = 1
    """How many values it holds, itself included."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a list or of a mapping."""

    key: Position
    position: Position
    """Where a reader looks for it: at its key, if its value begins on a later line."""
    node: Node


def quote(name: str) -> str:
    """Write a name from a file into a message of one line."""
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name
    )
    return f"`{text if len(text) <= _QUOTED else text[:_QUOTED] + '...'}`"


def _position(event: Event) -> Position:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _stands_elsewhere(event: Event) -> bool:
    """Whether a value has no text beside its key: block collections, and what is left out."""
    if isinstance(event, CollectionStartEvent):
        return not event.flow_style
    return isinstance(event, ScalarEvent) and not event.style and event.value == ""


class Composer:
    """Builds nodes from a stream of events, noting problems as it goes."""

    def __init__(self, events: Iterator[Event]) -> None:
        self.problems: list[Problem] = []
        self._events = events
        self._anchors: dict[str, Node] = {}
        self._aliases = 0
        self._nodes = 0

    def documents(self) -> Iterator[tuple[Position, Node]]:
        """Compose each document that is not empty. Raises `Refused`, and what the events raise."""
        for event in self._events:
            if not isinstance(event, DocumentStartEvent):
                continue
            if event.version or event.tags:
                self._note(event, "a % line is not allowed: the file is YAML 1.2 as it is")
            self._anchors.clear()
            root = next(self._events)
            if not _stands_elsewhere(root) or isinstance(root, CollectionStartEvent):
                yield _position(root), self._node(root, 1)

    def _note(self, event: Event, message: str) -> None:
        problem = Problem(_position(event), message)
        if len(self.problems) == _MAX_PROBLEMS:
            raise Refused(problem)
        self.problems.append(problem)

    def _node(self, event: Event, depth: int) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Refused(Problem(_position(event), f"more than {MAX_NODES} values"))
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if not isinstance(event, ScalarEvent | CollectionStartEvent):
            raise Refused(Problem(_position(event), "a value is expected here"))
        if event.ctag is not None:
            self._note(event, "a tag is not allowed")
        if isinstance(event, ScalarEvent):
            node = Node(self._text(event) if event.style else scalar(event.value))
        else:
            node = self._collection(event, depth)
        # Only now, so that no alias can stand inside what it repeats.
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _text(self, event: ScalarEvent) -> str:
        """Join the two halves in which JSON escapes what lies beyond 16 bits."""
        text: str = event.value
        if not any("\ud800" <= letter <= "\udfff" for letter in text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._note(event, "half a character: \\uD800 to \\uDFFF stand in pairs")
            return ""

    def _alias(self, event: AliasEvent) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise Refused(Problem(_position(event), f"more than {MAX_ALIASES} aliases in one file"))
        node = self._anchors.get(event.anchor)
        if node is None:
            self._note(
                event, f"the alias {quote(event.anchor)} repeats nothing that stands before it"
            )
            return Node(None)
        return node

    def _collection(self, event: CollectionStartEvent, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise Refused(Problem(_position(event), f"nested deeper than {MAX_DEPTH} levels"))
        node = self._mapping(depth) if isinstance(event, MappingStartEvent) else self._list(depth)
        if node.size > MAX_NODES:
            raise Refused(Problem(_position(event), f"more than {MAX_NODES} values"))
        return node

    def _until_end(self) -> Iterator[Event]:
        while not isinstance(event := next(self._events), CollectionEndEvent):
            yield event

    def _list(self, depth: int) -> Node:
        entries: dict[str | int, Entry] = {}
        for index, event in enumerate(self._until_end()):
            position = _position(event)
            entries[index] = Entry(position, position, self._node(event, depth + 1))
        value = [entry.node.value for entry in entries.values()]
        return Node(value, entries, _size(entries))

    def _mapping(self, depth: int) -> Node:
        entries: dict[str | int, Entry] = {}
        for key_event in self._until_end():
            key, stands = self._key(key_event, depth), _position(key_event)
            event = next(self._events)
            position = stands if _stands_elsewhere(event) else _position(event)
            entry = Entry(stands, position, self._node(event, depth + 1))
            if key in entries:
                first = entries[key].key[0]
                self._note(
                    key_event, f"the key {quote(key)} is written twice, first in line {first}"
                )
            entries.setdefault(key, entry)
        value = {key: entry.node.value for key, entry in entries.items()}
        return Node(value, entries, _size(entries))

    def _key(self, event: Event, depth: int) -> str:
        node = self._node(event, depth + 1)
        if not isinstance(event, ScalarEvent):
            self._note(event, "a key must be text")
            return ""
        if not event.style and event.value in ("", "<<"):
            self._note(event, "a merge key is not YAML 1.2" if event.value else "a key is missing")
        return str(node.value if event.style else event.value)


def _size(entries: Mapping[str | int, Entry]) -> int:
    return 1 + sum(entry.node.size for entry in entries.values())
