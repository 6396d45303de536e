"""JSON as text, for messages: exact, compact, its keys in the order of the file."""

from __future__ import annotations

from ..codec.json import Json
from ..template import Unwritable

_PLAIN = Json(kind="json")
_ESCAPED = Json(kind="json", ascii=True)


def write_json(tree: object, escaped: bool = False) -> str:  # noqa: FBT001, FBT002 (as it is stored)
    r"""Write a tree, `escaped` with ``\u`` beyond ASCII. Raises `Unwritable`."""
    try:
        plain = _PLAIN.encode(tree)
        # First without escapes: half a surrogate pair could be escaped, and is no character.
        return (_ESCAPED.encode(tree) if escaped and not plain.isascii() else plain).decode()
    except ValueError as error:
        raise Unwritable(f"json: {error}") from None
