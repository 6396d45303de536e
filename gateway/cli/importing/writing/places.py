"""Where a value stands in an answer, in the words of a connector."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from ..names import asked, plain, snake
from ..operation import Answer, Operation
from ..shape import Record, Shape, Way, leaves
from ..told import MOMENTS, REFERENCES, told
from .yaml_text import MARK

_STATE: Final = re.compile(
    r"((return|response|request|report|query|match|hit|check|answer)_)?"
    r"(status|state|result|outcome|code)(_code)?"
)
Said = tuple[dict[str, object], str]
"""A condition of a row, and what is to be said behind it."""

_STEP: Final = re.compile(r"[A-Za-z0-9_-]+")


def path_of(operation: Operation, way: Way) -> str:
    """Write a path: dotted names for JSON and forms, XPath for XML."""
    if operation.answered_in == "xml":
        return "/" + "/".join(way)
    if all(map(_STEP.fullmatch, way)):
        return ".".join(way)
    return ".".join(json.dumps(name, ensure_ascii=False) for name in way)


def telling(operation: Operation, answer: Answer | None) -> Said:
    """
    Choose what an answer of this kind always has, and another lacks; and say why it is doubtful.

    What repeats the question says nothing, nor does a number of the answer itself: a list, or
    a value of the bureau's own, is better. A value that is one of several words is there
    whatever it says: which of them is meant, only the engineer can know.
    """
    shape = answer.shape if answer else None
    every = list(_ways(shape, (), required=True))
    states = [way for way, required in every if required and _is_state(way, _words(shape, way))]
    if states:
        return _one_of(operation, states[0], _words(shape, states[0]))
    for needed in (True, False):
        found = [way for way, required in every if required is needed]
        telling = [way for way in found if not _says_nothing(way)] or found
        best = [way for way in telling if not way[-1].startswith("@")] or telling
        if best:
            way = best[-1 if needed else 0]
            if words := _words(shape, way):
                return _one_of(operation, way, words)
            return {path_of(operation, way): {"present": True}}, _doubt(shape, needed=needed)
    return {MARK: {"present": True}}, "what only such an answer has"


def _one_of(operation: Operation, way: Way, words: tuple[object, ...]) -> Said:
    path = path_of(operation, way)
    if len(words) == 1:
        return {path: str(words[0])}, ""
    return {path: MARK}, f"which of {', '.join(map(str, words))}? several as {{in: [...]}}"


def _words(shape: Shape | None, way: Way) -> tuple[object, ...]:
    """Give the words that a value may be; none for what is free, and for what is no word."""
    found = next((leaf.words for at, leaf in leaves(shape) if at == way), ())
    return found if all(isinstance(word, str) for word in found) else ()


def _is_state(way: Way, words: tuple[object, ...]) -> bool:
    named = _STATE.fullmatch(snake(way[-1]))
    return len(words) > 1 and told(way) is None and named is not None


def _doubt(shape: Shape | None, *, needed: bool) -> str:
    if not needed:
        return "its file requires nothing: choose what it always has"
    sampled = any(leaf.sampled for _, leaf in leaves(shape))
    return "of one sample: is it in each such answer, and in no other?" if sampled else ""


def _ways(shape: Shape | None, way: Way, *, required: bool) -> Iterator[tuple[Way, bool]]:
    """Give each value and each list, and whether it is always there."""
    if isinstance(shape, Record):
        for part in shape.parts:
            always = required and part.required
            yield from _ways(part.shape, (*way, part.name), required=always)
    elif shape is not None and way:
        yield way, required


def _says_nothing(way: Way) -> bool:
    name = plain(way[-1])
    return name in REFERENCES | MOMENTS or (asked(way) is not None and told(way) is None)
