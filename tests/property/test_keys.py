from hypothesis import given
from hypothesis import strategies as st

from gateway.security.keys import keyed_hash, length_prefixed

# Few letters and short texts, so that texts that join alike are met often.
parts = st.lists(st.text("ab\0\x01", max_size=3), max_size=4).map(tuple)


def read_back(joined: bytes) -> tuple[str, ...]:
    found: list[str] = []
    while joined:
        end = 4 + int.from_bytes(joined[:4], "big")
        found.append(joined[4:end].decode("utf-8", "surrogatepass"))
        joined = joined[end:]
    return tuple(found)


@given(st.lists(st.text(st.characters(codec=None, categories=None))).map(tuple))
def test_what_was_joined_can_be_read_back(texts: tuple[str, ...]) -> None:
    """What can be read back in one way only was made in one way only."""
    assert read_back(length_prefixed(*texts)) == texts


@given(parts, parts)
def test_no_two_rows_of_texts_hash_alike(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    same = keyed_hash(b"key", *one) == keyed_hash(b"key", *other)

    assert same == (one == other)
