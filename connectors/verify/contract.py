"""What every kind of proof is: a message and its signature in, a verdict out."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Self, TypeVar

from pydantic import Field, model_validator

from ..faults import ConfigError, Findings
from ..kit import Strict
from ..template import Language, RenderError, Scope, Template, compile_value
from ..template.scalar import canonical

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Message:
    """An answer or a callback, as it came in."""

    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)
    path_secret: str = field(default="", repr=False)
    """Of a callback, the part of its path that only the bureau was told."""
    path: str = field(default="", repr=False)
    """Of a callback, all of it."""


Verdict = Callable[[Message], bool]
"""Tells whether a message is whole and the bureau's own; never raises, whatever it is given."""

Proof = Callable[[bytes, bytes], bool]
"""Tells whether the first is a signature of the second."""

Encoding = Literal["hex", "base64", "base64url"]

_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2})+")


class SignatureAt(Strict):
    """Where a message carries its signature."""

    header: str
    encoding: Encoding = "hex"
    format: str = "{signature}"
    """Text around it: ``sha256={signature}``."""

    @model_validator(mode="after")
    def _holed(self) -> Self:
        if self.format.count("{signature}") != 1:
            raise ValueError("format has {signature} exactly once")
        return self

    def text(self, message: Message) -> str:
        """Give the signature as it is written; nothing where there is none."""
        found = message.headers.get(self.header.lower(), "")
        before, _, after = self.format.partition("{signature}")
        if not (found.startswith(before) and found.endswith(after)):
            return ""
        return found[len(before) : len(found) - len(after)]

    def octets(self, message: Message) -> bytes:
        """Give its bytes; none where it is malformed."""
        text = self.text(message)
        try:
            return _decoded(text, self.encoding)
        except (ValueError, binascii.Error):
            return b""


def _decoded(text: str, encoding: Encoding) -> bytes:
    if encoding == "hex":
        return bytes.fromhex(text) if _HEX.fullmatch(text) else b""
    if encoding == "base64":
        return b64decode(text, validate=True)
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    return b64decode(padded, altchars=b"-_", validate=True)


class Keyed(Strict):
    """One key, or several while the bureau changes from one to the next."""

    key: str | None = None
    """A template: ``${secrets.acme_certificate}``."""
    keys: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _some(self) -> Self:
        if (self.key is None) == (not self.keys):
            raise ValueError("either key or keys")
        return self

    def each(self, read: Callable[[str], K]) -> tuple[K, ...]:
        """Read all keys; what `read` raises is told where the key stands."""
        findings = Findings()
        found: list[K] = []
        if self.key is not None:
            with findings.at():
                found.append(read(self.key))
        for index, source in enumerate(self.keys):
            try:
                found.append(read(source))
            except ConfigError as error:
                findings.add(str(error), "keys", index)
        findings.close()
        return tuple(found)


class SignedParts(Strict):
    """What the bureau's signature is over, and where it stands; every kind adds how."""

    parts: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Templates of ``body``, ``path`` and ``header.X``."""
    over: Literal["body"] | None = None
    """Short for the body as the only part."""
    separator: str = ""
    signature: SignatureAt

    @model_validator(mode="after")
    def _over(self) -> Self:
        if (self.parts is None) == (self.over is None):
            raise ValueError("either parts or over")
        return self

    def verdict(self, language: Language, proofs: Sequence[Proof]) -> Verdict:
        """Compile, around what proves a signature: one of `proofs` is enough."""
        parts = self._parts(language)
        separator, at, proofs = self.separator.encode(), self.signature, tuple(proofs)

        def verdict(message: Message) -> bool:
            signature = at.octets(message)
            if not signature:
                return False
            try:
                signed = separator.join(_octets(part.render(_scope(message))) for part in parts)
            except (RenderError, ValueError):
                return False
            return any(proof(signature, signed) for proof in proofs)

        return verdict

    def _parts(self, language: Language) -> tuple[Template, ...]:
        language = message_language(language)
        findings = Findings()
        parts: list[Template] = []
        for index, source in enumerate(self.parts or ("${body}",)):
            with findings.at("parts", index):
                parts.append(compile_value(source, language))
        findings.close()
        return tuple(parts)


def message_language(language: Language) -> Language:
    """Say what a part may refer to: the message, and nothing that we asked."""
    own = Language(
        types={"body": {"": bytes}, "path": {"": str}},
        secrets=language.secrets,
        env=language.env,
        tables=language.tables,
        timezone=language.timezone,
    )
    return own.opening("header", str)


def _scope(message: Message) -> Scope:
    return {
        "body": {"": message.body},
        "path": {"": message.path},
        "header": _Headers(message.headers),
    }


class _Headers(dict[str, object]):
    """Headers by any spelling of their names."""

    def get(self, name: str, default: object = None) -> object:
        return super().get(name.lower(), default)


def _octets(value: object) -> bytes:
    return value if isinstance(value, bytes) else (canonical(value) or "").encode()
