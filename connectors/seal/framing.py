"""Where the iv and the tag of a cipher stand: before it, after it, or in fields of their own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from ..faults import ConfigError
from ..keys import KeyEncoding, symmetric_key
from ..kit import Kit
from ..template import Language
from ..template.constant import constant
from .contract import Encoded, Opener, Sealed, Sealer
from .encoding import decoder
from .modes import Mode


class Keyed(Encoded):
    """A cipher under a key that both sides hold."""

    key: str
    """A template: ``${secrets.acme_key}``."""
    key_encoding: KeyEncoding = "utf-8"

    def raw_sealer(self, kit: Kit, language: Language) -> Sealer:
        cipher = self.cipher(language)
        return self.frame(cipher, language).sealer(cipher, kit.random)

    def raw_opener(self, _: Kit, language: Language) -> Opener:
        cipher = self.cipher(language)
        return self.frame(cipher, language).opener(cipher)

    def bytes_of_key(self, language: Language, sizes: tuple[int, ...]) -> bytes:
        return symmetric_key(self.key, language, "key", self.key_encoding, sizes)

    @abstractmethod
    def cipher(self, language: Language) -> Mode:
        """Build the cipher. Raises `ConfigError`."""

    @abstractmethod
    def frame(self, cipher: Mode, language: Language) -> Frame:
        """Say where iv and tag stand. Raises `ConfigError`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The places of iv and tag; an iv that is neither fixed nor apart stands first."""

    fixed_iv: bytes | None = field(default=None, repr=False)
    iv_apart: bool = False
    tag_apart: bool = False

    def sealer(self, cipher: Mode, random: Random) -> Sealer:
        def seal(plain: bytes) -> Sealed:
            iv = random.randbytes(cipher.iv_size) if self.fixed_iv is None else self.fixed_iv
            octets, tag = cipher.encrypt(iv, plain)
            apart: dict[str, bytes] = {}
            if self.iv_apart:
                apart["iv"] = iv
            elif self.fixed_iv is None:
                octets = iv + octets
            if self.tag_apart:
                apart["tag"] = tag
            else:
                octets += tag
            return Sealed(octets, apart)

        return seal

    def opener(self, cipher: Mode) -> Opener:
        def opened(octets: bytes, apart: Mapping[str, bytes]) -> bytes:
            iv, tag = self.fixed_iv, b""
            if self.iv_apart:
                iv = apart["iv"]
            elif iv is None:
                iv, octets = octets[: cipher.iv_size], octets[cipher.iv_size :]
            if self.tag_apart:
                tag = apart["tag"]
            elif cipher.tag_size:
                octets, tag = octets[: -cipher.tag_size], octets[-cipher.tag_size :]
            if len(iv) != cipher.iv_size or len(tag) != cipher.tag_size:
                raise ValueError("too short for its iv or tag")
            return cipher.decrypt(iv, octets, tag)

        return opened


def iv_frame(source: str, encoding: KeyEncoding, cipher: Mode, language: Language) -> Frame:
    """Read an ``iv:`` key, which is ``prefix``, ``apart``, or a template of what never changes."""
    if source in {"prefix", "apart"}:
        return Frame(iv_apart=source == "apart")
    if "${secrets." in source:
        sizes = (cipher.iv_size,)
        return Frame(fixed_iv=symmetric_key(source, language, "iv", encoding, sizes))
    text = constant(source, language, "iv").encode()
    try:
        iv = text if encoding == "utf-8" else decoder(encoding)(text)
    except ValueError:
        iv = b""
    if len(iv) != cipher.iv_size:
        raise ConfigError(
            f"is prefix, apart, or {cipher.iv_size} bytes in {encoding}",
            ("iv",),
        )
    return Frame(fixed_iv=iv)
