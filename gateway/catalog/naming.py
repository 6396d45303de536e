"""Whether a name in a config file is that of something, and a path that of a field."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.faults import ConfigError
from connectors.template.language import guess

from ..fields.schema import exists, is_mask


def known(name: str, names: Iterable[str], kind: str, wrong: frozenset[str] = frozenset()) -> None:
    """Look a name up; one whose file is `wrong` has been told of already."""
    names = tuple(names)
    if name not in names and name not in wrong:
        raise ConfigError(f"there is no {kind} {name}{guess(name, names)}")


def field(path: str) -> None:
    """Check a path of user info. Masks stop at lists: rows are for mappings alone."""
    if not exists(path):
        raise ConfigError(f"UserInfo has no field {path}")
    if not is_mask(path):
        raise ConfigError(f"{path} leads into a list: name the list")
