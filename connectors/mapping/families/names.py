"""How the names of a document find their targets: checked at load, matched once, then known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Final

from ...contract import Document
from ...faults import ConfigError
from ...kit import Schema
from ...select.conditions import LONGEST_MATCHED
from ...select.matcher import check_pattern
from ...select.path import Select
from ...words import FieldStatus
from ..gap import Closed, Gap, closing
from ..read import PLAIN, Tally, scalar
from ..target import Target, Tree, Walk, Write
from ..types.kinds import Typed
from ..types.scalars import Reader
from ..values import Workshop
from .spec import HOLE, Grammar

_FREE: Final = re.compile(r"[a-z0-9_]+")
_ATTRIBUTE: Final = "attributes."

LISTED: Final = 2_000
"""Targets that are told one by one; of more, only what they lie in."""

MOST: Final = 20_000
"""Combinations that are checked at load; who has more splits the family."""

REMEMBERED: Final = 8_192
"""Names that are known without matching: a bureau's own are far fewer."""


WITHIN: Final = {"groups": 8, "repetitions": 2}
"""How much a name's pattern may have: alternatives are cheap, and a document has many names."""


@dataclass(frozen=True, slots=True)
class Member:
    """What one name of a family is mapped by."""

    target: str
    take: Reader
    write: Write


@dataclass(frozen=True, slots=True)
class Naming:
    """What families are compiled with."""

    shop: Workshop
    schema: Schema
    connector: str
    rows: frozenset[str]
    """Targets of `mapping`: a row that is written out wins over a family."""
    listed: frozenset[str]
    """Those of them that are lists."""

    def member(self, family: Typed, path: str) -> Member:
        """Compile what one target is written by. Raises `ConfigError`."""
        target = self._target(path)
        leaf, inner = target.leaf(family.type, family.member)
        reader: Reader = family.reader(leaf, self.shop.table)  # type: ignore[attr-defined]  # each kind has one
        return Member(path, self.shop.take(family, reader), target.writer(inner))

    def _target(self, path: str) -> Target:
        walk = Walk(self.schema.user_info.DESCRIPTOR, self.schema.keys, self.connector)  # type: ignore[arg-type]  # the stubs know two descriptors
        target = walk.to(path)
        if target.is_list:
            raise ConfigError(f"`{path}` is a list: a family gives single values")
        if target.keyed in self.listed:
            raise ConfigError(f"`{target.keyed}` is mapped as a list: choose one")
        return target


@dataclass(frozen=True, slots=True)
class CompiledFamily:
    """A family, ready to be used."""

    targets: tuple[str, ...]
    """What it can give, or what all of that lies in."""
    prefix: str
    holder: Select | None
    grammar: Grammar
    naming: Naming
    known: dict[str, Member | None] = field(default_factory=dict, repr=False)

    def __call__(
        self,
        document: Document,
        tree: Tree,
        tally: Tally,
        statuses: dict[str, FieldStatus],
        closed: Closed,
    ) -> None:
        """Map the names that stand in the document; of two for one target, the first."""
        if closed and (status := closing(self.prefix, closed)) is not None:
            statuses[self.prefix] = status
            return
        found = document if self.holder is None else self.holder(document)
        if not isinstance(found, dict):
            return
        for name, raw in found.items():
            member = self._member(name)
            if member is None:
                continue
            if member.target in statuses:
                tally.invalid += 1
            elif closed and (status := closing(member.target, closed)) is not None:
                statuses[member.target] = status
            else:
                statuses[member.target] = _read(member, raw, tree, tally)

    def _member(self, name: str) -> Member | None:
        if name in self.known:
            return self.known[name]
        if len(name) > LONGEST_MATCHED:
            return None
        target = target_of(self.grammar, name)
        member = None
        if target is not None and target not in self.naming.rows:
            try:
                member = self.naming.member(self.grammar, target)
            except ConfigError:
                # A name whose free part makes no name of an attribute.
                member = None
        if len(self.known) < REMEMBERED:
            self.known[name] = member
        return member


def target_of(family: Grammar, name: str) -> str | None:
    """Say where a name goes; None for a name that is not of the family."""
    found = re.fullmatch(family.match, name)
    if found is None:
        return None
    words: dict[str, str] = {}
    for group in HOLE.findall(family.target):
        text = found[group] or ""
        if group in family.values:
            word = family.values[group].get(text)
        else:
            word = text.lower() if _FREE.fullmatch(text.lower()) else None
        if word is None:
            return None
        words[group] = word
    return HOLE.sub(lambda hole: words[hole[1]], family.target)


def compile_family(family: Grammar, naming: Naming) -> CompiledFamily:
    """Compile, and check all that it can make. Raises `ConfigError`."""
    try:
        check_pattern(family.match, within=WITHIN)
    except ValueError as error:
        raise ConfigError(str(error), ("match",)) from error
    holder = None if family.in_ is None else naming.shop.select(family.in_, "in")
    holes = tuple(dict.fromkeys(HOLE.findall(family.target)))
    free = [hole for hole in holes if hole not in family.values]
    if free and not family.target.startswith(_ATTRIBUTE):
        raise ConfigError(
            f"has no `values` of {free[0]}: only attributes are named freely", ("values",)
        )
    finite = {hole: sorted(set(family.values[hole].values())) for hole in holes if hole not in free}
    if prod(map(len, finite.values())) > MOST:
        raise ConfigError(f"makes more than {MOST} targets: split it", ("values",))
    possible = [
        HOLE.sub(lambda hole, words=words: words.get(hole[1], "x"), family.target)  # type: ignore[misc]  # a default binds it
        for words in (
            dict(zip(finite, choice, strict=True)) for choice in product(*finite.values())
        )
    ]
    _check(family, possible, naming)
    prefix = _prefix(family.target)
    targets = (prefix,) if free or len(possible) > LISTED else tuple(possible)
    return CompiledFamily(targets, prefix, holder, family, naming)


def _check(family: Grammar, possible: list[str], naming: Naming) -> None:
    """Compile every target; the first that is wrong is told, for the others are like it."""
    for path in possible:
        try:
            naming.member(family, path)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}", error.findings[0].at or ("target",)) from error


def _read(member: Member, raw: object, tree: Tree, tally: Tally) -> FieldStatus:
    if raw.__class__ not in PLAIN:
        raw = scalar(raw)
    if raw is None:
        return FieldStatus.NULL_VALUE
    value: Any = member.take(raw)
    if isinstance(value, Gap):
        return tally.miss(value).status
    tally.mapped += 1
    member.write(tree, value)
    return FieldStatus.PRESENT


def _prefix(target: str) -> str:
    """Give what all targets lie in: the whole parts before the first hole."""
    before = target.partition("{")[0]
    above, bracket, _ = before.partition("[")
    return above if bracket else (above.rpartition(".")[0] if before != target else target)
