"""The credit file in XML: status 200 whatever happens, and a line for known clients only."""

import aiohttp
import pytest
from lxml import etree

from mock_bureaus import DEMO, MockBureaus, Step
from mock_bureaus.bureaus.credit.us_credit_xml import NAMESPACE, PATH
from mock_bureaus.keys.certificates import client_context, server_context

JOHN, JANE, JACK, JILL, NOBODY = "111111111", "222222222", "333333333", "444444444", "555555555"


def order(
    ssn: str = JOHN,
    *,
    last: str = "SAMPLE",
    password: str = DEMO.netaccess_password,
    product: str = "07000",
    environment: str = "standardTest",
) -> bytes:
    return (
        f'<creditBureau xmlns="{NAMESPACE}"><document>request</document>'
        "<transactionControl><userRefNumber>ref-1</userRefNumber><subscriber>"
        f"<industryCode>{DEMO.netaccess_industry_code}</industryCode>"
        f"<memberCode>{DEMO.netaccess_member_code}</memberCode>"
        f"<inquirySubscriberPrefixCode>{DEMO.netaccess_prefix_code}</inquirySubscriberPrefixCode>"
        f"<password>{password}</password></subscriber><options>"
        f"<processingEnvironment>{environment}</processingEnvironment></options>"
        f"</transactionControl><product><code>{product}</code><subject><number>1</number>"
        "<subjectRecord><indicative><name><person><first>JOHN</first>"
        f"<last>{last}</last></person></name><address><location><zipCode>46360</zipCode></location>"
        f"</address><socialSecurity><number>{ssn}</number></socialSecurity></indicative>"
        "</subjectRecord></subject></product></creditBureau>"
    ).encode()


async def ask(
    client: aiohttp.ClientSession, body: bytes, content_type: str = "text/xml; charset=utf-8"
) -> str:
    async with client.post(PATH, data=body, headers={"Content-Type": content_type}) as reply:
        assert reply.status == 200
        assert reply.content_type == "text/xml"
        return await reply.text()


def found(text: str, path: str) -> list[str]:
    return [each.text or "" for each in etree.fromstring(text.encode()).findall(path)]


async def test_hit_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, order()) == (
        '<?xml version="1.0" encoding="utf-8"?><creditBureau xmlns="urn:netaccess:report">'
        "<document>response</document><transactionControl><userRefNumber>ref-1</userRefNumber>"
        "</transactionControl><product><code>07000</code><subject><subjectRecord><fileSummary>"
        "<fileHitIndicator>regularHit</fileHitIndicator>"
        "<ssnMatchIndicator>exact</ssnMatchIndicator><creditDataStatus><freeze>"
        "<indicator>false</indicator></freeze></creditDataStatus>"
        "<inFileSinceDate>2010-03-01</inFileSinceDate></fileSummary><custom><credit>"
        "<trade><portfolioType>revolving</portfolioType><dateOpened>2019-03-15</dateOpened>"
        "<currentBalance>000002400</currentBalance><creditLimit>000010000</creditLimit>"
        "<pastDue>000000000</pastDue><accountRating>01</accountRating></trade>"
        "<trade><portfolioType>installment</portfolioType><dateOpened>2021-11-01</dateOpened>"
        "<currentBalance>000008600</currentBalance><pastDue>000000350</pastDue>"
        "<accountRating>02</accountRating></trade></credit></custom><addOnProduct><scoreModel>"
        "<score><results>+712</results><factors><factor><code>018</code></factor>"
        "<factor><code>004</code></factor></factors></score></scoreModel></addOnProduct>"
        "</subjectRecord></subject></product></creditBureau>"
    )
    assert bureaus.calls[0].billed
    assert bureaus.calls[0].reference == "ref-1"


@pytest.mark.parametrize("body", [order(NOBODY), order(last="OTHER")], ids=["number", "name"])
async def test_no_hit_says_so_and_is_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus, body: bytes
) -> None:
    text = await ask(client, body)

    assert found(text, ".//{*}fileHitIndicator") == ["regularNoHit"]
    assert bureaus.calls[0].billed


async def test_a_thin_file_has_trades_and_no_score(client: aiohttp.ClientSession) -> None:
    text = await ask(client, order(JANE))

    assert len(found(text, ".//{*}trade")) == 1
    assert found(text, ".//{*}scoreModel") == []


@pytest.mark.parametrize(
    ("ssn", "status"), [(JACK, "freeze/{*}indicator"), (JILL, "minor")], ids=["frozen", "minor"]
)
async def test_a_locked_file_tells_nothing_and_is_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus, ssn: str, status: str
) -> None:
    text = await ask(client, order(ssn))

    assert found(text, f".//{{*}}creditDataStatus/{{*}}{status}") == ["true"]
    assert found(text, ".//{*}credit") == []
    assert not bureaus.calls[0].billed


async def test_a_wrong_password_is_an_errortext(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    text = await ask(client, order(password="stolen"))

    assert text.endswith(
        "<document>response</document>"
        "<errortext>Subscriber code or password is invalid</errortext></creditBureau>"
    )
    assert not bureaus.calls[0].billed


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"<creditBureau>", "text/xml", "001"),
        (order().replace(b"urn:netaccess:report", b"urn:other"), "text/xml", "001"),
        (order(), "application/xml", "001"),
        (order(product="00000"), "text/xml", "003"),
        (order(environment="home"), "text/xml", "009"),
        (order(ssn=""), "text/xml", "033"),
    ],
    ids=["no XML", "namespace", "type", "product", "environment", "subject"],
)
async def test_refusals_are_errors_of_the_product(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    body: bytes,
    content_type: str,
    code: str,
) -> None:
    text = await ask(client, body, content_type)

    assert found(text, "{*}product/{*}error/{*}code") == [code]
    assert not bureaus.calls[0].billed


async def test_breaks_down_in_its_own_words(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("netaccess", Step("bureau_error"))

    assert found(await ask(client, order()), "{*}product/{*}error/{*}code") == ["099"]


async def test_serves_known_clients_over_mutual_tls() -> None:
    async with MockBureaus(mutual_tls=server_context()) as bureaus:
        known = aiohttp.TCPConnector(ssl=client_context())
        async with aiohttp.ClientSession(bureaus.secure_url, connector=known) as client:
            assert "regularHit" in await ask(client, order())
        unknown = aiohttp.TCPConnector(ssl=client_context(known=False))
        async with aiohttp.ClientSession(bureaus.secure_url, connector=unknown) as client:
            with pytest.raises(aiohttp.ClientError):
                await ask(client, order())
        assert len(bureaus.calls) == 1
