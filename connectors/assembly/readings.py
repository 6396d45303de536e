"""From the YAML of answers to what reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..answer.billing import Billing, Price, compile_billing
from ..answer.outcome import OutcomeRow, compile_outcomes
from ..answer.pages import Pages
from ..answer.reading import Reading
from ..answer.response import Response
from ..answer.sections import compile_sections
from ..bureau import Bureau
from ..contract import Codec
from ..faults import Findings
from ..kit import Kit
from ..mapping import CompiledMapping, Sources, compile_sources
from ..template import Language
from ..words import Effect, Outcome

if TYPE_CHECKING:
    from ..spec import ConnectorSpec

UNPRICED = Billing(price=Price.model_validate({"amount": "0", "currency": "XXX"}))
"""Of what is free: nothing is ever billed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the answers of one message are to be read."""

    response: Response
    rows: Sequence[OutcomeRow]
    effect: Effect
    """Of the message: an answer to a free one is never billed."""
    captures: frozenset[str] = frozenset()
    """Paths that later messages refer to."""
    mapped: bool = True
    """Whether the connector's mapping is for these answers."""


def compile_reading(
    spec: ConnectorSpec, kit: Kit, bureau: Bureau, language: Language, wanted: Wanted
) -> Reading:
    """Compile. Raises `ConfigError` with all that is wrong."""
    findings = Findings()
    codec = wanted.response.decoder(kit)
    sections = spec.sections if wanted.mapped else ()
    _check_rows(spec, bureau, wanted, findings)
    mapping: CompiledMapping | None = None
    with findings.at():
        mapping = _mapping(spec, kit, codec, language, wanted)
    classify = None
    with findings.at("outcomes"):
        classify = compile_outcomes(wanted.rows, codec)
    bill = None
    with findings.at("billing"):
        billing = spec.billing or UNPRICED
        if not wanted.mapped:
            # The bureau's own flag stands in the answer that it charges for.
            billing = billing.model_copy(update={"charged": None})
        bill = compile_billing(billing, codec, free=wanted.effect is Effect.FREE)
    decoding = places = None
    with findings.at("response"):
        decoding = wanted.response.decoding(kit, codec, language)
    with findings.at("response"):
        zone = bureau.spec.timezone
        places = wanted.response.places(codec, language, zone, wanted.captures)
    pages = None
    with findings.at("paginate"):
        pages = _pages(spec, codec, wanted)
    mapping = findings.settle(mapping)
    portions = None
    with findings.at("sections"):
        portions = compile_sections(sections, codec, (*mapping.targets, *mapping.family_targets))
    return Reading(
        connector=spec.name,
        decode=findings.settle(decoding),
        classify=findings.settle(classify),
        sections=findings.settle(portions),
        mapping=mapping,
        bill=findings.settle(bill),
        places=findings.settle(places),
        now=kit.clock.utc,
        is_answer=wanted.mapped,
        pages=pages,
    )


def _mapping(
    spec: ConnectorSpec, kit: Kit, codec: Codec, language: Language, wanted: Wanted
) -> CompiledMapping:
    stated = Sources(spec.mapping, spec.sentinels, spec.mapping_families, spec.retention)
    return compile_sources(
        stated if wanted.mapped else Sources({}),
        selector=codec.selector,
        schema=kit.schema,
        connector=spec.name,
        language=language,
    )


def _pages(spec: ConnectorSpec, codec: Codec, wanted: Wanted) -> Pages | None:
    if spec.paginate is None or not wanted.mapped:
        return None
    return spec.paginate.build(spec.name, codec)


def _check_rows(spec: ConnectorSpec, bureau: Bureau, wanted: Wanted, findings: Findings) -> None:
    if not wanted.rows:
        findings.add("an answer that no row matches is BAD_RESPONSE: it has none", "outcomes")
    if any(row.refresh_auth for row in wanted.rows) and not bureau.auth.renewable:
        findings.add("`refresh_auth` needs an auth that can be renewed", "outcomes")
    if wanted.mapped and spec.job is None:
        for index, row in enumerate(wanted.rows):
            if row.outcome is Outcome.PENDING:
                findings.add(
                    "nothing would follow a PENDING up: that needs a `job`",
                    *("outcomes", index, "outcome"),
                )
