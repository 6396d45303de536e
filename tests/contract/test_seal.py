"""Laws that every kind of seal keeps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from connectors.faults import ConfigError
from connectors.kit import Kit
from connectors.seal import AnySeal, Sealing
from connectors.seal.contract import Opener, Sealer
from connectors.template import Language, Unwritable
from tests.contract.pinned import RSA_PRIVATE, RSA_PUBLIC
from tests.standins import make_kit

SECRETS = {
    "k16": "0123456789abcdef",
    "k32": "0123456789abcdef0123456789abcdef",
    "short": "s3cret",
    "own": RSA_PRIVATE,
    "theirs": RSA_PUBLIC,
}
LANGUAGE = Language({"now": {"": str}}, secrets=SECRETS.__getitem__)


@dataclass(frozen=True, eq=False)
class Example:
    """A way to seal, and what of it is said otherwise to open."""

    config: dict[str, Any]
    opens: dict[str, Any] = field(default_factory=dict)
    takes: st.SearchStrategy[bytes] = st.binary(max_size=600)  # noqa: RUF009 (never changes)

    def __str__(self) -> str:
        return "-".join(str(value) for value in self.config.values() if "secrets" not in str(value))


AES = {"kind": "aes_cbc", "key": "${secrets.k16}"}
GCM = {"kind": "aes_gcm", "key": "${secrets.k32}"}
SM4 = {"kind": "sm4", "key": "${secrets.k16}"}
BLOCKS = st.binary(max_size=300).map(lambda plain: plain.hex().encode() * 16).filter(bool)
TEXTS = st.text(min_size=1, max_size=99).map(lambda text: text.encode("utf-8", "replace"))
EXAMPLES = [
    Example(AES),
    Example({**AES, "iv": "apart", "encoding": "hex"}),
    Example({**AES, "iv": "00" * 16, "encoding": "base64url"}),
    Example({**AES, "padding": "zero"}, takes=TEXTS.filter(lambda it: not it.endswith(b"\0"))),
    Example({**AES, "padding": "none", "encoding": "raw"}, takes=BLOCKS),
    Example(GCM),
    Example({**GCM, "iv": "apart", "tag": "apart"}),
    Example({**GCM, "tag": "apart", "encoding": "hex_upper"}),
    Example(SM4),
    Example({**SM4, "mode": "ecb"}),
    Example({**SM4, "mode": "gcm"}),
    Example(
        {"kind": "rsa", "operation": "encrypt", "key": "${secrets.theirs}"},
        {"operation": "decrypt", "key": "${secrets.own}"},
    ),
    Example(
        {"kind": "rsa", "operation": "encrypt", "key": "${secrets.theirs}", "padding": "oaep"},
        {"operation": "decrypt", "key": "${secrets.own}"},
    ),
    Example(
        {"kind": "rsa", "operation": "private_encrypt", "key": "${secrets.own}"},
        {"operation": "public_decrypt", "key": "${secrets.theirs}"},
    ),
    Example({"kind": "jwe", "key": "${secrets.theirs}"}, {"key": "${secrets.own}"}),
    Example({"kind": "jwe", "alg": "dir", "key": "${secrets.k32}", "kid": "k-1"}),
]
ADAPTER = TypeAdapter[Any](AnySeal)
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)


def kit(seed: int = 1) -> Kit:
    return replace(make_kit(), random=Random(seed))


def read(**config: Any) -> Sealing:
    return cast(Sealing, ADAPTER.validate_python(config))


def sealer(example: Example, seed: int = 1, **changes: Any) -> Sealer:
    return read(**{**example.config, **changes}).sealer(kit(seed), LANGUAGE)


def opener(example: Example) -> Opener:
    return read(**{**example.config, **example.opens}).opener(kit(), LANGUAGE)


@cache
def sealer_of(example: Example) -> Sealer:
    """Build it once for all that it is tried with: an RSA key takes long to be read."""
    return sealer(example)


@cache
def opener_of(example: Example) -> Opener:
    return opener(example)


def test_every_kind_has_an_example() -> None:
    kinds = {get_args(m.model_fields["kind"].annotation)[0] for m in get_args(get_args(AnySeal)[0])}

    assert {example.config["kind"] for example in EXAMPLES} == kinds


@every_example
@given(data=st.data())
def test_what_was_sealed_is_opened_again(example: Example, data: st.DataObject) -> None:
    plain = data.draw(example.takes)
    sealed = sealer_of(example)(plain)

    assert opener_of(example)(sealed.octets, sealed.apart) == plain
    assert tuple(sealed.apart) == read(**example.config).apart


@every_example
@given(plain=TEXTS)
def test_what_is_sealed_for_a_text_is_ascii(example: Example, plain: bytes) -> None:
    try:
        sealed = sealer_of(example)(plain)
    except Unwritable:
        assert example.config["padding"] in {"zero", "none"}
        return

    if read(**example.config).is_text:
        assert all(each.isascii() for each in (sealed.octets, *sealed.apart.values()))


@every_example
@given(octets=st.binary(max_size=300), iv=st.binary(max_size=20), tag=st.binary(max_size=20))
def test_what_can_not_be_opened_is_a_value_error_that_quotes_nothing(
    example: Example, octets: bytes, iv: bytes, tag: bytes
) -> None:
    refused: ValueError | None = None
    try:
        opener_of(example)(octets, {"iv": iv, "tag": tag})
    except ValueError as error:
        refused = error

    if refused is not None:
        assert type(refused) is ValueError
        assert refused.__context__ is None
        assert len(str(refused)) < 60


@every_example
def test_a_bit_that_fell_over_is_noticed_where_there_is_a_tag(example: Example) -> None:
    if example.config["kind"] != "aes_gcm" and example.config.get("mode") != "gcm":
        return
    sealed = sealer(example, encoding="raw")(b"attack at dawn")
    opened = opener(replace(example, opens={"encoding": "raw"}))
    for index in range(len(sealed.octets)):
        broken = bytearray(sealed.octets)
        broken[index] ^= 1
        with pytest.raises(ValueError, match="authentic"):
            opened(bytes(broken), sealed.apart)


@pytest.mark.parametrize("example", [EXAMPLES[0], EXAMPLES[5], EXAMPLES[8]], ids=str)
def test_what_is_random_comes_of_the_kit(example: Example) -> None:
    first, again, other = (sealer(example, seed)(b"plain") for seed in (1, 1, 2))

    assert first == again != other
    assert sealer(example)(b"plain") == first


def test_no_iv_is_used_twice() -> None:
    seal = sealer(EXAMPLES[5])

    assert len({seal(b"plain").octets for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "config, at",
    [
        ({**AES, "key": "${secrets.short}"}, "key"),
        ({**AES, "key": "0123456789abcdef"}, "key"),
        ({**AES, "key": "${secrets.k16}", "key_encoding": "hex"}, "key"),
        ({**AES, "iv": "0011"}, "iv"),
        ({**AES, "iv": "${secrets.short}"}, "iv"),
        ({**AES, "iv": "${now}"}, "iv"),
        ({**SM4, "key": "${secrets.k32}"}, "key"),
        ({"kind": "rsa", "operation": "encrypt", "key": "${secrets.short}"}, "key"),
        ({"kind": "rsa", "operation": "private_encrypt", "key": "${secrets.theirs}"}, "key"),
        ({"kind": "rsa", "operation": "decrypt", "key": "${secrets.own}"}, "operation"),
        ({"kind": "jwe", "key": "${secrets.k16}"}, "key"),
        ({"kind": "jwe", "key": "${secrets.k16}", "alg": "dir"}, "key"),
    ],
)
def test_what_could_never_seal_is_told_at_load_without_the_key(
    config: dict[str, Any], at: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(**config).sealer(kit(), LANGUAGE)

    assert [finding.at for finding in caught.value.findings] == [(at,)]
    assert "s3cret" not in str(caught.value)
    assert "0123456789abcdef" not in str(caught.value)


@pytest.mark.parametrize(
    "config",
    [
        {**GCM, "iv": "00" * 12},
        {**SM4, "mode": "gcm", "iv": "00" * 12},
        {**SM4, "mode": "gcm", "padding": "none"},
        {**SM4, "mode": "ecb", "iv": "prefix"},
        {**SM4, "tag": "apart"},
        {"kind": "rsa", "key": "${secrets.own}"},
        {
            "kind": "rsa",
            "operation": "private_encrypt",
            "key": "${secrets.own}",
            "padding": "oaep",
        },
        {"kind": "rsa", "operation": "encrypt", "key": "${secrets.own}", "mgf1": "sha1"},
        {"kind": "rsa", "operation": "encrypt", "key": "${secrets.own}", "password": "x"},
        {"kind": "jwe", "key": "${secrets.own}", "alg": "RSA1_5"},
        {"kind": "jwe", "key": "${secrets.own}", "enc": "none"},
        {**AES, "encoding": "base32"},
    ],
)
def test_what_goes_together_with_nothing_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**config)


def test_what_ends_in_zeros_is_not_filled_up_with_zeros() -> None:
    seal = sealer(EXAMPLES[3])

    for plain in (b"", b"a\0"):
        with pytest.raises(Unwritable):
            seal(plain)


def test_a_jwe_by_another_algorithm_is_not_opened() -> None:
    """Whoever seals must not choose how hard it is to seal."""
    weak = sealer(EXAMPLES[-1], enc="A128CBC-HS256")(b"plain")
    strong = opener(EXAMPLES[-1])

    with pytest.raises(ValueError, match="algorithms"):
        strong(weak.octets, {})
