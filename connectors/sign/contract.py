"""What every kind of signature is: bytes in, bytes out, and a place for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from pydantic import Field, model_validator

from ..codec.charset import encoded
from ..contract import Wire
from ..faults import Findings
from ..kit import Strict
from ..message.draft import Draft, message_language
from ..message.into import Into
from ..template import (
    Language,
    Scope,
    Template,
    TextTemplate,
    Unwritable,
    compile_text,
    compile_value,
)
from ..template.scalar import canonical
from .encoding import ENCODINGS, Encoding


class SignedInto(Into):
    """
    The place of a signature.

    One in a field is made before the body is encoded; all others are made over
    the final bytes.
    """

    encoding: Encoding = "hex"

    hole: ClassVar[str] = "{signature}"


class SortedParams(Strict):
    """All query parameters and fields as ``k=v``, sorted by name, joined by ``&``."""

    skip: tuple[str, ...] = ()
    skip_empty: bool = False
    suffix: str = ""
    """A template: ``&key=${secrets.acme_key}``."""


class Signed(Strict):
    """What a signature is made over, and where it goes; every kind adds how."""

    parts: tuple[str, ...] | None = Field(default=None, min_length=1)
    """
    Templates over the connector's roots and the message's own.

    Text is signed in the charset of the message. What a converter such as
    ``md5`` hashes on the way it takes in the charset of its `Language`.
    """
    sorted_params: SortedParams | None = None
    separator: str = ""
    as_: str | None = Field(default=None, alias="as", pattern=r"[a-z][a-z0-9_]*")
    """Gives ``${sign.NAME}`` to the signatures after this one."""
    into: SignedInto | None = None
    encoding: Encoding | None = None
    """Of `as`, where there is no `into` to say it."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.parts is None) == (self.sorted_params is None):
            raise ValueError("either parts or sorted_params")
        if self.separator and self.parts is None:
            raise ValueError("`separator` goes with parts: sorted_params are joined by &")
        if self.into is None and self.as_ is None:
            raise ValueError("a signature goes `into` a place, or is kept `as` a name")
        if self.into is not None and self.encoding is not None:
            raise ValueError("encoding stands below into")
        return self

    def signature(
        self,
        language: Language,
        make: Callable[[bytes], bytes],
        encode: Callable[[bytes], str] | None = None,
    ) -> Signature:
        """Compile, around the function that makes the bytes, and writes them where it says how."""
        language = message_language(language)
        findings = Findings()
        parts: list[Template] = []
        for index, source in enumerate(self.parts or ()):
            with findings.at("parts", index):
                parts.append(compile_value(source, language))
        suffix = TextTemplate(lambda _: "", frozenset())
        if self.sorted_params is not None:
            with findings.at("sorted_params", "suffix"):
                suffix = compile_text(self.sorted_params.suffix, language)
        findings.close()
        chosen = self.into.encoding if self.into else self.encoding or "hex"
        return Signature(self, tuple(parts), suffix, make, encode or ENCODINGS[chosen])


class Signing(Protocol):
    """One signature, compiled: its text is made first, and then put where it goes."""

    @property
    def references(self) -> frozenset[str]:
        """What it reads."""
        ...

    def text(self, draft: Draft, scope: Scope) -> str:
        """Make the signature and write it. Raises `RenderError`."""
        ...

    def on_draft(self, draft: Draft, text: str) -> Draft: ...

    def on_wire(self, wire: Wire, text: str) -> Wire: ...


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature over parts of the message."""

    config: Signed
    _parts: tuple[Template, ...]
    _suffix: TextTemplate
    _make: Callable[[bytes], bytes]
    _encode: Callable[[bytes], str]

    @property
    def references(self) -> frozenset[str]:
        return self._suffix.references.union(*(part.references for part in self._parts))

    def text(self, draft: Draft, scope: Scope) -> str:
        return self._encode(self._make(self.signed(draft, scope)))

    def signed(self, draft: Draft, scope: Scope) -> bytes:
        """Give the bytes that it is made over."""
        wanted = self.config.sorted_params
        if wanted is not None:
            text = sorted_params(draft, wanted) + self._suffix.render(scope)
            return _octets(text, draft.charset)
        separator = _octets(self.config.separator, draft.charset)
        return separator.join(_octets(part.render(scope), draft.charset) for part in self._parts)

    def on_draft(self, draft: Draft, text: str) -> Draft:
        into = self.config.into
        return draft if into is None else into.on_draft(draft, into.written(text))

    def on_wire(self, wire: Wire, text: str) -> Wire:
        into = self.config.into
        return wire if into is None else into.on_wire(wire, into.written(text))


def sorted_params(draft: Draft, wanted: SortedParams) -> str:
    """Write the pairs that are signed; what is nested in JSON is no pair."""
    pairs = sorted((*draft.params, *draft.fields()))
    return "&".join(
        f"{name}={value}"
        for name, value in pairs
        if name not in wanted.skip and (value or not wanted.skip_empty)
    )


def _octets(value: object, charset: str) -> bytes:
    if isinstance(value, bytes):
        return value
    text = None if isinstance(value, bool) else canonical(value)
    if text is None:
        raise Unwritable("sign")
    try:
        return encoded(text, charset)
    except ValueError as error:
        raise Unwritable(f"sign: {error}") from None
