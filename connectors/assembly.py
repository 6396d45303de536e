"""How a connector's file becomes its parts; everything that is wrong is told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from .answer.billing import Billing, Price
from .answer.outcome import OutcomeRow, compile_outcomes
from .answer.response import Reading, compile_billing, compile_places
from .bureau import Bureau, BureauSpec
from .connector import Connector
from .faults import ConfigError, Findings
from .kit import Kit
from .mapping import CompiledMapping, compile_mapping
from .message.request import Request, Written, compile_documents, compile_request
from .select.matcher import Matcher
from .sign import AnySign, Signatures, build_signatures
from .template import Language
from .template.language import guess
from .transport import Http, check_statement
from .words import Effect, Outcome

if TYPE_CHECKING:
    from .spec import ConnectorSpec

PATH_HOLE: Final = re.compile(r"(?<!\$)\{([\w-]+)\}")

UNPRICED = Billing(price=Price.model_validate({"amount": "0", "currency": "XXX"}))
"""Of what is free: nothing is ever billed."""

SQL_OUTCOMES = (
    OutcomeRow(outcome=Outcome.NO_HIT, body={"rows": Matcher(empty=True)}),
    OutcomeRow(outcome=Outcome.HIT, body={"rows": Matcher(present=True)}),
)
"""What a database's answer means where nothing else is said."""


def assemble(spec: ConnectorSpec, kit: Kit, bureau: Bureau) -> tuple[Connector, frozenset[str]]:
    """
    Compile one connector; give it with the references that its answer depends on.

    Raises `ConfigError` with all that is wrong with the file.
    """
    findings = Findings()
    language = connector_language(kit, bureau)
    with findings.at("inputs"):
        _check_inputs(spec, language)
    with findings.at("billing"):
        _check_currency(spec, kit)
    documents = None
    with findings.at("documents"):
        documents, language = compile_documents(spec.documents, language, _charset(bureau))
    written: Written | None = None
    signatures: Signatures | None = None
    reading: Reading | None = None
    if documents is not None:
        with findings.at("request"):
            written = _request(spec, bureau, language)
        with findings.at("sign"):
            models = bureau.spec.sign if spec.sign is None else spec.sign
            _check_places(spec.request, bureau, models)
            signatures = build_signatures(models, kit, language)
    with findings.at():
        reading = _reading(spec, kit, bureau, language)
    documents, written = findings.settle(documents), findings.settle(written)
    signatures, reading = findings.settle(signatures), findings.settle(reading)
    references = documents.references | written.references | signatures.references
    # An answer that was checked against one person's name is not kept for another's.
    references = references.union(*(equal.references for _, equal in reading.places.checks))
    _check_use(spec, bureau, references)
    connector = Connector(
        name=spec.name,
        version=spec.version,
        clock=kit.clock,
        tokens=kit.tokens,
        auth=bureau.auth,
        documents=documents,
        request=written,
        signatures=signatures,
        transport=bureau.transport,
        reading=reading,
        price=spec.price,
        headers=bureau.headers,
        purpose_codes=bureau.spec.purpose_codes,
    )
    return connector, references


def outcome_rows(spec: ConnectorSpec, bureau: BureauSpec) -> tuple[OutcomeRow, ...]:
    """Give a connector's rows, or those that a database's have where it says none."""
    if not spec.outcomes and not isinstance(bureau.transport, Http):
        return SQL_OUTCOMES
    return spec.outcomes


def connector_language(kit: Kit, bureau: Bureau) -> Language:
    """Say what a connector's templates may refer to."""
    language = bureau.language
    for root, types in kit.schema.roots.items():
        language = language.having(root, types)
    return (
        language.having("call", {"reference": str})
        .having("now", {"": datetime})
        .having("nonce", {"": str})
        .opening("inquiry.inputs", str)
    )


def _charset(bureau: Bureau) -> str:
    transport = bureau.spec.transport
    return transport.charset if isinstance(transport, Http) else "utf-8"


def _request(spec: ConnectorSpec, bureau: Bureau, language: Language) -> Written:
    transport = bureau.spec.transport
    written = compile_request(spec.request, language, _charset(bureau))
    is_question = spec.request.query is not None
    if is_question is isinstance(transport, Http):
        raise ConfigError(
            "`query` is for databases" if is_question else "a database is asked by `query`",
            ("query",),
        )
    if spec.request.query is not None:
        try:
            check_statement(spec.request.query, spec.request.bind)
        except ConfigError as error:
            raise ConfigError(str(error), ("query",)) from None
    return written


def _reading(spec: ConnectorSpec, kit: Kit, bureau: Bureau, language: Language) -> Reading:
    findings = Findings()
    codec = spec.response.decoder(kit)
    rows = outcome_rows(spec, bureau.spec)
    if not rows:
        findings.add("an answer that no row matches is BAD_RESPONSE: it has none", "outcomes")
    if any(row.refresh_auth for row in rows) and not bureau.auth.renewable:
        findings.add("`refresh_auth` needs an auth that can be renewed", "outcomes")
    mapping: CompiledMapping | None = None
    with findings.at("mapping"):
        mapping = compile_mapping(
            spec.mapping,
            selector=codec.selector,
            schema=kit.schema,
            connector=spec.name,
            sentinels=spec.sentinels,
        )
    classify = None
    with findings.at("outcomes"):
        classify = compile_outcomes(rows, codec)
    bill = None
    with findings.at("billing"):
        free = spec.effect is Effect.FREE
        bill = compile_billing(spec.billing or UNPRICED, codec, free=free)
    places = None
    with findings.at("response"):
        places = compile_places(spec.response, kit, codec, language, bureau.spec.timezone)
    return Reading(
        connector=spec.name,
        codec=codec,
        classify=findings.settle(classify),
        mapping=findings.settle(mapping),
        bill=findings.settle(bill),
        places=findings.settle(places),
    )


def _check_inputs(spec: ConnectorSpec, language: Language) -> None:
    findings = Findings()
    for reference in spec.inputs.references:
        with findings.at():
            language.type_of(reference)
    findings.close()


def _check_places(request: Request, bureau: Bureau, models: Sequence[AnySign]) -> None:
    """Refuse a place for credentials or a signature that the message does not have."""
    if request.query is not None:
        if models:
            raise ConfigError("a database has no `sign`")
        return
    places = [model.into for model in models if model.into is not None]
    if (credentials := getattr(bureau.spec.auth, "into", None)) is not None:
        places.append(credentials)
    field = next((into.field for into in places if into.field is not None), None)
    if field is not None and request.form is None and not isinstance(request.json_, Mapping):
        raise ConfigError(f"nothing can be put into field {field}: the body has no fields")
    left = frozenset(PATH_HOLE.findall(request.path)) - request.path_params.keys()
    if wrong := sorted(left ^ frozenset(into.path for into in places if into.path is not None)):
        raise ConfigError(f"{{{wrong[0]}}} is either not in the path, or nothing fills it")


def _check_use(spec: ConnectorSpec, bureau: Bureau, references: frozenset[str]) -> None:
    """Check what can be told only once it is known what a connector refers to."""
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


def _check_currency(spec: ConnectorSpec, kit: Kit) -> None:
    if spec.billing is None or not kit.currency:
        return
    if spec.billing.price.currency != kit.currency:
        raise ConfigError(f"prices are in {kit.currency} here", ("price", "currency"))


def _check_purpose_codes(spec: ConnectorSpec, bureau: Bureau, references: frozenset[str]) -> None:
    """Refuse a purpose that the bureau has no word for, before an inquiry finds it out."""
    if "inquiry.purpose_code" not in references:
        return
    if missing := sorted(spec.policy.purposes - bureau.spec.purpose_codes.keys()):
        raise ConfigError(f"bureau {bureau.spec.name} has no purpose code for {missing[0]}")
