"""How we know a bureau, and how it knows us, by certificates."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from ..faults import ConfigError, Findings
from ..kit import Kit, Strict
from ..template import Language
from ..template.constant import constant


@dataclass(frozen=True, slots=True)
class Pem:
    """The same certificates as bytes, for who does not take OpenSSL's own."""

    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = field(default=None, repr=False)


class Tls(Strict):
    """
    Certificates, as file names below the kit's folder, or from the root of the disk.

    A name is a template of environment and text.

    The bureau's certificate is always verified: there is no switch for it.
    """

    ca: str | None = None
    """Whom to trust, and nobody else; without it, whom the system trusts."""
    client_cert: str | None = None
    client_key: str | None = None
    """Where `client_cert` does not hold the key as well."""

    @model_validator(mode="after")
    def _key_needs_certificate(self) -> Self:
        if self.client_key is not None and self.client_cert is None:
            raise ValueError("client_key without client_cert")
        return self

    def located(self, language: Language) -> Tls:
        """Render the names. Raises `ConfigError` with all that is wrong."""
        findings = Findings()
        names: dict[str, str] = {}
        for key, name in self.model_dump(exclude_none=True).items():
            with findings.at():
                names[key] = constant(name, language, key)
        findings.close()
        return self.model_copy(update=names)

    def build(self, kit: Kit) -> ssl.SSLContext:
        ca = None if self.ca is None else find(kit.files, self.ca, "ca")
        try:
            context = ssl.create_default_context(cafile=ca)
        except (OSError, ssl.SSLError):
            raise ConfigError(f"{self.ca}: no readable certificates (PEM)", ("ca",)) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.client_cert is not None:
            self._identify(context, kit.files, self.client_cert)
        return context

    def pem(self, kit: Kit) -> Pem:
        """Read the files; what is wrong with them is told as `build` tells it."""
        self.build(kit)
        cert = self._bytes(kit, self.client_cert)
        key = self._bytes(kit, self.client_key)
        # One file may hold both.
        return Pem(self._bytes(kit, self.ca), cert, key or cert)

    def _bytes(self, kit: Kit, name: str | None) -> bytes | None:
        return None if name is None else (kit.files / name).read_bytes()

    def _identify(self, context: ssl.SSLContext, files: Path, certificate: str) -> None:
        cert = find(files, certificate, "client_cert")
        key = None if self.client_key is None else find(files, self.client_key, "client_key")
        try:
            # An encrypted key must not make OpenSSL prompt at a terminal that nobody watches.
            context.load_cert_chain(cert, key, password="")
        except (OSError, ssl.SSLError):
            message = f"{certificate}: no certificate with its unencrypted key (PEM)"
            raise ConfigError(message, ("client_cert",)) from None


@cache
def system_trust() -> ssl.SSLContext:
    """Trust whom the system trusts: read once, as it is hundreds of certificates."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def find(files: Path, name: str, key: str) -> Path:
    """Look `name` up below `files`; `key` is where the configuration says it."""
    path = (files / name).resolve()
    if not path.is_relative_to(files.resolve()) and not name.startswith("/"):
        raise ConfigError(f"{name}: lies outside the folder of files", (key,))
    if not path.is_file():
        raise ConfigError(f"{name}: no such file", (key,))
    return path
