"""Callers see what they may order, and what it would cost, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from datachannel.v1 import catalog_pb2, catalog_service_pb2, data_channel_service_pb2, report_pb2
from datachannel.v1 import catalog_service_pb2 as pb
from datachannel.v1.inquiry_pb2 import (
    PURPOSE_COLLECTION,
    PURPOSE_CREDIT_ORIGINATION,
    PURPOSE_FRAUD_PREVENTION,
)
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.money_pb2 import Money

from connectors.policy.breaker.breaker import Breaker
from connectors.policy.breaker.circuit import Verdict
from connectors.words import Effect, Outcome, Purpose
from gateway.catalog.view import Catalog, ConnectorFacts
from gateway.errors import InvalidFields, Malformed, NotAllowed
from gateway.model import Granted, Inquiry
from gateway.policy import FieldPolicy
from gateway.product import ProductSpec, Waterfall
from gateway.rpc.catalog import CatalogChannel
from gateway.rpc.engine.contract import AnyMethod, Bidirectional, ServerStreaming
from gateway.rpc.enums import health
from gateway.rpc.services import main_methods
from gateway.rpc.translate import amount
from gateway.stages.admit import Admit, Callers
from gateway.stages.authorize import Buying
from gateway.stages.plan import Seat
from gateway.stages.structure import Structure
from tests.inquiries import CALLER, CONTEXT, Line
from tests.inquiries import channel as door
from tests.rooms import admitted, filled
from tests.rooms import granted as grant
from tests.standins import HandClock, anything, make_kit

CREDIT = ProductSpec.model_validate(
    {
        "name": "credit",
        "fields": ["credit_summary", "fraud"],
        "purposes": ["CREDIT_ORIGINATION", "FRAUD_PREVENTION", "COLLECTION"],
        "inputs": {"required": ["subject.name"], "any_of": [["subject.mobile", "subject.email"]]},
        "connectors": [
            {"connector": "police", "required": True},
            {"connector": "score", "needs": ["police"]},
            {"connector": "loans"},
        ],
    }
)
SECRET = CREDIT.model_copy(update={"name": "secret"})
GUARD = Breaker().build(make_kit())
"""Of the bureau of `loans`."""


def seat(name: str, target: str, price: str, *needs: str) -> Seat:
    return Seat(name, f"{name}_bureau", name == "police", needs, (target,), Decimal(price), 1.0)


SEATS = (
    seat("police", "identity_verification", "0.50"),
    seat("score", "credit_summary.scores", "2.00", "police"),
    seat("loans", "fraud.multi_lending", "1.00"),
)


def facts(of: Seat, **changes: Any) -> ConnectorFacts:
    return ConnectorFacts(
        **{
            "name": of.connector,
            "version": "v1",
            "bureau": of.bureau,
            "effect": Effect.CHARGEABLE,
            "price": of.price,
            "outcomes": frozenset({Outcome.HIT, Outcome.NO_HIT, Outcome.LOST}),
            "billable": frozenset({Outcome.HIT}),
            "targets": of.targets,
            "purposes": frozenset(Purpose),
            **changes,
        }
    )


def channel(**changes: Any) -> CatalogChannel:
    caller = CALLER.model_copy(update=changes)
    connectors = {each.connector: facts(each) for each in SEATS}
    connectors["police"] = replace(
        connectors["police"], billable=frozenset({Outcome.HIT, Outcome.NO_HIT})
    )
    connectors["loans"] = replace(
        connectors["loans"],
        purposes=frozenset({Purpose.CREDIT_ORIGINATION}),
        effect=Effect.HARD_INQUIRY,
    )
    catalog = Catalog(
        products={"secret": SECRET, "credit": CREDIT},
        seats={"credit": SEATS, "secret": SEATS},
        connectors=connectors,
        currency="CNY",
        config_version="v7",
    )
    callers = Callers({}, {"hashed": caller}, lambda _: "hashed")
    admit = Admit(callers, catalog.products, HandClock())
    guards = {"loans": GUARD}
    return CatalogChannel(catalog, callers.identify, admit, anything(), HandClock(), guards)


async def get(name: str = "credit", **changes: Any) -> catalog_pb2.Product:
    body = pb.GetProductRequest(name=name).SerializeToString()
    return pb.GetProductResponse.FromString(
        await channel(**changes).get_product(body, CONTEXT)
    ).product


async def explain(
    purpose: Any = PURPOSE_CREDIT_ORIGINATION, fields: tuple[str, ...] = ()
) -> pb.ExplainInquiryResponse:
    request = pb.ExplainInquiryRequest(
        product="credit", purpose=purpose, fields=FieldMask(paths=fields)
    )
    return pb.ExplainInquiryResponse.FromString(
        await channel().explain_inquiry(request.SerializeToString(), CONTEXT)
    )


async def test_only_what_may_be_ordered_is_listed() -> None:
    listed = pb.ListProductsResponse.FromString(await channel().list_products(b"", CONTEXT))

    assert [product.name for product in listed.products] == ["credit"]


@pytest.mark.parametrize("name", ["secret", "nonsense", ""])
async def test_unknown_reads_like_not_allowed(name: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        await get(name)

    assert caught.value.reason == "PRODUCT_NOT_ALLOWED"
    assert caught.value.args == ("PRODUCT_NOT_ALLOWED",)


async def test_a_product_says_what_it_takes_and_gives() -> None:
    product = await get()

    assert product.fields == ["credit_summary", "fraud"]
    assert product.inputs.required == ["subject.name"]
    assert [list(group.paths) for group in product.inputs.any_of] == [
        ["subject.mobile", "subject.email"]
    ]
    assert product.purposes == [PURPOSE_CREDIT_ORIGINATION, PURPOSE_FRAUD_PREVENTION]
    assert [(use.connector, use.required, list(use.needs)) for use in product.connectors] == [
        ("police", True, []),
        ("score", False, ["police"]),
        ("loans", False, []),
    ]
    assert product.default_deadline.seconds == 3
    assert (amount(product.price.min), amount(product.price.max)) == (
        Decimal("0.50"),
        Decimal("3.50"),
    )


async def test_a_product_is_cut_down_to_what_the_caller_may_have() -> None:
    product = await get(fields=FieldPolicy(allow=("fraud", "credit_summary"), deny=("fraud",)))

    assert product.fields == ["credit_summary"]
    with pytest.raises(NotAllowed):
        await get(fields=FieldPolicy(deny=("fraud", "credit_summary")))


@pytest.mark.parametrize("product", ["", "credit"])
async def test_connectors_are_those_of_products_that_may_be_ordered(product: str) -> None:
    body = pb.ListConnectorsRequest(product=product).SerializeToString()
    listed = pb.ListConnectorsResponse.FromString(
        await channel().list_connectors(body, CONTEXT)
    ).connectors

    loans, police, score = listed
    assert (loans.name, police.name, score.name) == ("loans", "police", "score")
    assert loans.effect == catalog_pb2.EFFECT_HARD_INQUIRY
    assert loans.health == catalog_pb2.CONNECTOR_HEALTH_UNSPECIFIED
    assert police.health == catalog_pb2.CONNECTOR_HEALTH_UNSPECIFIED
    assert police.outcomes == [
        report_pb2.OUTCOME_HIT,
        report_pb2.OUTCOME_NO_HIT,
        report_pb2.OUTCOME_LOST,
    ]
    assert police.billable == [report_pb2.OUTCOME_HIT, report_pb2.OUTCOME_NO_HIT]
    assert amount(score.price) == Decimal(2)


async def test_connectors_of_a_product_that_may_not_be_ordered_stay_unknown() -> None:
    with pytest.raises(NotAllowed):
        await channel().list_connectors(
            pb.ListConnectorsRequest(product="secret").SerializeToString(), CONTEXT
        )


async def test_a_plan_has_its_waves_and_its_price() -> None:
    plan = await explain()

    assert [(each.connector, each.wave, list(each.fields)) for each in plan.connectors] == [
        ("police", 1, []),
        ("score", 2, ["credit_summary.scores"]),
        ("loans", 1, ["fraud.multi_lending"]),
    ]
    assert (amount(plan.price.min), amount(plan.price.max)) == (Decimal("0.50"), Decimal("3.50"))
    assert plan.config_version == "v7"
    assert not plan.uncovered_fields


async def test_a_plan_says_what_is_not_asked_and_why() -> None:
    plan = await explain(fields=("fraud", "credit_summary.inquiries"))

    assert [(each.connector, each.wave, each.not_asked) for each in plan.connectors] == [
        ("police", 0, report_pb2.OUTCOME_NOT_NEEDED),
        ("score", 0, report_pb2.OUTCOME_NOT_NEEDED),
        ("loans", 1, report_pb2.OUTCOME_UNSPECIFIED),
    ]
    assert plan.uncovered_fields == ["credit_summary.inquiries"]


FALL = Waterfall(
    name="fall",
    order=("score", "loans"),
    continue_on=frozenset({Outcome.NO_HIT, Outcome.UNREACHABLE}),
    start_if_remaining="800ms",  # type: ignore[arg-type] # as YAML has it
)
WATERFALL = ProductSpec.model_validate(
    {
        **CREDIT.model_dump(include={"name", "fields", "purposes"}),
        "max_cost": {"amount": "2.75", "currency": "CNY"},
        "connectors": [
            {"connector": "police", "required": True},
            {"waterfall": FALL, "needs": ["police"]},
            {"connector": "late", "needs": ["fall"]},
        ],
    }
)
FALLING = (
    SEATS[0],
    replace(SEATS[1], waterfall=FALL),
    replace(SEATS[2], waterfall=FALL, needs=("police",), expected=Decimal(0)),
    seat("late", "fraud.device", "0.25", "fall"),
)


def falling(decide: Any = None) -> CatalogChannel:
    """Offer a product with a waterfall."""
    basic = channel()
    catalog = replace(
        basic.catalog,
        products={"credit": WATERFALL},
        seats={"credit": FALLING},
        connectors={**basic.catalog.connectors, "late": facts(FALLING[3])},
        buying={"credit": Buying(Decimal("2.75"))},
    )
    return replace(basic, catalog=catalog, decide=decide or anything())


async def plan_of(
    at: CatalogChannel, **parts: Any
) -> tuple[dict[str, Any], pb.ExplainInquiryResponse]:
    request = pb.ExplainInquiryRequest(**parts)
    found = pb.ExplainInquiryResponse.FromString(
        await at.explain_inquiry(request.SerializeToString(), CONTEXT)
    )
    return {each.connector: each for each in found.connectors}, found


ORDER = {"product": "credit", "purpose": PURPOSE_CREDIT_ORIGINATION}


async def test_a_product_shows_its_waterfalls_and_its_limit() -> None:
    body = pb.GetProductRequest(name="credit").SerializeToString()
    product = pb.GetProductResponse.FromString(await falling().get_product(body, CONTEXT)).product
    (fall,) = product.waterfalls

    assert [each.waterfall for each in product.connectors] == ["", "fall", "fall", ""]
    assert (fall.name, list(fall.connectors), fall.min_success) == ("fall", ["score", "loans"], 1)
    assert fall.continue_on == [report_pb2.OUTCOME_NO_HIT, report_pb2.OUTCOME_UNREACHABLE]
    assert fall.start_if_remaining.ToMilliseconds() == 800
    assert (fall.required, list(fall.needs)) == (False, ["police"])
    assert amount(product.max_cost) == Decimal("2.75")


async def test_a_plan_shows_whose_turn_it_would_be_and_what_is_likely() -> None:
    by_name, plan = await plan_of(falling(), **ORDER)

    assert {name: each.wave for name, each in by_name.items()} == {
        "police": 1,
        "score": 2,
        "loans": 3,
        "late": 4,
    }
    assert [by_name[name].waterfall for name in ("police", "score", "loans")] == [
        "",
        "fall",
        "fall",
    ]
    # All of it would be 3.75; the product's limit is 2.75, and of the waterfall one has a hit.
    assert amount(plan.price.max) == Decimal("2.75")
    assert amount(plan.expected_price) == Decimal("2.75")
    assert amount(by_name["loans"].expected_price) == 0


async def test_a_plan_keeps_to_the_limit_that_is_asked_for() -> None:
    limit = Money(currency_code="CNY", units=1, nanos=750_000_000)
    by_name, plan = await plan_of(falling(), **ORDER, max_cost=limit)

    assert by_name["score"].not_asked == report_pb2.OUTCOME_SKIPPED_COST
    assert by_name["loans"].wave == 2
    assert amount(plan.price.max) == Decimal("1.75")
    with pytest.raises(InvalidFields):
        await plan_of(falling(), **ORDER, max_cost=Money(currency_code="EUR"))


async def test_a_whole_inquiry_is_explained_as_it_was_decided() -> None:
    seen: list[Inquiry] = []

    async def decide(asked: Inquiry) -> Granted:
        seen.append(asked)
        of = filled(replace(admitted("credit_summary", "fraud"), inquiry=asked))
        return replace(
            grant(of=of),
            connectors=("police", "loans", "score"),
            refused={"late": Outcome.SKIPPED_POLICY},
            known=frozenset({"loans"}),
        )

    whole = data_channel_service_pb2.GetUserInfoRequest(product="credit")
    whole.subject.name = "测试甲"
    by_name, plan = await plan_of(falling(decide), inquiry=whole)

    assert (seen[0].subject["name"], seen[0].product) == ("测试甲", "credit")
    assert by_name["loans"].known and not by_name["score"].known
    assert (by_name["loans"].wave, by_name["score"].wave) == (2, 3)
    assert by_name["late"].not_asked == report_pb2.OUTCOME_SKIPPED_POLICY
    assert amount(plan.expected_price) == Decimal("0.50")


async def test_a_whole_inquiry_that_can_not_be_read_is_refused_as_it_would_be() -> None:
    unreadable = data_channel_service_pb2.GetUserInfoRequest(
        product="credit", purpose=PURPOSE_CREDIT_ORIGINATION
    )
    unreadable.subject.date_of_birth.month = 13
    with pytest.raises(InvalidFields):
        await plan_of(falling(), inquiry=unreadable)
    unreadable.product = "nonsense"
    with pytest.raises(NotAllowed):
        await plan_of(falling(), inquiry=unreadable)


async def test_a_purpose_rules_connectors_out() -> None:
    plan = await explain(PURPOSE_FRAUD_PREVENTION)

    assert plan.connectors[2].not_asked == report_pb2.OUTCOME_SKIPPED_POLICY
    assert plan.uncovered_fields == ["fraud"]


async def test_a_plan_is_refused_as_the_inquiry_would_be() -> None:
    with pytest.raises(NotAllowed) as caught:
        await explain(PURPOSE_COLLECTION)

    assert caught.value.reason == "PURPOSE_NOT_ALLOWED"


def methods() -> dict[str, AnyMethod]:
    part = Structure({}, HandClock()).part
    return dict(main_methods(door(Line()), channel(), part, anything()))


async def call(method: AnyMethod, body: bytes) -> None:
    """Send one message, and hear nothing."""
    messages = [body]

    async def receive() -> bytes | None:
        return messages.pop() if messages else None

    if isinstance(method, Bidirectional):
        await method.method(receive, CONTEXT, anything())
    elif isinstance(method, ServerStreaming):
        await method.method(body, CONTEXT, anything())
    else:
        await method(body, CONTEXT)


def test_every_rpc_of_the_protos_is_served() -> None:
    files = (data_channel_service_pb2, catalog_service_pb2)
    services = [each for file in files for each in file.DESCRIPTOR.services_by_name.values()]

    assert set(methods()) == {
        f"/{service.full_name}/{method.name}" for service in services for method in service.methods
    }


@pytest.mark.parametrize("path", sorted(methods()))
async def test_bytes_that_do_not_parse_are_malformed_everywhere(path: str) -> None:
    with pytest.raises(Malformed):
        await call(methods()[path], b"\xff\xff")


def test_how_a_connector_does_is_what_its_bureaus_breaker_knows() -> None:
    clock = HandClock()
    guard = Breaker().build(make_kit(clock=clock))

    def after(*verdicts: Verdict) -> int:
        for verdict in verdicts:
            guard.circuit.ended(guard.circuit.generation, verdict, clock.now())
        return health(guard)

    assert health(None) == health(guard) == catalog_pb2.CONNECTOR_HEALTH_UNSPECIFIED
    assert after(*[Verdict.SUCCESS] * 10) == catalog_pb2.CONNECTOR_HEALTH_HEALTHY
    assert after(*[Verdict.FAILURE] * 2) == catalog_pb2.CONNECTOR_HEALTH_DEGRADED
    assert after(*[Verdict.UNREACHABLE] * 5) == catalog_pb2.CONNECTOR_HEALTH_UNAVAILABLE
    clock.seconds += 7  # Nobody has tried it again, and somebody may.
    assert health(guard) == catalog_pb2.CONNECTOR_HEALTH_RECOVERING
