"""What is known of a bureau's operation, wherever it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from .shape import Part, Shape

Place = Literal["path", "query", "header"]
BodyKind = Literal["json", "form", "multipart", "xml", "text"]
AnswerKind = Literal["json", "xml", "form"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """How a bureau knows us; never with a value."""

    kind: str
    """As in `auth:`."""
    into: Mapping[str, str] = field(default_factory=dict)
    token_path: str = ""
    scope: str = ""
    renewable: bool = False


NOTHING: Final = Credentials("none")


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent: a tree of values, or a text with references in it."""

    kind: BodyKind
    shape: Shape | None = None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back, for one status."""

    status: int
    shape: Shape | None = None
    example: object = field(default=None, repr=False)
    """A tree; of XML its text."""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One question to a bureau, and its answers."""

    name: str
    source: str
    """What it was read from, for the first line of the file."""
    method: str
    origin: str
    """Scheme and host; empty where nobody said."""
    path: str
    credentials: Credentials = NOTHING
    path_params: tuple[Part, ...] = ()
    params: tuple[Part, ...] = ()
    headers: tuple[Part, ...] = ()
    body: Body | None = None
    answers: tuple[Answer, ...] = ()
    answered_in: AnswerKind = "json"
    namespaces: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    """What the reader could not take over."""

    @property
    def success(self) -> Answer | None:
        """The answer that has what was asked for."""
        good = sorted(
            one.status
            for one in self.answers
            if 200 <= one.status < 300  # noqa: PLR2004 - HTTP's
        )
        wanted = next(iter(good), None)
        return next((one for one in self.answers if one.status == wanted), None)
