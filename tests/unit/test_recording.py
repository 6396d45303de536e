"""Nobody real is left in what is recorded, and the same nobody stands everywhere."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from stdnum import luhn
from stdnum.cn import ric

from gateway.cli.trying.recording.markup import compared_markup
from gateway.cli.trying.recording.persona import BANK_CARD, ID_NUMBER, MOBILE, Persona, shaped
from gateway.cli.trying.recording.scrub import Scrub
from tests.one_connector import question

REAL: dict[str, Any] = {
    "customer_id": "cust-77",
    "name": "王小明",
    "id_number": "440524188001010014",
    "mobile": "13800138000",
    "bank_card": "6222021234567890128",
    "email": "Ming@Example.org",
    "date_of_birth": date(1988, 10, 3),
    "sex": "MALE",
    "nationality": "CN",
    "address.line1": "人民路12号",
    "employer.name": "Acme Trading Ltd",
}


@pytest.fixture
def persona() -> Persona:
    return Persona.of(question(REAL, inquiry={"id": "i-1", "inputs.otp": "445566"}))


@pytest.fixture
def scrub(persona: Persona) -> Scrub:
    return Scrub.of(persona.hidden(), {"s3cret-key": ("secrets.key", "test-key")})


def test_a_person_is_somebody_else_in_the_same_words(persona: Persona) -> None:
    trees: Any = persona.trees()

    assert trees["subject"]["id_number"] == ID_NUMBER
    assert trees["subject"]["name"] == "测试甲"
    assert trees["subject"]["mobile"] == MOBILE
    assert trees["subject"]["bank_card"] == BANK_CARD
    assert trees["subject"]["date_of_birth"] == "1949-12-31"
    assert trees["subject"]["sex"] == "MALE"
    assert trees["subject"]["address"] == {"line1": "测测测45测"}
    assert trees["inquiry"] == {"inputs": {"otp": "123456"}}
    written = json.dumps(trees, ensure_ascii=False)
    told = {str(value) for name, value in REAL.items() if name not in {"sex", "nationality"}}
    assert not [value for value in told if value in written]


def test_one_person_is_the_same_other_one_everywhere(scrub: Scrub) -> None:
    tree = {
        "id": "440524188001010014",
        "phone": 13800138000,
        "born": ["19881003", "1988-10-03", "03/10/1988"],
        "who": "王小明先生, Ming@example.org",
        "card": "6222021234567890128",
        "13800138000": {"otp": "445566"},
        "score": 712,
        "sex": "MALE",
        "none": None,
    }

    assert scrub.tree(tree) == {
        "id": ID_NUMBER,
        "phone": int(MOBILE),
        "born": ["19491231", "1949-12-31", "31/12/1949"],
        "who": "测试甲先生, test@example.com",
        "card": BANK_CARD,
        MOBILE: {"otp": "123456"},
        "score": 712,
        "sex": "MALE",
        "none": None,
    }
    assert scrub.counts["subject.mobile"] == 2
    assert scrub.counts["subject.date_of_birth"] == 3


def test_day_and_month_that_look_alike_still_do() -> None:
    born = Persona.of(question({"date_of_birth": date(1990, 1, 1)}))
    scrub = Scrub.of(born.hidden(), {})

    assert scrub.text("01011990") == "12121949"


@pytest.mark.parametrize("digest", ["md5", "sha256"])
@pytest.mark.parametrize("form", [str.upper, str.lower])
def test_a_hash_of_a_value_is_that_of_its_double(scrub: Scrub, digest: str, form: Any) -> None:
    def hashed(text: str) -> str:
        return hashlib.new(digest, text.encode()).hexdigest()

    assert scrub.text(form(hashed("13800138000"))).lower() == hashed(MOBILE)


def test_others_get_numbers_that_hold_and_keep_them(scrub: Scrub) -> None:
    first = scrub.text("110101199003077758 13912345678 4111111111111111 x@y.cn 110101********7758")
    identity, mobile, card, mail, masked = first.split()

    assert scrub.text("110101199003077758") == identity != ID_NUMBER
    assert ric.is_valid(identity)
    assert (mobile, mail) == ("19900000002", "test2@example.com")
    assert luhn.is_valid(card)
    assert "1101" not in masked
    assert scrub.text("13912345679") != mobile


@pytest.mark.parametrize(
    "text", [ID_NUMBER, MOBILE, "1767323045", "1760000000000", "20260102030405", "S-2026-000123"]
)
def test_what_is_nobodys_stays(scrub: Scrub, text: str) -> None:
    assert scrub.text(text) == text


def test_secrets_and_what_is_opaque_go(scrub: Scrub) -> None:
    assert scrub.text("key s3cret-key") == "key test-key"
    assert scrub.text("/9j/" + "A" * 400) == "(cut: 404 letters)"
    assert scrub.counts["long opaque text"] == 1


def test_documents_within_documents_are_scrubbed(scrub: Scrub) -> None:
    inner = json.dumps({"name": "王小明"})
    outer = f"<r a='13800138000'>{'&lt;x>王小明&lt;/x>'}<b>t</b>王小明</r>"

    assert json.loads(scrub.text(inner)) == {"name": "测试甲"}
    assert scrub.text(outer) == (f'<r a="{MOBILE}">&lt;x&gt;测试甲&lt;/x&gt;<b>t</b>测试甲</r>')
    assert scrub.text(f'<?xml version="1.0" encoding="GBK"?>{outer}').startswith("<r a=")
    assert scrub.text("<not xml") == "<not xml"


def test_a_short_value_is_replaced_only_where_it_stands_alone() -> None:
    scrub = Scrub.of(Persona.of(question({"customer_id": "77"})).hidden(), {})

    assert scrub.tree({"id": "77", "score": "1775"}) == {"id": "customer-1", "score": "1775"}


def test_shape_is_all_that_is_kept() -> None:
    assert shaped("AB-987 é李") == "XX-456 x测"


def test_a_document_of_another_shape_shows_nothing() -> None:
    def shown(real: str, other: str | None) -> str:
        return real if real == other else "*"

    assert compared_markup("<a b='1'>x<c/>y</a>", "<a b='1'>z<c/>y</a>", shown) == (
        '<a b="1">*<c/>y</a>'
    )
    assert compared_markup("<a>x</a>", "<b>x</b>", shown) == "<a>*</a>"
    assert compared_markup("no", "no", shown) is None
