"""Records of tag, length and value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.codec import Tlv

TUEF = Tlv(kind="tlv", header=140, segments="[A-Z]{2}", end="ES")
HEADER = (
    "TUEF12ref-1                    NB00000001_DEMO               1000000000201012026120000"
).ljust(140)


def record(segments: str) -> bytes:
    """Frame segments with a header, and an end that tells the truth."""
    whole = f"{HEADER}{segments}"
    return f"{whole}ES05{len(whole) + 15:05d}0102**".encode()


SCORE = "SC10CIBILTUSCR0102020405000-1"
TRADES = "TL04T0010213NOT DISCLOSED130512049TL04T002"


def test_segments_are_lists_and_their_values_ids() -> None:
    assert TUEF.decode(record(SCORE + TRADES)) == {
        "header": HEADER,
        "SC": [{"id": "CIBILTUSCR", "01": "02", "04": "000-1"}],
        "TL": [{"id": "T001", "02": "NOT DISCLOSED", "13": "12049"}, {"id": "T002"}],
        "ES": [{"id": "00226", "01": "**"}],
    }


def test_a_value_may_hold_what_looks_like_a_segment() -> None:
    document: Any = TUEF.decode(record("TL04T0010209SC04T0010"))

    assert document["TL"] == [{"id": "T001", "02": "SC04T0010"}]


@pytest.mark.parametrize("path, found", [("SC[0].04", "000-1"), ("TL[1].id", "T002")])
def test_its_paths_are_those_of_json(path: str, found: str) -> None:
    assert TUEF.selector(path)(TUEF.decode(record(SCORE + TRADES))) == found


@pytest.mark.parametrize(
    "body",
    [
        record(SCORE)[:-1],
        record(SCORE) + b"\n",
        record(SCORE) + b"SC00",
        record(SCORE).replace(b"ES0500", b"ES0501"),
        record(SCORE)[: -len("ES05002000102**")],
        record("SC10CIBILTUSCR0405000-10405000-2"),
        record("0405000-1"),
        record("SC1xCIBILTUSCR"),
        record("SC99CIBILTUSCR"),
        HEADER[:-1].encode(),
        HEADER.encode(),
        record("SC02测"),
        b"<html>down</html>" * 20,
    ],
)
def test_a_length_that_lies_is_refused_and_so_is_what_is_left_over(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        TUEF.decode(body)


def test_a_length_counts_bytes() -> None:
    codec = Tlv(kind="tlv", segments="[A-Z]{2}", charset="gb18030")

    assert codec.decode("NM04测试".encode("gb18030")) == {"header": "", "NM": [{"id": "测试"}]}


@pytest.mark.parametrize(
    "document",
    [
        {"header": "", "SC": [{"id": "x" * 100}]},
        {"header": "H", "SC": [{"id": "x"}]},
        {"header": "", "SC": [{"04": "x"}]},
        {"header": "", "SC": {"id": "x"}},
        {"header": "", "SCC": [{"id": "x"}]},
    ],
)
def test_what_could_not_be_read_again_is_not_written(document: object) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Tlv(kind="tlv", segments="[A-Z]{2}").encode(document)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=20)
"""A byte order mark at the beginning of a text is none of it."""
FIELDS = st.dictionaries(st.from_regex(r"[0-9]{2}", fullmatch=True), TEXT, max_size=4)
SEGMENTS = st.lists(
    st.builds(lambda name, fields: {"id": name, **fields}, TEXT, FIELDS),
    min_size=1,
    max_size=3,
)


@given(st.dictionaries(st.from_regex(r"[A-Z]{2}", fullmatch=True), SEGMENTS, max_size=3))
def test_any_record_is_read_as_it_was_written(segments: dict[str, Any]) -> None:
    codec = Tlv(kind="tlv", segments="[A-Z]{2}", length=3, charset="gb18030")
    document = {"header": "", **segments}

    written = codec.encode(document)
    assert not written or codec.decode(written) == document


@pytest.mark.parametrize("changes", [{"segments": "("}, {"tag": 0}, {"header": -1}])
def test_a_layout_that_is_none_is_told_at_load(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Tlv.model_validate({"kind": "tlv", "segments": "[A-Z]{2}", **changes})
