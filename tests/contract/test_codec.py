"""Laws that every codec keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from connectors.codec import AnyCodec, Form, Json, Text, Tlv, Xml
from connectors.contract import Codec
from connectors.kit import Kit
from connectors.select.path import scalar_text


@dataclass(frozen=True)
class Example:
    config: dict[str, object]
    document: object
    path: str
    value: str
    nowhere: str | None
    no_path: str


EXAMPLES = [
    Example({"kind": "json"}, {"a": {"b": "测 &<"}}, "a.b", "测 &<", "a.c", "a["),
    Example({"kind": "form"}, {"a": "测 &<"}, "a", "测 &<", "b", "a["),
    Example({"kind": "xml"}, "<a><b>测 &amp;&lt;</b></a>", "b", "测 &<", "c", "//["),
    Example({"kind": "text"}, "测 &<", "@", "测 &<", None, "a"),
    Example(
        {"kind": "tlv", "header": 2, "segments": "[A-Z]{2}", "charset": "gb18030"},
        {"header": "H1", "SC": [{"id": "S", "04": "测 &<"}]},
        "SC[0].04",
        "测 &<",
        "TL[0].04",
        "a[",
    ),
]
ADAPTER: TypeAdapter[Json | Form | Xml | Text | Tlv] = TypeAdapter(AnyCodec)
SHORT = {"json", "form", "xml", "text"}
"""All but the one that is nothing without its layout."""
KIT = cast(Kit, None)
"""No codec has a use for it."""


def built(example: Example) -> Codec:
    return ADAPTER.validate_python(example.config).build(KIT)


every_codec = pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.config["kind"])


def test_every_codec_has_an_example() -> None:
    models = get_args(get_args(AnyCodec)[0])

    assert {model.__name__.lower() for model in models} == {
        example.config["kind"] for example in EXAMPLES
    }


@every_codec
def test_what_is_written_is_read_again(example: Example) -> None:
    codec = built(example)

    found = codec.selector(example.path)(codec.decode(codec.encode(example.document)))
    assert scalar_text(found) == example.value


@every_codec
def test_writing_is_the_same_bytes_every_time(example: Example) -> None:
    """Signatures are over bytes."""
    assert built(example).encode(example.document) == built(example).encode(example.document)


@every_codec
def test_a_kind_may_be_given_by_its_name_alone(example: Example) -> None:
    name = example.config["kind"]

    if name in SHORT:
        assert ADAPTER.validate_python(name) == ADAPTER.validate_python(example.config)
    with pytest.raises(ValidationError):
        ADAPTER.validate_python({**example.config, "pretty": True})


@every_codec
def test_a_path_that_leads_nowhere_gives_none(example: Example) -> None:
    codec = built(example)
    document = codec.decode(codec.encode(example.document))

    if example.nowhere is not None:
        assert codec.selector(example.nowhere)(document) is None


@every_codec
def test_a_path_that_is_none_is_refused(example: Example) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        built(example).selector(example.no_path)


@every_codec
@given(
    body=st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused_without_a_quote(example: Example, body: bytes) -> None:
    """Nothing else may be raised, whatever a bureau sends."""
    refused: ValueError | None = None
    try:
        built(example).decode(body)
    except ValueError as error:
        refused = error

    if refused is not None:
        assert type(refused) is ValueError
        assert refused.__context__ is None
        assert len(str(refused)) < 60


@every_codec
def test_nothing_is_no_document(example: Example) -> None:
    """An empty page answers nothing; a row that wants one says ``body: empty``."""
    with pytest.raises(ValueError, match=r"\S"):
        built(example).decode(b"")


@every_codec
def test_what_it_can_not_write_is_a_value_error(example: Example) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        built(example).encode(object())


@every_codec
def test_its_schema_knows_both_forms(example: Example) -> None:
    """Editors complete from it."""
    schema = TypeAdapter(AnyCodec).json_schema()

    short, full = schema["anyOf"]
    assert set(short["enum"]) == SHORT
    assert example.config["kind"] in full["discriminator"]["mapping"]
