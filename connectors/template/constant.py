"""What is the same for every query, such as a key."""

from __future__ import annotations

from ..faults import ConfigError
from . import Language, compile_text
from .parse import Expression, parse


def constant(source: str, language: Language, key: str) -> str:
    """Render at load; `key` is where the configuration says it."""
    try:
        template = compile_text(source, language)
    except ConfigError as error:
        raise ConfigError(str(error), (key,)) from None
    if not template.constant:
        raise ConfigError("is the same for every query: secrets, env and text only", (key,))
    return template.render({})


def secret(source: str, language: Language, key: str) -> str:
    """Render what must not stand in a file: config holds its name, and never its value."""
    if source and not _refers(source):
        raise ConfigError("is a secret: write ${secrets.NAME}, never its value", (key,))
    return constant(source, language, key)


def _refers(source: str) -> bool:
    """Tell whether a value comes from elsewhere; ``$${secrets.x}`` is text like any other."""
    try:
        parts = parse(source)
    except ConfigError:
        return True  # `constant` says what is wrong with it
    read = (part.reference for part in parts if isinstance(part, Expression))
    return any(reference.startswith(("secrets.", "env.")) for reference in read)
