"""Where secrets come from: a directory of files, the environment, or the one and then the other."""

from __future__ import annotations

import logging
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.faults import ConfigError
from connectors.kit import Secret

LONGEST = 65_536
"""Bytes of a secret; a key file of this size is a mistake."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)

Shelf = Callable[[str], Secret | None]
"""Looks one secret up by its name; None where it has none of that name."""


@dataclass(frozen=True, slots=True)
class ChainedSecrets:
    """Looks on one shelf after the other; the first that knows a name decides."""

    shelves: tuple[Shelf, ...]

    def read(self, name: str) -> Secret:
        # A name is no path and no pattern, whatever shelf it is looked up on.
        if not _NAME.fullmatch(name):
            raise ConfigError(f"{name!r} can not be a secret's name")
        for shelf in self.shelves:
            secret = shelf(name)
            if secret is not None:
                return secret
        raise ConfigError(f"there is no secret named {name}")


@dataclass(frozen=True, slots=True)
class SecretFiles:
    """One file for each secret, as Docker, Kubernetes and systemd mount them."""

    folder: Path
    warn: Callable[[str], None] = logging.getLogger(__name__).warning

    def __call__(self, name: str) -> Secret | None:
        path = (self.folder / name).resolve()
        # Kubernetes links each file to a dated folder beside it: links are fine, leaving is not.
        if not path.is_relative_to(self.folder.resolve()):
            raise ConfigError(f"secret {name} leads out of {self.folder}")
        if not path.is_file():
            return None
        try:
            if path.stat().st_size > LONGEST:
                raise ConfigError(f"secret {name} has more than {LONGEST} bytes")
            value = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            # From None: a decoding error quotes the value.
            raise ConfigError(f"secret {name} can not be read") from None
        if path.stat().st_mode & stat.S_IROTH:
            self.warn(f"secret {name} can be read by every user of this machine")
        return _told(name, value.removesuffix("\n").removesuffix("\r"))


@dataclass(frozen=True, slots=True)
class SecretVariables:
    """Variables of the environment: ``acme.token`` is ``PREFIX_ACME_TOKEN``."""

    env: Mapping[str, str] = field(repr=False)
    prefix: str = "BUREAU_GATEWAY_SECRET_"

    def __call__(self, name: str) -> Secret | None:
        value = self.env.get(self.prefix + re.sub(r"[^A-Z0-9]", "_", name.upper()))
        return None if value is None else _told(name, value)


def _told(name: str, value: str) -> Secret:
    """Refuse an empty value: it is a mount that failed, and would sign with no key."""
    if not value:
        raise ConfigError(f"secret {name} is empty")
    return Secret(value)
