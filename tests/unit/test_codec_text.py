import pytest
from pydantic import ValidationError

from connectors.codec import Text

TEXT = Text(kind="text", charset="gb18030")


def test_text_is_read_and_written_in_its_charset() -> None:
    assert TEXT.encode("测") == "测".encode("gb18030")
    assert TEXT.decode("测\r\n".encode("gb18030")) == "测\r\n"
    assert TEXT.selector("@")("x") == "x"


def test_nothing_is_no_text() -> None:
    """Else an empty page would be readable, and might be taken for an answer."""
    with pytest.raises(ValueError, match="empty"):
        TEXT.decode(b"")


@pytest.mark.parametrize("path", ["a", "a.b", ""])
def test_a_path_into_a_text_is_refused_at_load(path: str) -> None:
    with pytest.raises(ValueError, match="all that a text has"):
        TEXT.selector(path)


@pytest.mark.parametrize("charset", ["utf8000", "base64", "rot13"])
def test_an_unknown_charset_is_refused_at_load(charset: str) -> None:
    with pytest.raises(ValidationError, match="unknown charset"):
        Text(kind="text", charset=charset)


def test_a_character_that_a_charset_lacks_is_refused_without_a_quote() -> None:
    with pytest.raises(ValueError, match="a character that ascii does not have") as caught:
        Text(kind="text", charset="ascii").encode("测")

    assert caught.value.__context__ is None
