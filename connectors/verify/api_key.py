"""A key of the bureau's in a header."""

from __future__ import annotations

from hmac import compare_digest
from typing import Literal, Self

from pydantic import model_validator

from ..keys import symmetric_key
from ..kit import Kit
from ..template import Language
from .contract import Keyed, Message, SignatureAt, Verdict


class ApiKeyProof(Keyed):
    """For callbacks of bureaus that sign nothing; compared in constant time."""

    kind: Literal["api_key"]
    header: str
    format: str = "{key}"
    """Text around it: ``Bearer {key}``."""

    @model_validator(mode="after")
    def _holed(self) -> Self:
        if self.format.count("{key}") != 1:
            raise ValueError("format has {key} exactly once")
        return self

    def build(self, _: Kit, language: Language) -> Verdict:
        keys = self.each(lambda source: symmetric_key(source, language))
        at = SignatureAt(header=self.header, format=self.format.replace("{key}", "{signature}"))

        def verdict(message: Message) -> bool:
            given = at.text(message).encode("utf-8", "replace")
            # Each is looked at, so that the time taken does not tell which one fitted.
            fitting = [compare_digest(given, key) for key in keys]
            return any(fitting)

        return verdict
