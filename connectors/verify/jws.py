"""A token in the compact form of JOSE, around the body or beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, Self

from joserfc import jws
from pydantic import model_validator

from ..codec import Json
from ..faults import ConfigError
from ..keys import JoseKey, JwsAlgorithm, KeyEncoding, verifying_key
from ..kit import Kit, Strict
from ..select.path import scalar_text
from ..template import Language
from .contract import Keyed, Message, SignatureAt, Verdict

_FORBIDDEN: Final = frozenset({"jku", "jwk", "x5u"})
"""Headers that say where to get the key: keys are pinned, and who still says so is refused."""


class TokenAt(Strict):
    """The header that holds a detached token, or the path of the whole one in a JSON body."""

    header: str | None = None
    format: str = "{signature}"
    path: str | None = None
    """``@`` is the body itself."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.header is None) == (self.path is None):
            raise ValueError("either header or path")
        return self


class JwsProof(Keyed):
    """
    JWS (RFC 7515).

    Of a token within the body only the token is proved: what stands beside it
    is anybody's, and is not to be read.
    """

    kind: Literal["jws"]
    algorithm: JwsAlgorithm
    """The only one that a token's header may name."""
    key_encoding: KeyEncoding = "utf-8"
    """Of HS256's secret."""
    signature: TokenAt = TokenAt(path="@")

    def build(self, kit: Kit, language: Language) -> Verdict:
        keys = self.each(
            lambda source: verifying_key(source, language, self.algorithm, self.key_encoding)
        )
        algorithm, token = self.algorithm, self._token(kit)
        detached = self.signature.header is not None

        def verdict(message: Message) -> bool:
            compact = token(message)
            payload = message.body if detached else None
            return any(proves(compact, payload, key, algorithm) for key in keys)

        return verdict

    def _token(self, kit: Kit) -> Callable[[Message], str]:
        """Compile where a message's token is found."""
        if self.signature.header is not None:
            return SignatureAt(header=self.signature.header, format=self.signature.format).text
        path = self.signature.path or "@"
        if path == "@":
            return lambda message: message.body.decode("ascii", "replace").strip()
        codec = Json(kind="json").build(kit)
        try:
            select = codec.selector(path)
        except ValueError as error:
            raise ConfigError(str(error), ("signature", "path")) from None

        def token(message: Message) -> str:
            try:
                return scalar_text(select(codec.decode(message.body))) or ""
            except ValueError:
                return ""

        return token


def proves(compact: str, payload: bytes | None, key: JoseKey, algorithm: str) -> bool:
    """Tell whether a token, detached where there is a payload, is signed with this key."""
    parts = compact.split(".")
    if len(parts) != 3 or (payload is not None) is not (parts[1] == ""):  # noqa: PLR2004 (of JWS)
        return False
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    try:
        found = jws.extract_compact(compact.encode(), payload, registry)
        if not _is_ours(found.headers(), algorithm, detached=payload is not None):
            return False
        return jws.validate_compact(found, key, registry=registry)
    except Exception:  # noqa: BLE001 (a stranger's bytes: no list of what they raise is complete)
        return False


def _is_ours(headers: Mapping[str, object], algorithm: str, *, detached: bool) -> bool:
    """Tell whether a token's header leaves to us what is for us to say."""
    if headers.get("alg") != algorithm or _FORBIDDEN & headers.keys():
        return False
    # A payload that is not encoded (RFC 7797) can be told from the rest only where it is apart.
    return detached or "b64" not in headers


class _Registry(jws.JWSRegistry):
    """The library stops at 125 KiB; how long a body may be is for its carrier to say."""

    max_header_length = 16 * 1024
    max_payload_length = 64 * 2**20
