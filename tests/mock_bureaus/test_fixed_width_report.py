"""The report in one long line: widths, lengths, and a score that is none."""

import re

import aiohttp
import pytest

from mock_bureaus import DEMO, MockBureaus, Step
from mock_bureaus.bureaus.credit.fixed_width_report import PATH

RAVI, MEENA, NOBODY = "ABCPE1234F", "ABCPE1234G", "ABCPE1234H"


def header(
    *,
    password: str = DEMO.tuefline_password,
    amount: str = "000250000",
    purpose: str = "05",
    score: str = "CIBILTUSC2",
) -> str:
    user = DEMO.tuefline_user
    return f"TUEF12{'ref-1':25}{user:30}{password:30}{purpose}{amount}{score}"


def segments(pan: str = RAVI) -> str:
    return f"PN03N010111RAVI SAMPLE070810021988ID03I010102010210{pan}PT03T0101109000000001"


def ended(text: str) -> str:
    return f"{text}ES05{len(text) + 15:05}0102**"


async def ask(client: aiohttp.ClientSession, text: str) -> str:
    headers = {"Content-Type": "text/plain"}
    async with client.post(PATH, data=text.encode(), headers=headers) as reply:
        assert reply.status == 200
        assert reply.content_type == "text/plain"
        return await reply.text()


def decoded(text: str) -> dict[str, list[dict[str, str]]]:
    """Read an answer the way that anybody would who knows no more than its layout."""
    read: dict[str, list[dict[str, str]]] = {}
    place, fields = 140, {"": ""}
    while place < len(text):
        kind, length = text[place : place + 2], int(text[place + 2 : place + 4])
        value = text[place + 4 : place + 4 + length]
        place += 4 + length
        if kind.isalpha():
            fields = {"id": value}
            read.setdefault(kind, []).append(fields)
        else:
            fields[kind] = value
    return read


async def test_hit_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    history = "000" * 14 + "030000XXX060"

    assert await ask(client, ended(header() + segments())) == (
        f"TUEF12{'ref-1':25}{DEMO.tuefline_user:30}1000000000101012026120000{'':54}"
        "PN03N010111RAVI SAMPLE070810021988"
        "ID03I010102010210ABCPE1234F"
        "PT03T0101109000000001"
        "SC10CIBILTUSCR010202020210030801012026040500750250205260217"
        "TL04T0010213NOT DISCLOSED04021005011080831082019120550000130512049"
        f"2854{history}"
        "TL04T0020213NOT DISCLOSED040205050110808150120231206300000130618400014049200"
        f"2854STD{'000' * 17}"
        "IQ04I0010108170920250413NOT DISCLOSED0502050606250000"
        "ES05006070102**"
    )
    assert bureaus.calls[0].billed
    assert bureaus.calls[0].reference == "ref-1"


async def test_an_answer_can_be_read_by_its_layout(client: aiohttp.ClientSession) -> None:
    text = await ask(client, ended(header() + segments()))
    read = decoded(text)

    assert read["SC"] == [
        {
            "id": "CIBILTUSCR",
            "01": "02",
            "02": "10",
            "03": "01012026",
            "04": "00750",
            "25": "05",
            "26": "17",
        }
    ]
    assert [(each["id"], each["13"]) for each in read["TL"]] == [
        ("T001", "12049"),
        ("T002", "184000"),
    ]
    assert re.findall("...", read["TL"][0]["28"])[-4:] == ["030", "000", "XXX", "060"]
    assert read["ES"] == [{"id": f"{len(text):05}", "01": "**"}]


async def test_no_score_is_000_1_and_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    read = decoded(await ask(client, ended(header() + segments(MEENA))))

    assert read["SC"][0]["04"] == "000-1"
    assert len(read["TL"]) == 1
    assert bureaus.calls[0].billed


async def test_no_hit_is_a_header_and_an_end_and_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    text = await ask(client, ended(header() + segments(NOBODY)))

    assert text[140:] == "ES05001550102**"
    assert bureaus.calls[0].billed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("TUEF12", "E01"),
        (ended(header() + segments()).replace("TUEF12", "TUEF11"), "E01"),
        (header() + segments() + "ES05000010102**", "E02"),
        (header() + segments(), "E02"),
        (ended(header(password="stolen") + segments()), "E03"),
        (ended(header(amount="   250000") + segments()), "E04"),
        (ended(header(purpose="99") + segments()), "E04"),
        (ended(header(score="OTHER12345") + segments()), "E04"),
        (ended(header() + "0105STRAY" + segments()), "E05"),
        (ended(header() + segments() + "0199TOO SHORT"), "E05"),
        (ended(header() + "PN03N010111RAVI SAMPLE"), "E06"),
        (ended(header()), "E06"),
        ("TUEF12 è", "E01"),
    ],
    ids=[
        "short",
        "version",
        "length",
        "no end",
        "password",
        "amount",
        "purpose",
        "score",
        "stray field",
        "length of a field",
        "no number",
        "nobody",
        "no ASCII",
    ],
)
async def test_refusals_are_a_segment_of_their_own(
    client: aiohttp.ClientSession, bureaus: MockBureaus, text: str, code: str
) -> None:
    read = decoded(await ask(client, text))

    assert list(read) == ["ER", "ES"]
    assert (read["ER"][0]["id"], read["ER"][0]["01"]) == ("ERRR", code)
    assert not bureaus.calls[0].billed


async def test_breaks_down_in_its_own_words(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("tuefline", Step("bureau_error"))

    read = decoded(await ask(client, ended(header() + segments())))

    assert read["ER"] == [{"id": "ERRR", "01": "E99", "02": "SYSTEM ERROR"}]
