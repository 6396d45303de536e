"""A product that asks one bureau after the other, over sockets, and what that costs."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from datachannel.v1 import catalog_service_pb2, inquiry_pb2, report_pb2
from datachannel.v1 import catalog_service_pb2_grpc as rpc
from datachannel.v1 import data_channel_service_pb2 as pb
from google.type.money_pb2 import Money

from datachannel_client import LimitReached, OutcomeUnknown
from gateway.cli.ask import read_message
from gateway.rpc.translate import amount
from mock_bureaus import Step

from .house import CONFIG, House, open_house, outcomes

FIRST, SECOND = "us_credit_xml", "us_credit_report"
BUREAU, OTHER = "netaccess", "uscredit"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One for all tests: each asks past the cache."""
    async with open_house(tmp_path_factory.mktemp("town")) as house:
        yield house


@dataclass(frozen=True, slots=True)
class Since:
    """What a test has seen of the bureaus and the ledger, since it began."""

    house: House
    calls: int
    rows: int

    @property
    def asked(self) -> list[str]:
        return [call.bureau for call in self.house.demo.bureaus.calls[self.calls :]]

    @property
    def billed(self) -> list[str]:
        return [c.bureau for c in self.house.demo.bureaus.calls[self.calls :] if c.billed]

    @property
    def intents(self) -> list[str]:
        return [call.intent.connector for call in self.house.ledger.calls()[self.rows :]]


@pytest.fixture
def since(town: House) -> Since:
    town.demo.bureaus.script(BUREAU)
    return Since(town, len(town.demo.bureaus.calls), len(town.ledger.calls()))


def request(house: House, max_cost: int | None = None) -> pb.GetUserInfoRequest:
    """Ask about the American that the mock bureaus know."""
    folder = house.demo.folder.pki.folder
    asked = house.request()
    asked.product = "us_card_v1"
    asked.subject.CopyFrom(read_message(folder / "subject_us_card_v1.json", inquiry_pb2.Subject))
    asked.consent.CopyFrom(read_message(folder / "consent.json", inquiry_pb2.Consent))
    asked.reuse.mode = inquiry_pb2.REUSE_MODE_BYPASS
    if max_cost is not None:
        asked.max_cost.CopyFrom(Money(currency_code="CNY", units=max_cost))
    return asked


async def ask(house: House, max_cost: int | None = None) -> report_pb2.Report:
    return await house.client.get_user_info(request(house, max_cost), timeout=10)


async def test_who_answers_first_is_the_only_one_that_is_paid(since: Since) -> None:
    report = await ask(since.house)

    assert outcomes(report) == {FIRST: "HIT", SECOND: "NOT_NEEDED"}
    assert report.completeness.verdict == report_pb2.VERDICT_COMPLETE
    assert since.billed == [BUREAU]
    assert amount(report.cost) == Decimal(20)


async def test_where_nobody_is_on_file_the_other_is_asked_and_both_are_paid(since: Since) -> None:
    since.house.demo.bureaus.script(BUREAU, Step("no_hit"))
    report = await ask(since.house)

    assert outcomes(report) == {FIRST: "NO_HIT", SECOND: "HIT"}
    assert {each.connector for each in report.user_info.credit_summary.scores} == {SECOND}
    assert report.fields["credit_summary.scores"].status == report_pb2.FIELD_STATUS_PRESENT
    assert since.billed == [BUREAU, OTHER]
    assert amount(report.cost) == Decimal(42)


async def test_a_limit_of_cost_ends_it_before_what_it_does_not_reach_for(since: Since) -> None:
    since.house.demo.bureaus.script(BUREAU, Step("no_hit"))
    report = await ask(since.house, max_cost=41)

    # Either of them can be paid; after the first, the other not.
    assert outcomes(report) == {FIRST: "NO_HIT", SECOND: "SKIPPED_COST"}
    assert report.completeness.verdict == report_pb2.VERDICT_INSUFFICIENT
    assert amount(report.cost) == Decimal(20)


async def test_a_whole_inquiry_is_explained_and_not_made(since: Since) -> None:
    door, inquiries = since.house.demo.door, since.house.ledger.inquiries()
    assert door.tls is not None and door.api_key is not None
    async with grpc.aio.secure_channel(door.target, door.tls.credentials()) as channel:
        explain = rpc.CatalogServiceStub(channel).ExplainInquiry
        whole = catalog_service_pb2.ExplainInquiryRequest(inquiry=request(since.house))
        plan = await explain(whole, metadata=(("x-api-key", door.api_key),))

    assert [(each.connector, each.wave, each.waterfall) for each in plan.connectors] == [
        (FIRST, 1, "bureau"),
        (SECOND, 2, "bureau"),
    ]
    assert (str(amount(plan.price.min)), str(amount(plan.price.max))) == ("0", "42")
    assert amount(plan.expected_price) == Decimal(20)
    assert [list(each.connectors) for each in plan.waterfalls] == [[FIRST, SECOND]]
    assert (since.asked, since.intents) == ([], [])
    assert since.house.ledger.inquiries() == inquiries


async def test_where_the_first_may_have_sold_nobody_else_is_asked(since: Since) -> None:
    """
    A hard inquiry that may have left its mark is followed by no other, nor by itself again.

    The last to use the town: until that call is resolved, nobody asks about its subject.
    """
    since.house.demo.bureaus.script(BUREAU, Step("billed_reset", keep=True))
    with pytest.raises(OutcomeUnknown):
        await ask(since.house)
    again = await ask(since.house)

    assert outcomes(again) == {FIRST: "SKIPPED_POLICY", SECOND: "NOT_NEEDED"}
    assert again.completeness.verdict == report_pb2.VERDICT_INSUFFICIENT
    assert (since.asked, since.intents) == ([BUREAU], [FIRST])


async def test_a_caller_whose_money_is_spent_is_turned_away_until_tomorrow(tmp_path: Path) -> None:
    config = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    with (config / "callers" / "scoring.yaml").open("a", encoding="utf-8") as file:
        file.write('limits: {spend_per_day: {amount: "50", currency: CNY}}\n')
    async with open_house(tmp_path / "demo", config) as house:
        house.demo.bureaus.script(BUREAU, Step("no_hit"))
        assert amount((await ask(house)).cost) == Decimal(42)
        with pytest.raises(LimitReached) as spent:
            await ask(house)
        # What is known is given first, and costs nothing: whoever had a file has the first turn.
        known = request(house)
        known.reuse.mode = inquiry_pb2.REUSE_MODE_DEFAULT
        given = await house.client.get_user_info(known, timeout=10)

        assert set(outcomes(given).values()) == {"NO_HIT", "HIT"}
        assert (amount(given.cost), given.completeness.verdict) == (
            Decimal(0),
            report_pb2.VERDICT_COMPLETE,
        )
        assert spent.value.reason == "SPENDING_LIMIT"
        assert spent.value.retry_after is not None
        assert 0 < spent.value.retry_after <= 86_400
        assert [call.bureau for call in house.demo.bureaus.calls if call.billed] == [BUREAU, OTHER]
        # It was granted nothing, and then refused: its id was claimed first.
        rows = [(row.connectors, row.reason) for row in house.ledger.inquiries()][1:3]
        assert rows == [((), ""), ((), "SPENDING_LIMIT")]
