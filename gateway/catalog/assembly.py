"""How a catalog becomes a pipeline; everything that is wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from connectors.assembly.built import Built
from connectors.bureau import Bureau
from connectors.contract import Call, Query, Reply, Transport
from connectors.dedupe.status_query import StatusQuery
from connectors.faults import ConfigError, Findings
from connectors.kit import Kit
from connectors.policy.breaker.breaker import Guard
from connectors.policy.ledger import Owned
from connectors.shape.callback import CallbackReading
from connectors.shape.work import Work
from connectors.spec import ConnectorSpec
from connectors.template import Language
from connectors.template.constant import constant
from connectors.words import Effect

from ..config.finding import Located
from ..fillers import FillerKit, Recall, build_fillers
from ..policy import CallerPolicy
from ..product import ProductSpec
from ..rules import build_rules
from ..security.keys import Keys
from ..stages.admit import Callers
from ..stages.authorize import Buying, Terms
from ..stages.fill import Preset
from ..stages.inputs import check as check_inputs
from ..stages.plan import Seat
from ..stages.shadow import ShadowSeat
from ..stages.structure import Blueprint
from .blueprints import blueprint
from .reading import Catalog, CatalogError, Entry
from .references import dangling, unmet_needs
from .seating import Seating, check_currency, seated
from .view import Catalog as CatalogView
from .view import facts

Look = Callable[[Query], Awaitable[Reply | None]]


@dataclass(frozen=True, slots=True, repr=False)
class Assembled:
    """Everything that one version of the configuration builds: too much to be printed."""

    catalog: Catalog
    callers: Callers
    calls: Mapping[str, Call]
    """By connector."""
    looks: Mapping[str, Look]
    """By connector: what tells of a query whether its answer is known."""
    jobs: Mapping[str, Work]
    """By connector: of those that are answered later."""
    callbacks: Mapping[str, CallbackReading]
    """By connector: of those whose bureau calls back."""
    statuses: Mapping[str, StatusQuery]
    """By connector: of those whose bureau can be asked after a lost call."""
    guards: Mapping[str, Guard]
    """By connector: its bureau's breaker."""
    transports: tuple[Transport, ...]
    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""
    shadows: Mapping[str, tuple[ShadowSeat, ...]]
    """By product: connectors on trial."""
    buying: Mapping[str, Buying]
    """By product."""
    terms: Mapping[str, Terms]
    """By connector."""
    presets: Mapping[str, Preset]
    """By product."""
    blueprints: Mapping[str, Blueprint]
    """By product."""
    owned: Owned

    @property
    def products(self) -> Mapping[str, ProductSpec]:
        return {name: entry.spec for name, entry in self.catalog.products.items()}

    @property
    def lasting(self) -> frozenset[str]:
        """Connectors that make a hard inquiry, or answer later."""
        specs = {name: entry.spec for name, entry in self.catalog.connectors.items()}
        return frozenset(
            name
            for name, spec in specs.items()
            if spec.job is not None or Effect.HARD_INQUIRY in spec.effects
        )

    async def known(self, query: Query) -> Reply | None:
        """Give what is known of a query already; nobody is asked."""
        return await self.looks[query.connector](query)

    def view(self, currency: str) -> CatalogView:
        """Describe what callers may know of it."""
        return CatalogView(
            products=self.products,
            seats=self.seats,
            buying=self.buying,
            connectors={name: facts(entry.spec) for name, entry in self.catalog.connectors.items()},
            currency=currency,
            config_version=self.catalog.version,
        )


def assemble(catalog: Catalog, kit: Kit, keys: Keys, recall: Recall) -> Assembled:
    """
    Build everything once.

    Raises `CatalogError` with all findings of all files. A dry run is this very
    function with ports that do nothing.
    """
    findings = [*catalog.findings, *dangling(catalog)]
    owned = Owned()
    bureaus = _bureaus(catalog, kit, findings)
    built = _connectors(catalog, kit, bureaus, owned, findings)
    findings.extend(unmet_needs(catalog, built))
    presets = _presets(catalog, kit, recall, findings)
    callers = _callers(catalog, kit, keys, findings)
    products = {name: entry.spec for name, entry in catalog.products.items()}
    connectors = {name: entry.spec for name, entry in catalog.connectors.items()}
    seating = _seating(catalog, connectors, kit, findings)
    if findings:
        raise CatalogError(findings)
    return Assembled(
        catalog=catalog,
        callers=callers,
        calls={name: one.call for name, one in built.items()},
        looks={name: one.known for name, one in built.items()},
        jobs={name: one.jobs for name, one in built.items() if one.jobs},
        callbacks={name: one.callback for name, one in built.items() if one.callback},
        statuses={name: one.status for name, one in built.items() if one.status},
        guards={
            name: bureaus[spec.bureau].guard
            for name, spec in connectors.items()
            if spec.bureau in bureaus
        },
        transports=tuple(bureau.transport for bureau in bureaus.values()),
        seats={name: each.seats for name, each in seating.items()},
        shadows={name: each.shadows for name, each in seating.items()},
        buying={name: each.buying for name, each in seating.items()},
        terms={name: _terms(spec) for name, spec in connectors.items()},
        presets=presets,
        blueprints={
            name: blueprint(product, connectors, kit) for name, product in products.items()
        },
        owned=owned,
    )


def _bureaus(catalog: Catalog, kit: Kit, findings: list[Located]) -> dict[str, Bureau]:
    built: dict[str, Bureau] = {}
    for name, entry in catalog.bureaus.items():
        try:
            built[name] = entry.spec.build(kit)
        except ConfigError as error:
            findings.extend(entry.blame(error))
    return built


def _connectors(
    catalog: Catalog,
    kit: Kit,
    bureaus: Mapping[str, Bureau],
    owned: Owned,
    findings: list[Located],
) -> dict[str, Built]:
    built: dict[str, Built] = {}
    for name, entry in catalog.connectors.items():
        if entry.spec.bureau not in bureaus:
            continue
        try:
            built[name] = entry.spec.build(kit, bureaus[entry.spec.bureau], owned)
        except ConfigError as error:
            findings.extend(entry.blame(error))
    return built


def _presets(
    catalog: Catalog, kit: Kit, recall: Recall, findings: list[Located]
) -> dict[str, Preset]:
    presets: dict[str, Preset] = {}
    for name, entry in catalog.products.items():
        try:
            presets[name] = _preset(entry.spec, kit, recall)
        except ConfigError as error:
            findings.extend(entry.blame(error))
    return presets


def _preset(product: ProductSpec, kit: Kit, recall: Recall) -> Preset:
    findings = Findings()
    rules, fillers = None, None
    with findings.at("validate"):
        rules = build_rules(product.rules, kit)
    with findings.at("fill"):
        fillers = build_fillers(product.fill, FillerKit(kit, recall))
    with findings.at("inputs"):
        check_inputs(product.inputs, kit)
    return Preset(findings.settle(rules), findings.settle(fillers), product.inputs)


def _callers(catalog: Catalog, kit: Kit, keys: Keys, findings: list[Located]) -> Callers:
    by_san: dict[str, CallerPolicy] = {}
    by_key: dict[str, CallerPolicy] = {}
    language = Language(types={}, secrets=lambda name: kit.secrets.read(name).reveal(), env=kit.env)
    for entry in catalog.callers.values():
        wrong = Findings()
        with wrong.at():
            _identify(entry, language, by_san, by_key)
        with wrong.at("limits"):
            check_currency(entry.spec.limits.spend_per_day, kit, "spend_per_day")
        if wrong.found:
            findings.extend(entry.blame(ConfigError.of(tuple(wrong.found))))
    return Callers(by_san, by_key, keys.api_key_hash)


def _identify(
    entry: Entry[CallerPolicy],
    language: Language,
    by_san: dict[str, CallerPolicy],
    by_key: dict[str, CallerPolicy],
) -> None:
    findings = Findings()
    identities = entry.spec.identities
    for index, san in enumerate(identities.san):
        if by_san.setdefault(san, entry.spec) is not entry.spec:
            findings.add(f"{san} is another caller's too", "identities", "san", index)
    for index, source in enumerate(identities.api_keys):
        with findings.at("identities", "api_keys", index):
            hashed = constant(source, language, "")
            if by_key.setdefault(hashed, entry.spec) is not entry.spec:
                findings.add("another caller has the same key", "identities", "api_keys", index)
    findings.close()


def _seating(
    catalog: Catalog, connectors: Mapping[str, ConnectorSpec], kit: Kit, findings: list[Located]
) -> dict[str, Seating]:
    seating: dict[str, Seating] = {}
    for name, entry in catalog.products.items():
        if not all(name in connectors for use in entry.spec.connectors for name in use.members):
            continue
        try:
            seating[name] = seated(entry.spec, connectors, kit)
        except ConfigError as error:
            findings.extend(entry.blame(error))
    return seating


def _terms(spec: ConnectorSpec) -> Terms:
    policy = spec.policy
    return Terms(spec.bureau, policy.purposes, policy.consent, policy.data_classes)
