"""The watchlist, and the registry of companies."""

from typing import Any

import aiohttp
import pytest

from mock_bureaus import DEMO, MockBureaus, Step
from mock_bureaus.bureaus.checks.companyregistry import FEW, MANY, NONE

MATCH = "/match/default?threshold=0.7"
API_KEY = {"Authorization": f"ApiKey {DEMO.watchlist_key}"}
BASIC = {"Authorization": aiohttp.encode_basic_auth(DEMO.companyregistry_key, "")}


async def match(client: aiohttp.ClientSession, schema: str = "Person", **about: str) -> Any:
    query = {"schema": schema, "properties": {name: [value] for name, value in about.items()}}
    async with client.post(MATCH, json={"queries": {"person": query}}, headers=API_KEY) as reply:
        assert reply.status == 200
        answered = (await reply.json())["responses"]["person"]
        assert (answered["status"], answered["query"]) == (200, query)
        return [(each["id"], each["score"], each["match"]) for each in answered["results"]]


async def test_a_name_matches_as_far_as_the_birthday_does(client: aiohttp.ClientSession) -> None:
    assert await match(client, name="测试乙") == [("mock-0001", 0.75, True)]
    assert await match(client, name="测试乙", birthDate="1880-01-01") == [("mock-0001", 0.98, True)]
    assert await match(client, name="测试乙", birthDate="1990-01-01") == [
        ("mock-0001", 0.55, False)
    ]
    assert await match(client, name="other", idNumber="440524188001010014") == [
        ("mock-0001", 1.0, True)
    ]


async def test_most_are_on_no_list(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await match(client, name="测试丙") == []
    assert await match(client, "Company", name="测试乙") == []
    assert await match(client, "Company", name="sample shell ltd") == [("mock-0003", 0.75, True)]
    assert bureaus.billed() == []


@pytest.mark.parametrize(
    ("target", "headers", "body", "status"),
    [
        (MATCH, {}, {"queries": {}}, 401),
        (MATCH, API_KEY, {"queries": {}}, 400),
        (MATCH, API_KEY, {"queries": {"person": {}}}, 400),
        ("/match/other", API_KEY, {"queries": {}}, 404),
        (f"{MATCH}x", API_KEY, {"queries": {"q": {"schema": "Person"}}}, 422),
    ],
)
async def test_what_is_no_query_is_refused(
    client: aiohttp.ClientSession, target: str, headers: dict[str, str], body: Any, status: int
) -> None:
    async with client.post(target, json=body, headers=headers) as reply:
        assert reply.status == status
        assert "detail" in await reply.json()


async def officers(client: aiohttp.ClientSession, number: str, query: str = "") -> Any:
    async with client.get(f"/company/{number}/officers{query}", headers=BASIC) as reply:
        return reply.status, await reply.json()


async def test_three_pages_of_officers(client: aiohttp.ClientSession) -> None:
    pages = [
        (await officers(client, MANY, f"?items_per_page=35&start_index={start}"))[1]
        for start in (0, 35, 70, 105)
    ]

    assert [len(page["items"]) for page in pages] == [35, 35, 10, 0]
    assert {page["total_results"] for page in pages} == {80}
    assert pages[2]["items"][-1]["name"] == "测试丙"


async def test_a_company_with_few_or_no_officers(client: aiohttp.ClientSession) -> None:
    _, few = await officers(client, FEW)

    assert [officer.get("resigned_on") for officer in few["items"]] == ["2020-12-31", None]
    assert (few["active_count"], few["total_results"], few["start_index"]) == (1, 2, 0)
    assert (await officers(client, NONE))[1]["total_results"] == 0


async def test_refusals_of_the_registry(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    assert await officers(client, "00000000") == (
        404,
        {"errors": [{"error": "company-profile-not-found", "type": "registry:service"}]},
    )
    assert (await officers(client, FEW, "?start_index=x"))[0] == 400
    async with client.get(f"/company/{FEW}/officers") as reply:
        assert reply.status == 401
    bureaus.script("companyregistry", Step("rate_limited:3"), Step("no_hit"))
    async with client.get(f"/company/{FEW}/officers", headers=BASIC) as reply:
        assert (reply.status, reply.headers["X-Ratelimit-Reset"]) == (429, "3")
    assert (await officers(client, FEW))[0] == 404
