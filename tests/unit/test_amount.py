"""An amount is read where it can mean one thing alone, and is else refused by its rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest

from gateway.reconciling.amount import NoAmount, Notation


@pytest.mark.parametrize(
    ("text", "point", "amount"),
    [
        ("5", ".", "5"),
        (" 5.00 ", ".", "5.00"),
        ("1,234.5", ".", "1234.5"),
        ("1.234.567,89", ",", "1234567.89"),
        ("1234,5", ",", "1234.5"),
        ("-5.00", ".", "-5.00"),
        ("-0.00", ".", "0.00"),
        ("999999999.99", ".", "999999999.99"),
    ],
)
def test_an_amount_is_digits_with_a_point_and_groups_of_three(
    text: str, point: Literal[".", ","], amount: str
) -> None:
    assert str(Notation(2, point).read(text)) == amount


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        *((text, "is no amount") for text in (None, "", "one", "NaN", "Infinity", "1e400", "+5")),
        *((text, "is no amount") for text in ("5,00", "1,2345", "1234,567", "1,234,56", ",123")),
        *((text, "is no amount") for text in ("5.", ".5", "5.0.0", "(5.00)", "5.00-", "1_000")),
        *((text, "is no amount") for text in ("5 000", "EUR 5", "\u0665", "--5", "1,234\n5")),
        ("5.123456789", "more than 2 decimals"),
        ("5.000", "more than 2 decimals"),
        ("1000000000", "larger than any"),
        ("9" * 401, "larger than any"),
    ],
)
def test_what_could_mean_another_amount_is_none(text: str | None, rule: str) -> None:
    with pytest.raises(NoAmount, match=rule) as refused:
        Notation(2).read(text)

    assert not text or text not in str(refused.value)


@pytest.mark.parametrize(
    ("currency", "prices", "places"),
    [
        ("CNY", (), 2),
        ("JPY", ("500",), 0),
        ("KWD", ("0.5",), 3),
        ("USD", ("0.50", "0.0075"), 4),
        ("USD", ("1E+2",), 2),
    ],
)
def test_amounts_are_as_fine_as_the_currency_or_as_a_price(
    currency: str, prices: tuple[str, ...], places: int
) -> None:
    assert Notation.of(currency, map(Decimal, prices)) == Notation(places)
