"""What can be told only once it is known what a connector refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..bureau import Bureau
from ..faults import ConfigError, Findings
from ..kit import Kit
from ..policy.inputs import ROOTS
from ..template import Language
from ..template.language import guess
from .messages import Message

QUESTION: Final = ROOTS.keys() | {"steps", "job", "callback"}
"""Roots of what a question was about, and of what answers to it gave."""

if TYPE_CHECKING:
    from ..spec import ConnectorSpec


def check_inputs(spec: ConnectorSpec, language: Language) -> None:
    findings = Findings()
    for reference in spec.inputs.references:
        with findings.at():
            language.type_of(reference)
    findings.close()


def check_currency(spec: ConnectorSpec, kit: Kit) -> None:
    if spec.billing is None or not kit.currency:
        return
    if spec.billing.price.currency != kit.currency:
        raise ConfigError(
            f"prices are in {kit.currency} here: `billing_currency` of gateway.yaml",
            ("price", "currency"),
        )


def check_status(message: Message | None) -> None:
    """Refuse to ask after a lost call by what nobody knows of it any more."""
    for name in sorted(message.references if message else ()):
        if name.partition(".")[0] in QUESTION:
            raise ConfigError(f"of a lost call call.reference is known, and not {name}")


def check_settled(spec: ConnectorSpec) -> None:
    """Refuse to ask after a call before its own answer can not come any more."""
    after, settle = spec.dedupe.after, spec.timeout.settle
    if spec.dedupe.query is not None and after < settle:
        raise ConfigError(
            f"an answer is listened for {settle:g} s (`timeout.settle`), and only then is the"
            f" bureau asked whether there was one: {after:g} s is too early",
            ("dedupe", "after"),
        )


def check_use(spec: ConnectorSpec, bureau: Bureau, references: frozenset[str]) -> None:
    """Check `cache.ignore` and purposes against what the messages refer to."""
    findings = Findings()
    with findings.at("cache", "ignore"):
        _check_ignored(spec, references)
    with findings.at("policy", "purposes"):
        _check_purpose_codes(spec, bureau, references)
    findings.close()


def _check_ignored(spec: ConnectorSpec, references: frozenset[str]) -> None:
    for name in spec.cache.ignore:
        if name not in references:
            raise ConfigError(f"the request does not use {name}{guess(name, references)}")


def _check_purpose_codes(spec: ConnectorSpec, bureau: Bureau, references: frozenset[str]) -> None:
    """Refuse a purpose that the bureau has no word for, before an inquiry finds it out."""
    if "inquiry.purpose_code" not in references:
        return
    if missing := sorted(spec.policy.purposes - bureau.spec.purpose_codes.keys()):
        raise ConfigError(f"bureau {bureau.spec.name} has no purpose code for {missing[0]}")
