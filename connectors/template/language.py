"""What a template may refer to where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from difflib import get_close_matches

from ..contract import Values
from ..faults import ConfigError

Scope = Mapping[str, Values]
"""Values by path by root. A root that is itself a value has the path ``""``."""


def _no_secret(name: str) -> str:
    raise ConfigError(f"there is no secret {name} here")


@dataclass(frozen=True, slots=True)
class Language:
    """The closed world of one template; `object` stands for a type that only rendering tells."""

    types: Mapping[str, Mapping[str, type]]
    """By root and path: ``{"subject": {"name": str}, "now": {"": datetime}}``."""
    open: Mapping[str, type] = field(default_factory=dict)
    """Type of what lies below a prefix, under any name: ``{"inquiry.inputs": str}``."""
    secrets: Callable[[str], str] = field(default=_no_secret, repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timezone: tzinfo = UTC
    charset: str = "utf-8"
    """Of the messages: what counts and hashes text does so in its bytes."""

    def having(self, root: str, types: Mapping[str, type]) -> Language:
        """Add a root, or paths to one."""
        return replace(self, types={**self.types, root: {**self.types.get(root, {}), **types}})

    def opening(self, prefix: str, of: type = object) -> Language:
        """Allow any name below `prefix`."""
        return replace(self, open={**self.open, prefix: of})

    def written_in(self, charset: str) -> Language:
        return replace(self, charset=charset)

    def type_of(self, reference: str) -> type:
        """Look a reference's type up; raises `ConfigError` for one that leads nowhere."""
        root, _, path = reference.partition(".")
        if (known := self.types.get(root, {}).get(path)) is not None:
            return known
        prefix = reference
        while prefix := prefix.rpartition(".")[0]:
            if prefix in self.open and len(reference) > len(prefix) + 1:
                return self.open[prefix]
        raise ConfigError(f"unknown reference {reference}{guess(reference, self._references())}")

    def table(self, name: str) -> Mapping[str, str]:
        if name not in self.tables:
            raise ConfigError(f"unknown table {name}{guess(name, self.tables)}")
        return self.tables[name]

    def variable(self, name: str, default: str | None) -> str:
        """Read an environment variable; one that is set to nothing counts as unset."""
        value = self.env.get(name) or default
        if value is None:
            raise ConfigError(f"the environment variable {name} is not set")
        return value

    def _references(self) -> Iterable[str]:
        for root, paths in self.types.items():
            for path in paths:
                yield f"{root}.{path}" if path else root


def guess(name: str, known: Iterable[str]) -> str:
    """Suggest what may have been meant."""
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
