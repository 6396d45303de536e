"""
What proves that a message is ours and whole.

To add a kind: write one module beside these, name its model below, and give it
a row in `tests/contract/test_sign.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ..contract import Attempt, Wire
from ..faults import Findings
from ..kit import Kit
from ..message.draft import MESSAGE_ROOTS, Draft, finish, message_values
from ..template import Language, Scope
from .contract import Signing
from .digest import Digest
from .ecdsa import Ecdsa
from .hmac import Hmac
from .jws import Jws
from .rsa import Rsa
from .sm2 import Sm2
from .wss_username_token import WssUsernameToken

__all__ = [
    "AnySign",
    "Digest",
    "Ecdsa",
    "Hmac",
    "Jws",
    "Rsa",
    "SignList",
    "Signatures",
    "Sm2",
    "WssUsernameToken",
    "build_signatures",
]

AnySign = Annotated[
    Digest | Hmac | Rsa | Ecdsa | Sm2 | Jws | WssUsernameToken, Field(discriminator="kind")
]


def _as_list(source: object) -> object:
    """Read one signature as a list of one, and ``none`` or ``{}`` as none."""
    if source in ("none", {}):
        return ()
    return (source,) if isinstance(source, dict) else source


SignList = Annotated[
    tuple[AnySign, ...],
    BeforeValidator(
        _as_list, json_schema_input_type=AnySign | tuple[AnySign, ...] | Literal["none"]
    ),
]
"""What stands under ``sign:``."""


@dataclass(frozen=True, slots=True)
class Signatures:
    """
    All signatures of one message, in their order.

    Those that are fields, or within the body, are made on the draft, all others
    on the final bytes. A signature may refer to an earlier one of its own half
    by name.
    """

    _early: tuple[Named, ...] = ()
    _late: tuple[Named, ...] = ()
    _host: str = ""
    """Of the bureau's address: the transport says it, and so no draft does."""

    @property
    def references(self) -> frozenset[str]:
        """What they read besides the message itself."""
        read = frozenset().union(*(each.made.references for each in (*self._early, *self._late)))
        return frozenset(name for name in read if name.partition(".")[0] not in _OWN_ROOTS)

    def on_draft(self, draft: Draft, scope: Scope) -> Draft:
        """Sign what becomes part of the body. Raises `RenderError`."""
        named: dict[str, object] = {}
        for each in self._early:
            seen = self._seen(draft, finish(draft, Attempt()), each.roots)
            text = each.made.text(draft, {**scope, **seen, "sign": named})
            draft = each.made.on_draft(draft, text)
            if each.name is not None:
                named[each.name] = text
        return draft

    def on_wire(self, wire: Wire, draft: Draft, scope: Scope) -> Wire:
        """Sign the final bytes, of which `draft` is the origin. Raises `RenderError`."""
        named: dict[str, object] = {}
        for each in self._late:
            seen = self._seen(draft, wire, each.roots)
            text = each.made.text(draft, {**scope, **seen, "sign": named})
            wire = each.made.on_wire(wire, text)
            if each.name is not None:
                named[each.name] = text
        return wire

    def _seen(self, draft: Draft, wire: Wire, roots: Iterable[str]) -> Scope:
        seen = message_values(draft, wire, roots)
        if self._host and "header" in seen and "host" not in seen["header"]:
            seen["header"] = {**seen["header"], "Host": self._host, "host": self._host}
        return seen


@dataclass(frozen=True, slots=True)
class Named:
    """A signature, and the name by which later ones refer to it."""

    name: str | None
    made: Signing
    roots: tuple[str, ...]
    """What of the message it looks at: the rest need not be put together."""

    @classmethod
    def of(cls, name: str | None, made: Signing) -> Named:
        read = {reference.partition(".")[0] for reference in made.references}
        return cls(name, made, tuple(sorted(read & MESSAGE_ROOTS)))


_OWN_ROOTS = MESSAGE_ROOTS | {"sign"}


def build_signatures(
    models: Sequence[AnySign], kit: Kit, language: Language, host: str = ""
) -> Signatures:
    """
    Build; raises `ConfigError` with all that is wrong, each below its index.

    `host` is what the transport will say in the header of that name.
    """
    findings = Findings()
    halves: dict[bool, list[Named]] = {True: [], False: []}
    languages = {True: language, False: language}
    for index, model in enumerate(models):
        early = _on_draft(models[index:])
        with findings.at(index):
            halves[early].append(Named.of(model.as_, model.build(kit, languages[early])))
        if model.as_ is not None:
            languages[early] = languages[early].having("sign", {model.as_: str})
    findings.close()
    return Signatures(tuple(halves[True]), tuple(halves[False]), host)


def _on_draft(models: Sequence[AnySign]) -> bool:
    """Tell where the first one goes; one that is only named goes with the next."""
    if isinstance(models[0], WssUsernameToken):
        return True
    into = next((model.into for model in models if model.into is not None), None)
    return into is not None and into.field is not None
