"""What is written where a bureau wants a value: a reference, a constant, a secret, or a mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .. import names
from ..constants import is_constant
from ..shape import Leaf, Part, Way
from .dates import date_format
from .yaml_text import MARK

INPUTS: Final = ("subject.", "device.", "application.")
"""What an inquiry may lack."""

_HEX: Final = {32: "md5", 40: "", 64: "sha256"}
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OURS: Final = frozenset({"MALE", "FEMALE", "OTHER"})
_MILLISECONDS: Final = 13
_SAID_AT_MOST: Final = 70


@dataclass(frozen=True, slots=True)
class Told:
    """A value of a request, as it is written, and why."""

    value: object
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """Decides for the fields of one bureau's requests."""

    bureau: str

    def tell(self, part: Part, way: Way, *, null: bool = False) -> Told | None:
        """
        Decide what is written for a field; None where it may be left out and nobody knows it.

        `null` is said where a field that is known, and not required, may be null.
        """
        leaf = part.shape
        if not isinstance(leaf, Leaf):
            raise TypeError("a field of a request is one value")
        if (certain := _certain(part.name, leaf)) is not None:
            return certain
        reference = names.asked((*way, part.name))
        if reference == "call.reference" and _is_uuid(leaf):
            return _uuid(part)
        if reference is not None:
            return _referred(reference, leaf, required=part.required, null=null)
        if (ours := self._ours(part.name, leaf)) is not None:
            return ours
        if leaf.sampled and is_constant((*way, part.name), leaf.example):
            return Told(leaf.example, "as in the sample")
        return Told(MARK, _wanted(leaf)) if part.required else None

    def _ours(self, name: str, leaf: Leaf) -> Told | None:
        """See what proves who we are."""
        if names.SIGNATURE.fullmatch(name):
            return Told(MARK, "a signature? leave it out here, and see `sign:` in docs/kinds.md")
        is_named = leaf.type == "string" and names.SECRET.fullmatch(name) is not None
        if is_named or leaf.format == "password":
            return Told(self.secret(name))
        return None

    @property
    def secrets(self) -> str:
        """How the name of a secret begins: those of other bureaus are others."""
        return f"${{secrets.{self.bureau}_"

    def secret(self, name: str) -> str:
        return f"{self.secrets}{names.snake(name)}}}"


def _certain(name: str, leaf: Leaf) -> Told | None:
    """See what can be nothing else."""
    if leaf.given is not None:
        return Told(leaf.given)
    if leaf.format == "binary":
        return Told(attached(name), "a file that only the caller can give")
    if len(leaf.words) == 1:
        return Told(leaf.words[0], "the only value that its file allows")
    return None


def attached(name: str) -> dict[str, object]:
    """Write a file of a body of several parts."""
    content = f"${{application.attachments.{names.snake(name)}}}"
    return {"content": content, "filename": names.snake(name)}


def _referred(reference: str, leaf: Leaf, *, required: bool, null: bool) -> Told | None:
    converter = _converter(reference, leaf)
    if converter is None:
        return Told(MARK, f"{reference}, written how? {_wanted(leaf)}") if required else None
    may_lack = not required and reference.startswith(INPUTS)
    if may_lack and not null:
        return None
    return Told(f"${{{reference}{converter}{' ?? null' if may_lack else ''}}}")


def _uuid(part: Part) -> Told | None:
    """Choose 32 digits of chance, but for a key under which an attempt repeats the one before."""
    if "idempotency" in names.plain(part.name):
        said = "a UUID, the same each time: ${call.reference}, with reference: {length: 32}?"
        return Told(MARK, said) if part.required else None
    return Told("${nonce}", "32 hexadecimal digits, others each time: a UUID without dashes")


def _is_uuid(leaf: Leaf) -> bool:
    return leaf.format == "uuid" or _UUID.fullmatch(str(leaf.example or "")) is not None


def _converter(reference: str, leaf: Leaf) -> str | None:
    """Give what turns our value into the bureau's; None where nobody knows."""
    if reference == "subject.date_of_birth":
        way = date_format(leaf)
        return None if way is None else f" | date('{way}')"
    if reference in {"now", "consent.granted_at"}:
        return _moment(leaf)
    if reference == "subject.sex" and not set(map(str, leaf.words)) <= _OURS:
        return None
    if reference == "subject.sex" and leaf.sampled and str(leaf.example) not in _OURS:
        return None
    if leaf.type == "integer":
        return " | int"
    return _hashed(leaf)


def _moment(leaf: Leaf) -> str | None:
    if leaf.format == "date-time" or "T" in str(leaf.example or ""):
        return " | iso"
    digits = str(leaf.example or "")
    if not digits.isdigit():
        return None
    return " | unix_ms" if len(digits) == _MILLISECONDS else " | unix"


def _hashed(leaf: Leaf) -> str | None:
    """See a hash where an example, or a pattern, is one."""
    example = str(leaf.example or "")
    length = len(example) if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", example) else 0
    if found := re.search(r"\[[a-fA-F0-9-]{6,9}\]\{(32|64)\}", leaf.pattern):
        length = int(found[1])
    if length not in _HEX:
        return ""
    hashed = _HEX[length]
    upper = " | upper" if example != example.lower() else ""
    return f" | {hashed}{upper}" if hashed else None


def _wanted(leaf: Leaf) -> str:
    """Say what a field wants, as far as its file does."""
    words = f"one of {', '.join(map(str, leaf.words))}" if leaf.words else ""
    kind = " ".join(part for part in (leaf.type, leaf.format) if part)
    said = f"{leaf.said[:_SAID_AT_MOST]}…" if len(leaf.said) > _SAID_AT_MOST else leaf.said
    return "; ".join(part for part in (kind, words, said) if part)
