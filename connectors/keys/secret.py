"""The text of a key, or the news that there is none to be had."""

from __future__ import annotations

from ..template import Language
from ..template.constant import secret
from ..template.parse import Expression, parse


class Placeholder(str):
    """
    What a secret has for a value where a configuration is only looked at.

    It may be hashed, sent nowhere and compared; as a key it can not be judged.
    """

    __slots__ = ()


def key_text(source: str, language: Language, key: str) -> str | None:
    """Render at load; None where a `Placeholder` is part of it. `key` is where it stands."""
    text = secret(source, language, key)
    # Rendering makes plain text of all, so that only the secrets themselves can tell.
    read = (part.reference for part in parse(source) if isinstance(part, Expression))
    names = (name.removeprefix("secrets.") for name in read if name.startswith("secrets."))
    return None if any(isinstance(language.secrets(name), Placeholder) for name in names) else text
