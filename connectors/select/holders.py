"""What holds a named value, so that the value can be replaced or removed where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ..contract import Codec, Document

Holders = Callable[[Document], list[dict[str, object]]]
"""Gives the objects in which a name may stand; none where the path above it leads nowhere."""

_NAME: Final = re.compile(r"[\w-]+")


def compile_holders(path: str, codec: Codec) -> tuple[Holders, str]:
    """
    Split a path into what holds its last name, and that name.

    A list above the name holds it in each of its items. Raises `ValueError` for
    a path that ends with no name.
    """
    above, _, name = path.rpartition(".")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{path!r} ends with no name, so nothing could be put there")
    select = codec.selector(above or "@")

    def holders(document: Document) -> list[dict[str, object]]:
        found = select(document)
        nodes = found if isinstance(found, list) else [found]
        return [node for node in nodes if isinstance(node, dict)]

    return holders, name
