import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connectors.template import Language, Unwritable, compile_value

ID = "11010519491231002X"
MOBILE = "19900000001"
NOW = datetime(2026, 1, 2, 23, 4, 5, 678_999, tzinfo=UTC)
LANGUAGE = Language(
    types={},
    open={"x": object},
    secrets={"pepper": "sbxsecret"}.__getitem__,
    tables={"region": {"110105": "Chaoyang", "7": "KZ", "true": "Y"}},
    timezone=ZoneInfo("Asia/Shanghai"),
)


def convert(value: object, chain: str) -> object:
    return compile_value(f"${{x.y | {chain}}}", LANGUAGE).render({"x": {"y": value}})


@pytest.mark.parametrize(
    "value, chain, expected",
    [
        (MOBILE, "md5", "836bad177a564d01dd4ec55db8b9304e"),
        (MOBILE, "sha256", "7f1d327a3a3f2e038fb0a622704bce33a8928be3523b63b663ad93f99a6a7c60"),
        (ID, "md5", "ae05564031c21338aa8a2e7266e7855c"),
        (ID.lower(), "md5", "84488d6c78590d326627f5ecf902d3f9"),
        (ID.lower(), "upper | md5", "ae05564031c21338aa8a2e7266e7855c"),
        (ID, "sm3", "68199c826bbc42470ddf6ae62c8460c4c3b827bfeace826e0e800bc79823c980"),
        (ID.encode(), "md5", "ae05564031c21338aa8a2e7266e7855c"),
    ],
)
def test_hashes_are_of_the_value_exactly_as_given(value: object, chain: str, expected: str) -> None:
    """The MD5 of an identity number differs between X and x, and a bureau matches only one."""
    assert convert(value, chain) == expected


def test_hmac_is_keyed_by_a_secret() -> None:
    message = (
        "1760000000POST/resources/applicants?levelName=basic-kyc-level"
        '{"externalUserId":"u-1001","type":"individual"}'
    )

    assert (
        convert(message, "hmac_sha256(secrets.pepper)")
        == "1a7cbe4495d3d96aa515c693ac4a301c5e7fa1f25b8321e4ad0257e028d550e9"
        == hmac.new(b"sbxsecret", message.encode(), hashlib.sha256).hexdigest()
    )


@pytest.mark.parametrize(
    "value, chain, expected",
    [
        (" ab ", "strip", "ab"),
        ("aB", "upper", "AB"),
        ("aB", "lower", "ab"),
        ("测试", "length", 6),
        ("19900000001", "mask(3, 4)", "199****0001"),
        ("1990", "mask(3, 4)", "****"),
        ("", "mask(1, 0)", ""),
        ("abc", "mask(1, 0)", "a**"),
        ("42", "zero_pad(5)", "00042"),
        (42, "zero_pad(5)", "00042"),
        ("12345", "zero_pad(5)", "12345"),
        ("ab", "pad_right(4)", "ab  "),
        ("abcdef", "first(2)", "ab"),
        ("abcdef", "last(2)", "ef"),
        ("a", "last(2)", "a"),
        ("JOHN", "tlv('01')", "0104JOHN"),
        ("JOHN", 'tlv("01")', "0104JOHN"),
        ("", "tlv('01')", "0100"),
        ("x" * 99, "tlv('01')", "0199" + "x" * 99),
        ("110105", "lookup(tables.region)", "Chaoyang"),
        (7, "lookup(tables.region)", "KZ"),
        (True, "lookup(tables.region)", "Y"),
        ("测", "base64", "5rWL"),
        (b"\x00\xff", "base64", "AP8="),
        ("测", "hex", "e6b58b"),
        (True, "text", "true"),
        (Decimal("1.50"), "text", "1.50"),
        (Decimal("1E+2"), "text", "100"),
        (12, "text", "12"),
        (date(2026, 1, 2), "text", "2026-01-02"),
        ("-0042", "int", -42),
        (Decimal("5.0"), "int", 5),
        (7, "int", 7),
        (True, "int", 1),
        (Decimal(1500), "int | zero_pad(9)", "000001500"),
    ],
)
def test_text_and_numbers(value: object, chain: str, expected: object) -> None:
    assert convert(value, chain) == expected


@pytest.mark.parametrize(
    "value, expected",
    [
        ("+8619900000001", MOBILE),
        ("008619900000001", MOBILE),
        (MOBILE, MOBILE),
        ("+77010000000", "7010000000"),
        ("+12025550100", "2025550100"),
        ("+33100000000", "100000000"),
        ("+351200000000", "200000000"),
        ("8619900000001", "8619900000001"),
    ],
)
def test_national_strips_a_country_code_that_is_marked_as_one(value: str, expected: str) -> None:
    assert convert(value, "national") == expected


@pytest.mark.parametrize(
    "value, chain, expected",
    [
        (date(1990, 12, 5), "date('%Y-%m-%d')", "1990-12-05"),
        (date(1990, 12, 5), "date('%d%m%Y')", "05121990"),
        (date(990, 1, 5), "date('%Y%y%j%%')", "099090005%"),
        (NOW, "date('%Y%m%d%H%M%S')", "20260103070405"),
        (NOW, "date('%Y-%m-%dT%H:%M:%S.%f%z')", "2026-01-03T07:04:05.678999+0800"),
        (NOW, "unix", 1767395045),
        (NOW, "unix_ms", 1767395045678),
        (NOW, "iso", "2026-01-02T23:04:05Z"),
        (NOW.astimezone(timezone(timedelta(hours=-5))), "iso", "2026-01-02T23:04:05Z"),
        (date(2026, 1, 2), "iso", "2026-01-02"),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), "unix", -1),
    ],
)
def test_moments_are_written_in_the_bureaus_zone(
    value: object, chain: str, expected: object
) -> None:
    """`unix` and `iso` know no zone but UTC."""
    assert convert(value, chain) == expected


@pytest.mark.parametrize(
    "value, chain",
    [
        ("1234567890", "zero_pad(9)"),
        (-1, "zero_pad(9)"),
        ("abcdef", "pad_right(5)"),
        ("x" * 100, "tlv('01')"),
        ("unknown", "lookup(tables.region)"),
        ("call me", "national"),
        ("+86", "national"),
        ("12a", "int"),
        ("1.5", "int"),
        ("٣", "int"),
        (Decimal("1.5"), "int"),
        (Decimal("Infinity"), "int"),
        (Decimal("1E+999999999"), "int"),
        (Decimal("1E+999999999"), "text"),
        pytest.param(10**5000, "text", id="longer than Python writes"),
        (date(2026, 1, 2), "date('%H')"),
        (datetime(2026, 1, 2), "date('%Y')"),  # noqa: DTZ001
        (datetime(2026, 1, 2), "unix"),  # noqa: DTZ001
        (datetime.max.replace(tzinfo=UTC), "date('%Y')"),
        ("\ud800", "md5"),
        (1, "upper"),
        (True, "zero_pad(3)"),
        (["a"], "text"),
        ("2026-01-01", "date('%Y')"),
    ],
)
def test_what_can_not_be_written_is_refused_by_the_converters_name(
    value: object, chain: str
) -> None:
    """Nothing is ever cut, rounded or guessed to make it fit."""
    with pytest.raises(Unwritable) as caught:
        convert(value, chain)

    assert caught.value.rule == chain.partition("(")[0]
    assert caught.value.__context__ is None
