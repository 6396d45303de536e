"""The third stage: what is absent is filled, and what the product needs is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from connectors.contract import Values
from connectors.policy.inputs import Inputs

from ..errors import InputIncomplete, PresetUnavailable
from ..fillers import Filler, Forgetful, Need
from ..model import Filled, Valid
from ..rules import Rule
from ..rules.contract import ROOT
from ..subject.filling import Filling
from ..subject.violation import Violation
from .inputs import look_up, missing, wanted

_NO_ANSWER = Violation("subject", "profile", "the preset database gave no answer")


@dataclass(frozen=True, slots=True)
class Preset:
    """How one product fills: the same rules as before, its fillers, and what it needs."""

    rules: Rule
    fillers: tuple[Filler, ...]
    inputs: Inputs


@dataclass(slots=True)
class _Draft:
    """A subject while it is filled."""

    rules: Rule
    subject: Values = field(repr=False)
    fillings: list[Filling] = field(default_factory=list)
    warnings: list[Violation] = field(default_factory=list)

    def take(self, given: tuple[Filling, ...]) -> None:
        """
        Take what leaves the subject valid, and drop the rest with a warning.

        The subject was valid before, so what is wrong now is wrong with what was
        given: a person is not refused for what we ourselves kept.
        """
        given = tuple(filling for filling in given if filling.path not in self.subject)
        if not given:
            return
        more = {**self.subject, **{filling.path: filling.value for filling in given}}
        judged = self.rules(more)
        if not judged.violations:
            self.subject = {**more, **judged.normalised}
            self.fillings.extend(
                replace(filling, value=self.subject[filling.path]) for filling in given
            )
        elif len(given) == 1:
            self.warnings.append(
                Violation(
                    ROOT + given[0].path, given[0].rule_id, "it breaks a rule, and is dropped"
                )
            )
        else:
            for filling in given:
                self.take((filling,))


@dataclass(frozen=True, slots=True)
class Fill:
    """Asks the product's fillers in its order; the first that gives a path wins."""

    products: Mapping[str, Preset]
    """By name."""

    async def __call__(self, valid: Valid) -> Filled:
        inquiry = valid.admitted.inquiry
        preset = self.products[inquiry.product]
        draft = _Draft(preset.rules, valid.subject)
        forgetful = False
        for filler in preset.fillers:
            lacking = wanted(preset.inputs, look_up(inquiry, draft.subject))
            try:
                given = await filler(draft.subject, Need(valid.admitted.caller.tenant, lacking))
            except Forgetful:
                forgetful = True
                draft.warnings.append(_NO_ANSWER)
            else:
                draft.take(given)
        if absent := missing(preset.inputs, look_up(inquiry, draft.subject)):
            # What we could not read is not what the caller failed to supply.
            raise PresetUnavailable if forgetful else InputIncomplete(absent)
        # The rules judge again where there is more than they have judged already.
        warnings = preset.rules(draft.subject).warnings if draft.fillings else valid.warnings
        return Filled(valid, draft.subject, tuple(draft.fillings), (*warnings, *draft.warnings))
