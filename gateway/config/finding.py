"""What is wrong with a file, in one line each that names the place and never the value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connectors.faults import ConfigError, Place

from .document import Document, NotYaml
from .nodes import quote
from .schema import Trace, trace

Model = TypeVar("Model", bound=BaseModel)

_PLAIN = re.compile(r"[\w-]+")
_LEAK = 3
"""A value of this many letters or fewer may occur in a message by chance."""

_MESSAGES = {
    "missing": "is missing",
    "string_type": "must be text",
    "none_required": "must be null",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "string_pattern_mismatch": "must match {pattern}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
} | {
    kind: message
    for message, kinds in (
        ("must be a whole number", "int_type int_parsing int_from_float"),
        ("must be a number", "float_type float_parsing decimal_type decimal_parsing"),
        ("must be true or false", "bool_type bool_parsing"),
        ("must be a mapping", "dict_type mapping_type model_type model_attributes_type"),
        ("must be a list", "list_type tuple_type set_type frozen_set_type"),
    )
    for kind in kinds.split()
}


@dataclass(frozen=True, slots=True)
class Located:
    """One thing that is wrong, and the line to go to."""

    file: Path
    line: int
    column: int
    message: str
    at: Place = ()

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return ": ".join(part for part in (where, written(self.at), self.message) if part)


def written(at: Place) -> str:
    """Write a place as a path: ``outcomes[0].status``, ``mapping["a.b"]``."""
    parts = (
        f"[{part}]"
        if isinstance(part, int)
        else f".{part}"
        if _PLAIN.fullmatch(part)
        else f'["{quote(part)[1:-1]}"]'
        for part in at
    )
    return "".join(parts).removeprefix(".")


def ordered(findings: Iterable[Located]) -> tuple[Located, ...]:
    """Sort by file and line, and say nothing twice."""
    return tuple(
        sorted(
            set(findings),
            key=lambda one: (str(one.file), one.line, one.column, written(one.at), one.message),
        )
    )


def parse(document: Document, model: type[Model]) -> Model | tuple[Located, ...]:
    """Read a document as a model, or say everything that keeps it from being one."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        return of_validation(document, model, error)
    except ConfigError as error:
        return of_config(document, error)


def of_yaml(error: NotYaml) -> tuple[Located, ...]:
    return ordered(
        Located(error.file, *problem.position, problem.message) for problem in error.problems
    )


def of_config(document: Document, error: ConfigError) -> tuple[Located, ...]:
    return ordered(
        Located(document.file, *document.position(one.at), one.message, one.at)
        for one in error.findings
    )


def of_validation(
    document: Document, model: type[BaseModel], error: ValidationError
) -> tuple[Located, ...]:
    """Tell pydantic's errors in the words and at the places of the file."""
    errors = _telling(error.errors(include_url=False))
    traced = [_Fault.of(trace(model, one["loc"]), one) for one in errors]
    entered = {union for fault in traced for union in fault.trace.unions if not fault.trace.branch}
    branches: dict[Place, list[str]] = {}
    found = []
    for fault in traced:
        if not fault.trace.branch:
            found.append(fault.located(document))
        elif fault.trace.at not in entered:
            branches.setdefault(fault.trace.at, []).append(fault.message)
    for at, messages in branches.items():
        message = " or ".join(dict.fromkeys(messages)).replace(" or must be ", " or ")
        found.append(Located(document.file, *document.position(at), message, at))
    return ordered(found)


def _telling(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is too short where that is for what is wrong with its items."""
    within = {one["loc"][:length] for one in errors for length in range(len(one["loc"]))}
    return [one for one in errors if one["type"] != "too_short" or one["loc"] not in within]


@dataclass(frozen=True, slots=True)
class _Fault:
    """One of pydantic's errors, in our words."""

    trace: Trace
    at: Place
    message: str
    of_key: bool

    @classmethod
    def of(cls, trace: Trace, error: Mapping[str, Any]) -> _Fault:
        at = trace.at
        if error["type"] == "extra_forbidden":
            return cls(trace, at, _unknown_key(at, trace.words), of_key=True)
        if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
            name = error["ctx"]["discriminator"].strip("'")
            at = (*at, name) if name.isidentifier() else at
        if error["type"] == "union_tag_not_found":
            message = f"is missing: one of {', '.join(map(repr, trace.words))}"
        else:
            message = _message(error)
        return cls(trace, at, f"the key {message}" if trace.of_key else message, trace.of_key)

    def located(self, document: Document) -> Located:
        find = document.key_position if self.of_key else document.position
        return Located(document.file, *find(self.at), self.message, self.at)


def _unknown_key(at: Place, words: tuple[str, ...]) -> str:
    name = str(at[-1]) if at else ""
    close = get_close_matches(name, words, n=1)
    return f"unknown key {quote(name)}" + (f"; did you mean {quote(close[0])}?" if close else "")


def _message(error: Mapping[str, Any]) -> str:
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "string_type" and isinstance(given, int | float):
        return "must be text: put it in quotes"
    if kind in _MESSAGES:
        return _MESSAGES[kind].format(**context)
    message: str = error["msg"].removeprefix("Value error, ").replace("Input should ", "must ")
    # A validator's words are not ours to trust: the value may be a secret in the wrong place.
    if isinstance(given, str) and len(given) > _LEAK and given in message:
        return "is not valid"
    return " ".join(message.split())
