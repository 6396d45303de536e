"""What a call costs, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from ..contract import UNREADABLE, Codec, Document
from ..faults import Findings
from ..kit import Strict
from ..select.conditions import compile_conditions
from ..select.matcher import Matcher
from ..words import Billed, Outcome


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("an amount is quoted: a float would already be wrong")  # noqa: TRY004 (pydantic's protocol)
    return value


class Price(Strict):
    """What one billed call costs."""

    amount: Annotated[Decimal, BeforeValidator(_text), Field(ge=0)]
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class ChargeFlag(Strict):
    """The bureau's own word on whether it charges for this answer."""

    body: Mapping[str, Matcher] = Field(min_length=1)


class Billing(Strict):
    """Which outcomes a bureau charges for. Its own flag wins over our table."""

    price: Price
    billable: frozenset[Outcome] = frozenset({Outcome.HIT, Outcome.MISMATCH})
    unbilled: frozenset[Outcome] = frozenset()
    """Failures that are never charged for: they may be asked again."""
    charged: ChargeFlag | None = None

    @model_validator(mode="after")
    def _one_word(self) -> Self:
        if both := sorted(self.billable & self.unbilled):
            raise ValueError(f"{both[0]} is billable and unbilled: which is it?")
        return self

    @model_validator(mode="after")
    def _free_of_charge(self) -> Self:
        if Outcome.DUPLICATE in self.billable:
            raise ValueError("a DUPLICATE costs nothing: what was charged is the earlier call")
        return self

    def expects(self, outcome: Outcome) -> Billed:
        """Tell from the outcome alone; UNKNOWN where nothing was agreed."""
        if outcome in self.unbilled:
            return Billed.NO
        if outcome in self.billable or outcome is Outcome.SUBJECT_MISMATCH:
            return Billed.YES
        if outcome in (Outcome.BUREAU_ERROR, Outcome.BAD_RESPONSE):
            return Billed.UNKNOWN
        return Billed.NO

    def charged_test(self, codec: Codec) -> Callable[[Document], bool | None] | None:
        """
        Compile the bureau's own word: charged, not charged, or (None) not said.

        A flag that is absent says nothing, unless its absence is what is asked.
        """
        if self.charged is None:
            return None
        findings = Findings()
        charged: Callable[[Document], bool] | None = None
        with findings.at("charged", "body"):
            charged = compile_conditions(self.charged.body, codec.selector)
        test = findings.settle(charged)
        flags = tuple(
            codec.selector(path)
            for path, matcher in self.charged.body.items()
            if matcher.present is None
        )

        def said(document: Document) -> bool | None:
            if test(document):
                return True
            found = [select(document) for select in flags]
            return None if any(node is None or node is UNREADABLE for node in found) else False

        return said


Bill = Callable[[Outcome, Billed | None, Document | None], Billed]
"""Tells from an outcome, its rows' own word and the document whether an answer is charged for."""


def compile_billing(billing: Billing, codec: Codec, *, free: bool) -> Bill:
    """Compile: the bureau's own flag wins, then the row's word, then the table."""
    charged = billing.charged_test(codec)

    def bill(outcome: Outcome, word: Billed | None, document: Document | None) -> Billed:
        if free or outcome is Outcome.DUPLICATE:
            return Billed.NO
        said = None if charged is None or document is None else charged(document)
        if said is not None:
            return Billed.YES if said else Billed.NO
        return word or billing.expects(outcome)

    return bill
