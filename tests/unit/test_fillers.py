"""What each kind of filler gives."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
from datachannel.v1.inquiry_pb2 import OrganisationType
from pydantic import ValidationError
from stdnum.cn.uscc import calc_check_digit

from connectors.faults import ConfigError
from gateway.fields.schema import label
from gateway.fillers import FillerKit, Forgetful, Need, Stored
from gateway.fillers.bin_lookup import BinLookup
from gateway.fillers.prefixes import shipped
from gateway.fillers.uscc_derived import TYPES
from gateway.subject.filling import FieldOrigin

from ..rulebook import ELDER, KIT, fillers, id_number, nothing_stored

NONE = Need("lender_a", frozenset())


def uscc(registered: str, region: str) -> str:
    """Make a sound code of what its first eight characters say."""
    code = f"{registered}{region}M000100Y4"
    return code + calc_check_digit(code)


@dataclass
class Recalled:
    """A preset database that counts who asks."""

    known: Mapping[str, object]
    asked: list[tuple[object, ...]] = field(default_factory=list)

    async def __call__(
        self, tenant: str, customer_id: str, paths: Sequence[str], max_age: float
    ) -> Mapping[str, Stored]:
        self.asked.append((tenant, customer_id, tuple(paths), max_age))
        since = datetime(2025, 9, 1, tzinfo=UTC)
        return {path: Stored(self.known[path], since) for path in paths if path in self.known}


async def fill(spec: object, subject: Mapping[str, object]) -> dict[str, object]:
    (filler,) = fillers(spec)
    return {filling.path: filling.value for filling in await filler(subject, NONE)}


async def test_an_identity_number_tells_much() -> None:
    (filler,) = fillers({"kind": "id_derived"})
    given = await filler({"id_number": ELDER}, NONE)

    assert {each.path: each.value for each in given} == {
        "date_of_birth": date(1949, 12, 31),
        "sex": "FEMALE",
        "id_type": "RESIDENT_ID",
        "region_code": "110105",
    }
    assert {each.origin for each in given} == {FieldOrigin.DERIVED}
    assert {each.rule_id for each in given} >= {"id_derived.date_of_birth", "id_derived.sex"}


async def test_the_number_of_a_foreigner_tells_no_region() -> None:
    given = await fill(
        {"kind": "id_derived"}, {"id_number": id_number("931840", "19900101", "001")}
    )

    assert given["id_type"] == "RESIDENCE_PERMIT"
    assert given["sex"] == "MALE"
    assert "region_code" not in given


@pytest.mark.parametrize(
    "subject",
    [
        {},
        {"id_number": "110105194912310021"},
        {"id_number": "E12345678"},
        {"id_number": ELDER, "id_type": "PASSPORT"},
        {"id_number": id_number("770105", "19900101", "001")},
        {"id_number": id_number("110105", "20900101", "001")},
    ],
)
async def test_a_number_that_is_not_sound_tells_nothing(subject: dict[str, object]) -> None:
    assert await fill({"kind": "id_derived"}, subject) == {}


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("91350100M000100Y43", ("ENTERPRISE", "350100")),
        ("91110000 600037341l", ("ENTERPRISE", "110000")),
        (uscc("92", "350100"), ("SOLE_TRADER", "350100")),
        (uscc("12", "100000"), ("PUBLIC_INSTITUTION", "100000")),
        (uscc("N2", "441881"), ("RURAL_COLLECTIVE", "441881")),
        (uscc("59", "441881"), ("OTHER", "441881")),
        (uscc("Y1", "441881"), ("OTHER", "441881")),
        (uscc("9A", "350100"), (None, "350100")),
        (uscc("91", "770000"), ("ENTERPRISE", None)),
    ],
)
async def test_a_social_credit_code_tells_of_the_employer(
    code: str, says: tuple[str | None, str | None]
) -> None:
    given = await fill({"kind": "uscc_derived"}, {"employer.uscc": code})

    assert (given.get("employer.organisation_type"), given.get("employer.region_code")) == says


async def test_what_is_said_of_an_employer_says_how_it_is_known() -> None:
    (filler,) = fillers({"kind": "uscc_derived"})
    given = await filler({"employer.uscc": "91350100M000100Y43"}, NONE)

    assert {each.origin for each in given} == {FieldOrigin.DERIVED}
    assert {each.rule_id for each in given} == {
        "uscc_derived.employer.organisation_type",
        "uscc_derived.employer.region_code",
    }


@pytest.mark.parametrize("code", [None, "", "91350100M000100Y44", "12345678", "110105194912310021"])
async def test_a_social_credit_code_that_is_not_sound_tells_nothing(code: str | None) -> None:
    assert await fill({"kind": "uscc_derived"}, {"employer.uscc": code}) == {}


def test_every_type_of_organisation_is_one_that_callers_know() -> None:
    known = {label(OrganisationType.DESCRIPTOR, n) for n in OrganisationType.values()}

    assert set(TYPES.values()) <= known - {"UNSPECIFIED"}


async def test_a_card_tells_its_bank() -> None:
    spec = {"kind": "bin_lookup"}

    assert await fill(spec, {"bank_card": "6225880000000000"}) == {
        "bank_name": "招商银行",
        "bank_code": "308584000013",
        "bank_card_type": "DEBIT",
    }
    assert (await fill(spec, {"bank_card": "6200000000000005"}))["bank_name"] == "测试银行"
    assert await fill(spec, {"bank_card": "4000000000000000"}) == {}


def test_the_banks_that_come_with_the_gateway_are_well_written() -> None:
    names, codes = shipped("bins", "bank_name"), shipped("bins", "bank_code")

    assert all(len(prefix) == 6 and prefix.isdigit() for prefix in names)
    assert set(shipped("bins", "bank_card_type").values()) == {"DEBIT", "CREDIT"}
    assert all(len(code) == 12 and code.isdigit() for code in codes.values())
    assert all(names.values())


@pytest.mark.parametrize(
    ("mobile", "carrier"),
    [("13900000001", "中国移动"), ("19900000001", "中国电信"), ("17012345678", None)],
)
async def test_a_mobile_number_hints_at_its_carrier(mobile: str, carrier: str | None) -> None:
    given = await fill({"kind": "mobile_lookup"}, {"mobile": mobile})

    assert given.get("mobile_carrier") == carrier


async def test_own_tables_win_and_the_longest_range_wins() -> None:
    kit = replace(KIT, tables={"mine": {"62258": "short", "6225880011": "long"}})
    filler = BinLookup(names="mine").build(FillerKit(kit, nothing_stored))

    short = await filler({"bank_card": "6225880022000000"}, NONE)
    long = await filler({"bank_card": "6225880011000000"}, NONE)

    assert (short[0].value, long[0].value) == ("short", "long")


@pytest.mark.parametrize(("kind", "key"), [("bin_lookup", "types"), ("mobile_lookup", "carriers")])
def test_a_table_that_is_not_there_is_refused_at_load(kind: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        fillers({"kind": kind, key: "mine"})
    assert [finding.at for finding in caught.value.findings] == [(0, key)]


async def test_a_default_is_given_where_nothing_is() -> None:
    (filler,) = fillers({"kind": "default", "field": "subject.nationality", "value": "CN"})

    (given,) = await filler({}, NONE)

    assert (given.path, given.value) == ("nationality", "CN")
    assert (given.origin, given.rule_id) == (FieldOrigin.DEFAULTED, "default.nationality")
    assert await filler({"nationality": "KZ"}, NONE) == ()


@pytest.mark.parametrize(
    ("path", "value"), [("nationality", 7), ("date_of_birth", "soon"), ("nothing", "x")]
)
def test_a_default_of_another_type_is_refused_at_load(path: str, value: object) -> None:
    with pytest.raises(ConfigError):
        fillers({"kind": "default", "field": path, "value": value})


async def test_a_default_may_be_a_date() -> None:
    day = date(2020, 1, 1)

    assert await fill({"kind": "default", "field": "date_of_birth", "value": day}, {}) == {
        "date_of_birth": day
    }


PROFILE = {"kind": "profile", "fields": ["name", "mobile", "email"], "max_age": "90d"}


async def test_what_is_known_is_asked_for_as_far_as_it_is_absent_and_wanted() -> None:
    recall = Recalled({"mobile": "19900000001", "email": "a@b.example"})
    (filler,) = fillers(PROFILE, recall=recall)
    need = Need("lender_a", frozenset({"mobile", "name", "sex"}))

    (given,) = await filler({"customer_id": "c-1", "name": "测试甲"}, need)

    assert recall.asked == [("lender_a", "c-1", ("mobile",), 90 * 86400.0)]
    assert (given.path, given.value, given.origin) == (
        "mobile",
        "19900000001",
        FieldOrigin.STORED,
    )
    assert given.rule_id == "profile.mobile"
    assert given.as_of == datetime(2025, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ({"customer_id": "c-1"}, set()),
        ({"customer_id": "c-1", "mobile": "1"}, {"mobile"}),
        ({}, {"mobile"}),
        ({"customer_id": ""}, {"mobile"}),
    ],
)
async def test_nothing_is_read_without_need(subject: dict[str, object], wanted: set[str]) -> None:
    recall = Recalled({})
    (filler,) = fillers(PROFILE, recall=recall)

    assert await filler(subject, Need("lender_a", frozenset(wanted))) == ()
    assert recall.asked == []


async def test_a_slow_database_is_not_waited_for() -> None:
    async def slow(*_: object) -> Mapping[str, Stored]:
        await asyncio.sleep(60)
        return {}

    (filler,) = fillers(PROFILE | {"timeout": "1ms"}, recall=slow)

    with pytest.raises(Forgetful):
        await filler({"customer_id": "c-1"}, Need("lender_a", frozenset({"mobile"})))


@pytest.mark.parametrize(
    "spec", [{"kind": "profile", "fields": [], "max_age": "1d"}, {"kind": "profile"}]
)
def test_a_profile_that_says_too_little_is_refused(spec: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        fillers(spec)


def test_all_that_is_wrong_is_found_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        fillers(
            PROFILE | {"fields": ["nmae", "name", "moblie"]},
            {"kind": "default", "field": "x"} | {"value": "y"},
        )

    assert [finding.at for finding in caught.value.findings] == [
        (0, "fields", 0, "field"),
        (0, "fields", 2, "field"),
        (1, "field"),
    ]
