"""Takes a person out of what a bureau says, and puts the same other one in everywhere."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from connectors.codec.json import read_json
from connectors.message.exact_json import write_json
from connectors.template.scalar import canonical

from .markup import scrubbed_markup
from .patterns import CALLED, KINDS, Strangers
from .persona import Double, texts

OPAQUE: Final = 40
"""Letters without a space from which on a text is a photo, a token or a hash."""

_OPAQUE: Final = re.compile(rf"[A-Za-z0-9+/=_.:;,%-]{{{OPAQUE},}}")
_SHORT: Final = 4
"""Letters below which a value may stand within another text by chance."""
_CJK_SHORT: Final = 2
_DIGESTS: Final = ("md5", "sha1", "sha256", "sha512")


@dataclass(slots=True)
class Scrub:
    """Scrubs one text after the other, and counts what it replaced, by what it was."""

    stands: Mapping[str, tuple[str, str]] = field(repr=False)
    """What a text is, and what stands for it, by the text in lower case."""
    counts: Counter[str] = field(default_factory=Counter)
    _strangers: Strangers = field(default_factory=Strangers, repr=False)
    _pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        known = sorted(filter(_is_telling, self.stands), key=len, reverse=True)
        exact = "|".join(map(re.escape, known)) or r"(?!)"
        others = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items())
        self._pattern = re.compile(f"(?P<known>{exact})|{others}", re.IGNORECASE)

    @classmethod
    def of(cls, doubles: Iterable[Double], secrets: Mapping[str, tuple[str, str]]) -> Scrub:
        """`secrets` are told as a person is: what each is, and what stands for it, by value."""
        stands = {
            real.lower(): (double.path, stand)
            for double in doubles
            for real, stand in _forms(double)
        }
        return cls({**stands, **{value.lower(): told for value, told in secrets.items()}})

    def tree(self, node: object) -> object:
        if isinstance(node, Mapping):
            return {self.text(str(name)): self.tree(value) for name, value in node.items()}
        if isinstance(node, list | tuple):
            return [self.tree(each) for each in node]
        if isinstance(node, str):
            return self.text(node)
        if isinstance(node, int | Decimal) and not isinstance(node, bool):
            return self._number(node)
        return node

    def text(self, text: str) -> str:
        """Scrub a text, and a document that stands in it as such."""
        stripped = text.strip()
        if (known := self.stands.get(stripped.lower())) is not None:
            self.counts[known[0]] += 1
            return text.replace(stripped, known[1])
        if stripped[:1] in {"{", "["} and (inner := self._document(stripped)) is not None:
            return inner
        if stripped[:1] == "<" and (inner := scrubbed_markup(stripped, self.text)) is not None:
            return inner
        if _OPAQUE.fullmatch(stripped):
            self.counts["long opaque text"] += 1
            return f"(cut: {len(stripped)} letters)"
        return self._pattern.sub(self._replaced, text)

    def plain(self, text: str) -> str:
        """Scrub what has no parts, in its place: a fixed-width message, a page."""
        return self._pattern.sub(self._replaced, text)

    def _document(self, text: str) -> str | None:
        try:
            document = read_json(text)
        except ValueError:
            return None
        scrubbed = self.tree(document)
        return text if scrubbed == document else write_json(scrubbed)

    def _number(self, number: int | Decimal) -> object:
        text = canonical(number) or ""
        scrubbed = self.text(text) if text.isdigit() else text
        if scrubbed == text:
            return number
        return int(scrubbed) if scrubbed.isdigit() else scrubbed

    def _replaced(self, found: re.Match[str]) -> str:
        text = found[0]
        if found["known"] is not None:
            path, stand = self.stands[text.lower()]
            self.counts[path] += 1
            return stand
        kind = str(found.lastgroup)
        stand = self._strangers.stand_in(kind, text)
        if stand != text:
            self.counts[f"what looks like {CALLED[kind]}"] += 1
        return stand


def _is_telling(text: str) -> bool:
    """Tell whether a value is long enough to be looked for within other texts."""
    return len(text) >= (_SHORT if text.isascii() else _CJK_SHORT)


def _forms(double: Double) -> Iterator[tuple[str, str]]:
    """Give each way to write a value with the same way to write its double, hashes included."""
    for real, stand in zip(texts(double.real), texts(double.stands), strict=False):
        yield real, stand
        ways = ((real, stand), (real.upper(), stand.upper()), (real.lower(), stand.lower()))
        for one, other in ways:
            for digest in _DIGESTS:
                yield _hashed(digest, one), _hashed(digest, other)


def _hashed(digest: str, text: str) -> str:
    return hashlib.new(digest, text.encode(), usedforsecurity=False).hexdigest()
