"""Where a value stands in an answer, in the words of a connector."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from ..names import asked, plain
from ..operation import Answer, Operation
from ..shape import Record, Shape, Way, leaves
from ..told import MOMENTS, REFERENCES, told
from .yaml_text import MARK

_STEP: Final = re.compile(r"[A-Za-z0-9_-]+")


def path_of(operation: Operation, way: Way) -> str:
    """Write a path: dotted names for JSON and forms, XPath for XML."""
    if operation.answered_in == "xml":
        return "/" + "/".join(way)
    if all(map(_STEP.fullmatch, way)):
        return ".".join(way)
    return ".".join(json.dumps(name, ensure_ascii=False) for name in way)


def telling(operation: Operation, answer: Answer | None) -> tuple[str, str]:
    """
    Choose what an answer of this kind always has, and another lacks; and say why it is doubtful.

    What repeats the question says nothing, nor does a number of the answer itself: a list, or
    a value of the bureau's own, is better.
    """
    shape = answer.shape if answer else None
    every = list(_ways(shape, (), required=True))
    for needed in (True, False):
        found = [way for way, required in every if required is needed]
        best = [way for way in found if not _says_nothing(way)] or found
        if best:
            return path_of(operation, best[-1 if needed else 0]), _doubt(shape, needed=needed)
    return MARK, "what only such an answer has"


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
