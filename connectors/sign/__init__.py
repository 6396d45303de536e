"""
What proves that a message is ours and whole.

To add a kind: write one module beside these, name its model below, and give it
a row in `tests/contract/test_sign.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ..contract import Attempt, Wire
from ..faults import Findings
from ..kit import Kit
from ..message.draft import Draft, finish, message_values
from ..template import Language, Scope
from .contract import Signature
from .digest import Digest
from .hmac import Hmac

__all__ = ["AnySign", "Digest", "Hmac", "SignList", "Signatures", "build_signatures"]

AnySign = Annotated[Digest | Hmac, Field(discriminator="kind")]


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

    Those that are fields are made on the draft, all others on the final bytes.
    A signature may refer to an earlier one of its own half by name.
    """

    _early: tuple[Signature, ...] = ()
    _late: tuple[Signature, ...] = ()

    @property
    def references(self) -> frozenset[str]:
        """What they read besides the message itself."""
        read = frozenset().union(*(each.references for each in (*self._early, *self._late)))
        return frozenset(name for name in read if name.partition(".")[0] not in _OWN_ROOTS)

    def on_draft(self, draft: Draft, scope: Scope) -> Draft:
        """Sign what becomes part of the body. Raises `RenderError`."""
        named: dict[str, object] = {}
        for each in self._early:
            view = {**scope, **message_values(draft, finish(draft, Attempt())), "sign": named}
            text = each.text(draft, view)
            draft = each.on_draft(draft, text)
            if each.config.as_ is not None:
                named[each.config.as_] = text
        return draft

    def on_wire(self, wire: Wire, draft: Draft, scope: Scope) -> Wire:
        """Sign the final bytes, of which `draft` is the origin. Raises `RenderError`."""
        named: dict[str, object] = {}
        for each in self._late:
            text = each.text(draft, {**scope, **message_values(draft, wire), "sign": named})
            wire = each.on_wire(wire, text)
            if each.config.as_ is not None:
                named[each.config.as_] = text
        return wire


_OWN_ROOTS = frozenset(message_values(Draft("", ""), Wire(Attempt(), "", ""))) | {"sign"}


def build_signatures(models: Sequence[AnySign], kit: Kit, language: Language) -> Signatures:
    """Build; raises `ConfigError` with all that is wrong, each below its index."""
    findings = Findings()
    halves: dict[bool, list[Signature]] = {True: [], False: []}
    languages = {True: language, False: language}
    for index, model in enumerate(models):
        early = _in_field(models[index:])
        with findings.at(index):
            halves[early].append(model.build(kit, languages[early]))
        if model.as_ is not None:
            languages[early] = languages[early].having("sign", {model.as_: str})
    findings.close()
    return Signatures(tuple(halves[True]), tuple(halves[False]))


def _in_field(models: Sequence[AnySign]) -> bool:
    """Tell where the first one goes; one that is only named goes with the next."""
    into = next((model.into for model in models if model.into is not None), None)
    return into is not None and into.field is not None
