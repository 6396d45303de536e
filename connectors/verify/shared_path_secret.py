"""A part of the path that only the bureau was told."""

from __future__ import annotations

from hmac import compare_digest
from typing import Literal

from ..keys import symmetric_key
from ..kit import Kit, Strict
from ..template import Language
from .contract import Message, Verdict


class SharedPathSecret(Strict):
    """For callbacks of bureaus that sign nothing; compared in constant time."""

    kind: Literal["shared_path_secret"]
    secret: str
    """A template: ``${secrets.acme_callback}``."""

    def build(self, _: Kit, language: Language) -> Verdict:
        secret = symmetric_key(self.secret, language, "secret")

        def verdict(message: Message) -> bool:
            given = message.path_secret.encode("utf-8", "replace")
            return compare_digest(given, secret)

        return verdict
