"""The rules that a subject must keep: each kind judges one field, or how two agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from connectors.faults import Findings
from connectors.kit import Kit

from .age import Age
from .bank_card import BankCard
from .contract import Judgement, Rule, in_turn
from .email import Email
from .id_number import IdNumber
from .mobile import Mobile
from .name import Name
from .pattern import Pattern
from .same import SameBirthDate, SameSex
from .ssn import Ssn
from .uscc import Uscc

AnyRule = Annotated[
    Age
    | BankCard
    | Email
    | IdNumber
    | Mobile
    | Name
    | Pattern
    | SameBirthDate
    | SameSex
    | Ssn
    | Uscc,
    Field(discriminator="kind"),
]


def build_rules(rules: Sequence[AnyRule], kit: Kit) -> Rule:
    """
    Make one rule of a product's.

    Rules that cross fields come last, whatever the file's order: they must see
    how the fields are written, not how they were supplied.
    """
    findings = Findings()
    fields: list[Rule] = []
    crosses: list[Rule] = []
    for index, rule in enumerate(rules):
        with findings.at(index):
            (crosses if rule.crosses else fields).append(rule.build(kit))
    findings.close()
    return in_turn((*fields, *crosses))


__all__ = ["AnyRule", "Judgement", "Rule", "build_rules"]
