"""What was sent, less all that tells who it was about, or who we are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import parse_qsl

from connectors.codec.json import read_json
from connectors.contract import Wire
from connectors.message.exact_json import write_json
from connectors.template.scalar import canonical

from .call import Called
from .recording import Recording
from .recording.markup import compared_markup
from .recording.persona import Persona, texts

MASK = "****"


@dataclass(frozen=True, slots=True)
class Redacted:
    """One message, as it may be shown."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str

    def text(self) -> str:
        lines = [f"> {self.method} {self.target}"]
        lines += [f"> {name}: {value}" for name, value in self.headers.items()]
        return "\n".join([*lines, f"> {self.body}", ""] if self.body else [*lines, ""])

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "target": self.target,
            "headers": dict(self.headers),
            "body": self.body,
        }


def redacted(
    called: Called, secrets: Mapping[str, str], recording: Recording | None
) -> tuple[Redacted, ...]:
    """
    Show each message.

    Only what is the same in a message about somebody else, with other secrets,
    is shown: so a hash of a name, or a signature, is not.
    """
    twins = recording.twin.sent if recording and recording.twin else ()
    labels = _labels(called, secrets)
    wires = [exchange.wire for exchange in called.exchanges]
    return tuple(
        _Mask(labels).wire(wire, twin)
        for wire, twin in zip_longest(wires, twins[: len(wires)])
        if wire is not None
    )


def _labels(called: Called, secrets: Mapping[str, str]) -> dict[str, str]:
    """Name what a text is, where it is a value of the person's, or a secret, and nothing else."""
    labels = {value: f"${{secrets.{name}}}" for name, value in secrets.items()}
    labels |= dict.fromkeys(called.tokens, "${auth.token}")
    for double in Persona.of(called.query).doubles:
        if not isinstance(double.real, bytes):
            labels |= dict.fromkeys(texts(double.real), f"${{{double.path}}}")
    # Ours, and made for this call: it tells of nobody.
    references = {exchange.wire.attempt.our_reference for exchange in called.exchanges}
    return {**labels, **{reference: reference for reference in references if reference}}


@dataclass(frozen=True, slots=True)
class _Mask:
    labels: Mapping[str, str]

    def wire(self, wire: Wire, twin: Wire | None) -> Redacted:
        if wire.method == "SQL":
            bound = {name: self.leaf(value, None) for name, value in wire.bound.items()}
            return Redacted("SQL", wire.target, bound, "")
        given = dict(twin.headers) if twin else {}
        headers = {name: self.text(value, given.get(name)) for name, value in wire.headers}
        return Redacted(wire.method, self._target(wire, twin), headers, self._body(wire, twin))

    def text(self, real: str, other: str | None) -> str:
        if (label := self.labels.get(real)) is not None:
            return label
        return real if real == other else self._document(real, other or "") or MASK

    def _document(self, real: str, other: str) -> str:
        """Show a document part by part; empty for what is none."""
        begins = real.lstrip()[:1]
        if begins == "<":
            return compared_markup(real, other, self.text) or ""
        try:
            return (
                write_json(self._tree(read_json(real), _json(other)))
                if begins in {"{", "["}
                else ""
            )
        except ValueError:
            return ""

    def leaf(self, real: object, other: object) -> str:
        text = canonical(real)
        return "null" if text is None else self.text(text, canonical(other))

    def _target(self, wire: Wire, twin: Wire | None) -> str:
        path, _, query = wire.target.partition("?")
        other_path, _, other_query = (twin.target if twin else "").partition("?")
        # From the end: of the address's own part, the other one knows nothing.
        pairs = zip_longest(path.split("/")[::-1], other_path.split("/")[::-1])
        parts = [self.text(one, other) if one else one for one, other in pairs if one is not None]
        shown = "/".join(reversed(parts))
        if query:
            shown += "?" + "&".join(self._pairs(query, other_query))
        return shown

    def _body(self, wire: Wire, twin: Wire | None) -> str:
        if not wire.body:
            return ""
        try:
            text, other = wire.body.decode(), twin.body.decode() if twin else ""
        except UnicodeDecodeError:
            return f"{MASK} ({len(wire.body)} bytes)"
        if shown := self._document(text, other):
            return shown
        kinds = [value for name, value in wire.headers if name.lower() == "content-type"]
        if kinds and kinds[0].startswith("application/x-www-form-urlencoded"):
            return "&".join(self._pairs(text, other))
        return text if text == other else f"{MASK} ({len(wire.body)} bytes)"

    def _pairs(self, text: str, other: str) -> Iterator[str]:
        given = dict(parse_qsl(other, keep_blank_values=True))
        for name, value in parse_qsl(text, keep_blank_values=True):
            yield f"{name}={self.text(value, given.get(name))}"

    def _tree(self, real: object, other: object) -> object:
        if isinstance(real, Mapping):
            given = other if isinstance(other, Mapping) else {}
            return {name: self._tree(value, given.get(name)) for name, value in real.items()}
        if isinstance(real, list):
            others = other if isinstance(other, list) else []
            return [self._tree(one, two) for one, two in zip_longest(real, others[: len(real)])]
        shown = self.leaf(real, other)
        return real if shown == canonical(real) else shown


def _json(text: str) -> object:
    try:
        return read_json(text)
    except ValueError:
        return None
