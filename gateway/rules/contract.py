"""
What a rule is: a pure function that says what is wrong with a subject, and how it is written.

Of what is absent a rule says nothing: whether it is needed is the product's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal
from unicodedata import normalize

from pydantic import AfterValidator

from connectors.contract import Values
from connectors.faults import ConfigError
from connectors.kit import Kit

from ..subject.violation import Violation

ROOT = "subject."


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule found."""

    normalised: Mapping[str, object] = field(default_factory=dict, repr=False)
    """Only what is written otherwise than it was supplied."""
    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()
    """What is odd, and no reason to refuse."""


Rule = Callable[[Values], Judgement]

SILENT = Judgement()

SubjectPath = Annotated[str, AfterValidator(lambda path: path.removeprefix(ROOT))]
"""A field of the subject, with or without ``subject.`` in front."""

Level = Literal["refuse", "warn"]
"""Whether what is broken is a violation or a warning."""


def broken(path: str, rule: str, description: str, level: Level = "refuse") -> Judgement:
    """Say that one rule is broken; `description` is a constant."""
    found = (Violation(ROOT + path, rule, description),)
    return Judgement(warnings=found) if level == "warn" else Judgement(violations=found)


def written(path: str, supplied: str, normal: str) -> Judgement:
    """Say that a value is right, and how it is written."""
    return SILENT if normal == supplied else Judgement({path: normal})


def together(judgements: Iterable[Judgement]) -> Judgement:
    """Join what several rules found."""
    normalised: dict[str, object] = {}
    violations: list[Violation] = []
    warnings: list[Violation] = []
    for judgement in judgements:
        normalised.update(judgement.normalised)
        violations.extend(judgement.violations)
        warnings.extend(judgement.warnings)
    return Judgement(normalised, tuple(violations), tuple(warnings))


def in_turn(rules: Iterable[Rule]) -> Rule:
    """Ask rule after rule, each about what the ones before it have normalised."""
    rules = tuple(rules)

    def judge(subject: Values) -> Judgement:
        found: list[Judgement] = []
        for rule in rules:
            found.append(rule(subject))
            if found[-1].normalised:
                subject = {**subject, **found[-1].normalised}
        return together(found)

    return judge


def of_text(path: str, kind: str, judge: Callable[[str], Judgement]) -> Rule:
    """Make a rule about one text field out of a judgement about one text."""

    def rule(subject: Values) -> Judgement:
        if path not in subject:
            return SILENT
        value = subject[path]
        if not isinstance(value, str):
            return broken(path, f"{kind}.type", "must be text")
        return judge(value)

    return rule


def narrow(text: str) -> str:
    """Trim, and write full-width letters and digits as plain ones."""
    return normalize("NFKC", text).strip()


def known(kit: Kit, path: str, *types: type, key: str = "field") -> None:
    """Refuse, at load, a field that the subject has not, or has in another type."""
    found = kit.schema.roots.get("subject", {}).get(path)
    if found is None:
        raise ConfigError(f"the subject has no field {path}", (key,))
    if types and found not in types:
        raise ConfigError(f"{path} is of another type", (key,))
