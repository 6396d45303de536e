"""JSON Web Encryption, RFC 7516, in its compact form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry, decrypt_compact, encrypt_compact
from joserfc.jwk import OctKey, RSAKey

from ..keys import KeyEncoding, private_key, public_key, symmetric_key
from ..kit import Kit
from ..template import Language
from .contract import Opener, Sealed, Sealer, Sealing

_BYTES_OF_KEY: Final = {
    "A128GCM": 16,
    "A192GCM": 24,
    "A256GCM": 32,
    "A128CBC-HS256": 32,
    "A192CBC-HS384": 48,
    "A256CBC-HS512": 64,
}


class _Registry(JWERegistry):
    """The library stops at 64 KiB; how long an answer may be is for the transport to say."""

    max_ciphertext_length = 64 * 2**20
    max_protected_header_length = 16 * 1024


class Jwe(Sealing):
    """
    A JWE, whose header must name the algorithms that stand here and no others.

    The library draws its keys and ivs itself: no test can pin them.
    """

    kind: Literal["jwe"]
    key: str
    """A template. Of RSA: the bureau's public key to seal, our private one to open; or shared."""
    key_encoding: KeyEncoding = "utf-8"
    """Of a shared key (``alg: dir``)."""
    password: str | None = None
    """Of a private key that has one."""
    alg: Literal["RSA-OAEP-256", "RSA-OAEP", "dir"] = "RSA-OAEP-256"
    enc: Literal[
        "A128GCM", "A192GCM", "A256GCM", "A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512"
    ] = "A256GCM"
    kid: str | None = None
    """Names the key in the header of what is sent."""

    def sealer(self, _: Kit, language: Language) -> Sealer:
        key = self._shared(language) or RSAKey.import_key(public_key(self.key, language))
        registry = self._registry()
        header = {"alg": self.alg, "enc": self.enc, **({"kid": self.kid} if self.kid else {})}
        return lambda plain: Sealed(
            encrypt_compact(dict(header), plain, key, registry=registry).encode()
        )

    def opener(self, _: Kit, language: Language) -> Opener:
        key = self._shared(language) or RSAKey.import_key(
            private_key(self.key, language, password=self.password)
        )
        registry = self._registry()

        def opened(octets: bytes, _: Mapping[str, bytes]) -> bytes:
            try:
                plain = decrypt_compact(octets.strip(), key, registry=registry).plaintext
            except _UNOPENED:
                plain = None
            if plain is None:
                raise ValueError("no JWE for this key and these algorithms")
            return plain

        return opened

    def _shared(self, language: Language) -> OctKey | None:
        if self.alg != "dir":
            return None
        sizes = (_BYTES_OF_KEY[self.enc],)
        return OctKey.import_key(symmetric_key(self.key, language, "key", self.key_encoding, sizes))

    def _registry(self) -> JWERegistry:
        # Compression is not among them: what it unfolds to has no bound.
        return _Registry(algorithms=[self.alg, self.enc], strict_check_header=False)


_UNOPENED: Final = (JoseError, InvalidTag, ValueError, TypeError, KeyError, AssertionError)
"""What the library raises, depending on the part of a JWE that is none."""
