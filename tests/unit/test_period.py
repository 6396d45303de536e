"""Days of a command line are days of a zone, both ends meant, as far as the calendar goes."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer

from gateway.cli.accounts.period import period

EAST, WEST = ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")


def day(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_both_days_are_meant_and_are_days_of_the_zone() -> None:
    first, last = day("2026-01-01"), day("2026-01-31")

    assert period(first, last) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    )
    assert period(first, last, ZoneInfo("Asia/Shanghai")) == (
        datetime(2025, 12, 31, 16, tzinfo=UTC),
        datetime(2026, 1, 31, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize("zone", [UTC, EAST, WEST])
@pytest.mark.parametrize("days", [("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31")])
def test_the_ends_of_the_calendar_are_days_too(days: tuple[str, str], zone: ZoneInfo) -> None:
    begin, end = period(day(days[0]), day(days[1]), zone)

    assert begin < end
    assert period(None, None, zone)[1] >= end


def test_a_last_day_before_the_first_is_a_wrong_question() -> None:
    with pytest.raises(typer.BadParameter):
        period(day("2026-01-02"), day("2026-01-01"))
