"""One YAML document: plain values, and where in the file each of them stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import Event
from ruamel.yaml.reader import ReaderError

from connectors.faults import Place

from .nodes import Composer, Entry, Node, Position, Problem, Refused

MAX_BYTES = 2**20


class NotYaml(Exception):
    """A file can not be read, for one or more reasons."""

    def __init__(self, file: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{file}: {problems[0].message}")
        self.file = file
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file; a file may hold several."""

    file: Path
    value: object = field(repr=False)
    start: Position = (1, 1)
    node: Node = field(default_factory=lambda: Node(None), repr=False)
    """What `value` was read from; it may have been replaced since, in the same shape."""

    def position(self, at: Place) -> Position:
        """Find a value, or what comes closest: the nearest of its ancestors that exists."""
        entry = self._entry(at)
        return entry.position if entry else self.start

    def key_position(self, at: Place) -> Position:
        """Find the key of a value rather than the value."""
        entry = self._entry(at)
        return entry.key if entry else self.start

    def _entry(self, at: Place) -> Entry | None:
        node, found = self.node, None
        for part in at:
            entry = node.entries.get(part)
            if entry is None:
                break
            node, found = entry.node, entry
        return found


def read(file: Path, content: bytes) -> tuple[Document, ...]:
    """
    Read all documents of a file that are not empty.

    `file` only names the content; what two of equal content hold is one and the
    same, so nobody changes it. Raises `NotYaml` and nothing else; half a
    file is never given back.
    """
    composed = _composed(_text(file, content))
    if composed.problems:
        raise NotYaml(file, composed.problems)
    return tuple(Document(file, node.value, start, node) for start, node in composed.roots)


@dataclass(frozen=True, slots=True)
class _Composed:
    """What stands in a text, or what is wrong with it."""

    roots: tuple[tuple[Position, Node], ...]
    problems: tuple[Problem, ...]


@lru_cache(maxsize=256)
def _composed(text: str) -> _Composed:
    """
    Scan a text, unless it is one of those scanned last.

    This is nearly all of the time that it takes to read a folder, and a folder is
    read again whenever one of its files may have changed.
    """
    composer = Composer(_events(text))
    try:
        return _Composed(tuple(composer.documents()), tuple(composer.problems))
    except Refused as error:
        return _Composed((), (*composer.problems, error.problem))


def _text(file: Path, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise NotYaml(file, (Problem((1, 1), f"larger than {MAX_BYTES} bytes"),))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = _end_of(content[: error.start].decode("utf-8"))
        raise NotYaml(file, (Problem(where, "not UTF-8"),)) from None


def _end_of(text: str) -> Position:
    return text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1


def _events(text: str) -> Iterator[Event]:
    """Scan a text; what ruamel raises comes out as `Refused`."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except ReaderError as error:
        where = _end_of(text[: error.position])
        raise Refused(Problem(where, "a character that YAML does not allow")) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        parts = (" ".join(part.split()) for part in (error.problem, error.context) if part)
        raise Refused(Problem(where, ", ".join(parts))) from None
    except (YAMLError, ValueError, OverflowError) as error:
        # ruamel lets some of Python's own errors through, as for "\UFFFFFFFF".
        raise Refused(Problem((1, 1), f"not YAML ({type(error).__name__})")) from None
