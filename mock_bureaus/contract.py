"""What every mock bureau is: a function from what it received to what it answers."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from .multipart import Part, parts

JSON_TYPE = "application/json; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Received:
    """One request, read to its end."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes
    """Exactly as it was sent."""
    path_params: Mapping[str, str] = field(default_factory=dict)
    """What stands in the places of a desk's path, decoded."""
    raw_path: str = ""
    """Path and query as they were sent: what a signature is over."""
    polls: int | None = None
    """How often the client is to be told to come back; None: as this bureau likes."""

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def form(self) -> dict[str, str]:
        """Empty if the sender does not call it a form: then a bureau reads none."""
        if not self._is(FORM_TYPE):
            return {}
        return dict(parse_qsl(self.text, keep_blank_values=True))

    def json(self) -> Any:
        """None if the sender does not call it JSON, or it is none."""
        if not self._is("application/json"):
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def parts(self) -> dict[str, Part]:
        """Give the parts of a multipart form; none if it is not one."""
        return parts(self.headers.get("Content-Type", ""), self.body)

    def _is(self, content_type: str) -> bool:
        return self.headers.get("Content-Type", "").lower().startswith(content_type)


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Callback:
    """What a bureau says of its own accord, to an address it was given."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE
    on_send: Callable[[], None] = _nothing
    """Told just before it is sent: from then on the bureau stands by it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bureau says, and whether it charges for saying it."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    billed: bool = False
    callbacks: tuple[Callback, ...] = ()
    """Sent once the answer is."""


Bureau = Callable[[Received], Awaitable[Answer]]


def _header_reference(received: Received) -> str:
    return received.headers.get("X-Client-Reference", "")


def _nobody(_received: Received) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Desk:
    """One address of one bureau."""

    bureau: str
    path: str
    """May have places, which end at a slash: `/applicants/{id}/status`."""
    answer: Bureau
    failure: Answer
    """How this bureau says, in its own words, that it broke down."""
    reference: Callable[[Received], str] = _header_reference
    """Where this bureau reads its client's own number of the call."""
    about_persons: bool = True
    """A desk that only hands out tokens is spared by steps that do not name it."""
    method: str = "POST"
    subject: Callable[[Received], str] = _nobody
    """Whom a request is about, where it does not itself say so in plain text."""
    duplicate: Answer | None = None
    """How this bureau says that it has had this order before."""
    skewed: Answer | None = None
    """How it says that the client's clock is wrong."""
    wait_header: str = "Retry-After"
    """Where it says when to come back."""


def said(
    document: Mapping[str, Any],
    *,
    status: int = 200,
    billed: bool = False,
    callbacks: tuple[Callback, ...] = (),
) -> Answer:
    """Answer in compact JSON, with Chinese left as it is."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode(), billed=billed, callbacks=callbacks)


def first_missing(given: Mapping[str, Any], names: Iterable[str]) -> str | None:
    """Name the first parameter that is absent or blank."""
    return next((name for name in names if not given.get(name)), None)


def dig(document: Any, *path: str | int) -> Any:
    """Follow *path* into parsed JSON; None wherever it breaks off."""
    for step in path:
        match document, step:
            case dict(), str():
                document = document.get(step)
            case list(), int() if step < len(document):
                document = document[step]
            case _:
                return None
    return document
