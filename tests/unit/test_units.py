"""Quantities as people write them."""

from __future__ import annotations

import pytest

from connectors.units import rate, seconds, size


@pytest.mark.parametrize(
    ("text", "value"),
    [("300ms", 0.3), ("20s", 20), ("1.5s", 1.5), ("5m", 300), ("1h", 3600), ("7d", 604800),
     ("0s", 0)],
)  # fmt: skip
def test_a_duration_has_a_unit(text: str, value: float) -> None:
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["", "20", 20, 0.3, True, None, "-1s", "1 s", "s", "1e3s", "1s ", "٣s", "1w"]
)
def test_anything_else_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="a duration has a unit"):
        seconds(text)


@pytest.mark.parametrize(("text", "value"), [("100B", 100), ("512KiB", 524288), ("2MiB", 2097152)])
def test_a_size_has_a_unit(text: str, value: int) -> None:
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "2", 2, "2MB", "1.5MiB", "-1B", None])
def test_anything_else_is_no_size(text: object) -> None:
    with pytest.raises(ValueError, match="a size has a unit"):
        size(text)


@pytest.mark.parametrize(("text", "value"), [("40/s", 40), ("600/5m", 2), ("0.5/s", 0.5)])
def test_a_rate_is_per_second(text: str, value: float) -> None:
    assert rate(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "40", 40, "0/s", "40/0s", "40/ms", "/s", "40/5", None])
def test_anything_else_is_no_rate(text: object) -> None:
    with pytest.raises(ValueError, match="a rate is"):
        rate(text)
