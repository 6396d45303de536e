"""What stands under ``open:``: how a sealed answer is opened, and a signed one verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Self

from pydantic import Discriminator, Field, Tag, model_validator

from ..codec.charset import Charset
from ..contract import WireReply
from ..kit import Strict
from ..select.conditions import compile_matcher
from ..select.matcher import Matcher
from ..verify import AnyVerify
from .aes_cbc import AesCbc
from .aes_gcm import AesGcm
from .contract import Sealing
from .jwe import Jwe
from .rsa import Rsa
from .sm4 import Sm4

Holds = Callable[[WireReply], bool]


class When(Strict):
    """Which answers a step is for: an error often comes in plain."""

    status: Matcher | None = None
    header: Mapping[str, Matcher] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.status is None and not self.header:
            raise ValueError("needs a status or a header")
        return self

    def holds(self) -> Holds:
        status = compile_matcher(self.status) if self.status else lambda _: True
        headers = [(name.lower(), compile_matcher(each)) for name, each in self.header.items()]
        return lambda reply: (
            status(reply.status) and all(test(reply.headers.get(name)) for name, test in headers)
        )


def holds(when: When | None) -> Holds:
    return (lambda _: True) if when is None else when.holds()


class Placed(Sealing):
    """What is sealed: the text at one place of the document, or else the body as it came."""

    path: str | None = None
    xpath: str | None = None
    iv_path: str | None = None
    """Where the iv stands that is kept apart."""
    tag_path: str | None = None
    """Where the tag stands that is kept apart."""
    charset: Charset = "utf-8"
    """Of the text at its place, once it is open."""
    when: When | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.path is not None and self.xpath is not None:
            raise ValueError("has `path` and `xpath`: it stands at one place")
        placed = self.path is not None or self.xpath is not None
        for name, given in (("iv", self.iv_path), ("tag", self.tag_path)):
            if (name in self.apart) is (given is None):
                raise ValueError(f"`{name}: apart` and `{name}_path` go together")
            if given is not None and not placed:
                raise ValueError(f"`{name}_path` leads into a document: say the text's `path`, too")
        if placed and not self.is_text:
            raise ValueError("what stands in a document is text, and not `raw`")
        return self


class OpenAesCbc(Placed, AesCbc):
    """An answer sealed by AES-CBC."""


class OpenAesGcm(Placed, AesGcm):
    """An answer sealed by AES-GCM."""


class OpenSm4(Placed, Sm4):
    """An answer sealed by SM4."""


class OpenRsa(Placed, Rsa):
    """An answer sealed by RSA."""


class OpenJwe(Placed, Jwe):
    """An answer that is a JWE."""


class Verified(Strict):
    """A signature over the answer; one that does not hold makes it unreadable."""

    verify: AnyVerify
    when: When | None = None
    """By status alone, and the outcomes that release anything name the same."""

    @model_validator(mode="after")
    def _not_for_the_sender_to_say(self) -> Self:
        if self.when is not None and self.when.header:
            raise ValueError("who would forge an answer leaves the header out: `when` has a status")
        return self


def _kind(source: object) -> object:
    if isinstance(source, Verified):
        return "verify"
    if not isinstance(source, Mapping):
        return getattr(source, "kind", None)
    return "verify" if "verify" in source else source.get("kind")


AnyOpen = Annotated[
    Annotated[OpenAesCbc, Tag("aes_cbc")]
    | Annotated[OpenAesGcm, Tag("aes_gcm")]
    | Annotated[OpenSm4, Tag("sm4")]
    | Annotated[OpenRsa, Tag("rsa")]
    | Annotated[OpenJwe, Tag("jwe")]
    | Annotated[Verified, Tag("verify")],
    Discriminator(_kind),
]

OpenList = tuple[AnyOpen, ...]
"""What stands under ``open:``, in the order in which it is done."""
