"""What every kind of seal is: bytes in and text out, and what stands apart from it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..kit import Kit, Strict
from ..template import Language
from .encoding import Encoding, decoder, encoder


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a seal made of a text: its bytes, and those that stand in fields of their own."""

    octets: bytes = field(repr=False)
    apart: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """``iv`` and ``tag``, where the configuration keeps them apart."""


Sealer = Callable[[bytes], Sealed]
"""Seals. Raises `Unwritable` for what it can not seal so that it could be opened again."""

Opener = Callable[[bytes, Mapping[str, bytes]], bytes]
"""Opens, with what stood apart. Raises `ValueError`, which quotes nothing."""


class Sealing(Strict):
    """One way of sealing; every kind adds its own."""

    @property
    def apart(self) -> tuple[str, ...]:
        """Name what it keeps in fields of their own."""
        return ()

    @property
    def is_text(self) -> bool:
        """Tell whether what it makes can stand in a text."""
        return True

    @abstractmethod
    def sealer(self, kit: Kit, language: Language) -> Sealer:
        """Build what seals. Raises `ConfigError`."""

    @abstractmethod
    def opener(self, kit: Kit, language: Language) -> Opener:
        """Build what opens. Raises `ConfigError`."""


class Encoded(Sealing):
    """A seal that makes bytes, and says how they are written."""

    encoding: Encoding = "base64"

    @property
    def is_text(self) -> bool:
        return self.encoding != "raw"

    def sealer(self, kit: Kit, language: Language) -> Sealer:
        seal, write = self.raw_sealer(kit, language), encoder(self.encoding)

        def sealed(plain: bytes) -> Sealed:
            found = seal(plain)
            apart = {name: write(octets) for name, octets in found.apart.items()}
            return Sealed(write(found.octets), apart)

        return sealed

    def opener(self, kit: Kit, language: Language) -> Opener:
        opened, read = self.raw_opener(kit, language), decoder(self.encoding)
        return lambda octets, apart: opened(
            read(octets), {name: read(each) for name, each in apart.items()}
        )

    @abstractmethod
    def raw_sealer(self, kit: Kit, language: Language) -> Sealer:
        """Build what seals, before anything is written down."""

    @abstractmethod
    def raw_opener(self, kit: Kit, language: Language) -> Opener:
        """Build what opens bytes that have been read already."""
