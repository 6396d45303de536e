"""What is wrong with a configuration, all of it at once, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

Place = tuple[str | int, ...]
"""The keys and indexes that lead to a node of a YAML document."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    at: Place
    message: str


class ConfigError(Exception):
    """A configuration can not be built. Never carries a secret's value."""

    def __init__(self, message: str, at: Place = ()) -> None:
        super().__init__(message)
        self.findings: tuple[Finding, ...] = (Finding(at, message),)

    @classmethod
    def of(cls, findings: tuple[Finding, ...]) -> ConfigError:
        error = cls("; ".join(finding.message for finding in findings))
        error.findings = findings
        return error


@dataclass(slots=True)
class Findings:
    """Collects what is wrong, so that one look at a file reports everything."""

    found: list[Finding] = field(default_factory=list)

    @contextmanager
    def at(self, *place: str | int) -> Iterator[None]:
        """Note what fails inside, as lying below `place`, and go on."""
        try:
            yield
        except ConfigError as error:
            self.found.extend(
                Finding((*place, *finding.at), finding.message) for finding in error.findings
            )

    def add(self, message: str, *place: str | int) -> None:
        self.found.append(Finding(place, message))

    def close(self) -> None:
        """Raise one `ConfigError` with everything noted, if anything was."""
        if self.found:
            raise ConfigError.of(tuple(self.found))

    def settle(self, value: T | None) -> T:
        """Close, and give what only a finding could have kept from being made."""
        self.close()
        if value is None:
            raise RuntimeError("a finding was lost")
        return value
