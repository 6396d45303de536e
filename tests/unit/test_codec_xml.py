from decimal import Decimal

import pytest
from lxml import etree
from pydantic import ValidationError

from connectors.codec import Xml
from connectors.select.path import Element, scalar_text

XML = Xml(kind="xml", namespaces={"t": "http://bureau.example/ns"})
BODY = """<?xml version="1.0"?>
<t:r xmlns:t="http://bureau.example/ns" code="7">
<t:row n="1">A</t:row><t:row n="2">B<!--x-->C</t:row>
<t:empty/><t:only>测试甲</t:only></t:r>""".encode()


def select(path: str) -> object:
    return XML.selector(path)(XML.decode(BODY))


def test_xpath_gives_one_node_by_itself_and_several_as_a_list() -> None:
    only, rows = select("//t:only"), select("/t:r/t:row")

    assert isinstance(only, Element)
    assert scalar_text(only) == "测试甲"
    assert isinstance(rows, list)
    assert [scalar_text(row) for row in rows] == ["A", "BC"]


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/t:r/@code", "7"),
        ("//t:only/text()", "测试甲"),
        ("//t:row/@n", ["1", "2"]),
        ("//*[local-name()='row'][2]/@n", "2"),
        ("string(//t:row)", "A"),
        ("count(//t:row)", 2),
        ("sum(//t:row/@n) div 2", Decimal("1.5")),
        ("number('x')", None),
        ("boolean(//t:only)", True),
        ("//t:absent", None),
    ],
)
def test_xpath_gives_plain_values(path: str, expected: object) -> None:
    found = select(path)

    assert found == expected
    assert type(found) is type(expected)


def test_a_path_is_relative_to_the_element_it_is_given() -> None:
    rows = select("//t:row")

    assert isinstance(rows, list)
    assert XML.selector("@n")(rows[1]) == "2"
    assert XML.selector("@")(rows[1]) is rows[1]
    assert XML.selector("@n")("no element") is None


@pytest.mark.parametrize("path", ["//[", "//x:row", "nonsense()", ""])
def test_a_path_with_unknown_names_is_refused_at_load(path: str) -> None:
    with pytest.raises(ValueError, match="is not XPath"):
        XML.selector(path)


BOMB = b"""<!DOCTYPE l [<!ENTITY a "canary"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">
<!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;">]>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"canary",
        b"<canary>",
        b"<a>&canary;</a>",
        b"<!DOCTYPE html><html>canary</html>",
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
        BOMB + b"<l>&h;</l>",
        BOMB + b'<l k="&h;"/>',
        b"<a>" * 5000 + b"</a>" * 5000,
        "<!DOCTYPE a><a/>".encode("utf-16"),
    ],
)
def test_what_is_no_xml_or_has_a_document_type_is_refused_without_a_quote(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"not XML|document type") as caught:
        XML.decode(body)

    assert "canary" not in str(caught.value)
    assert type(caught.value) is ValueError
    assert caught.value.__context__ is None


def test_a_charset_of_ours_wins_over_the_declaration() -> None:
    """A text nested in another document still declares the charset that it had outside."""
    body = '<?xml version="1.0" encoding="GBK"?><a>测</a>'

    assert scalar_text(Xml(kind="xml", charset="utf-8").decode(body.encode())) == "测"
    assert scalar_text(XML.decode(body.encode("gbk"))) == "测"


def test_it_writes_the_text_of_a_template_and_elements() -> None:
    root = etree.fromstring("<r><a>测</a> tail</r>")

    assert XML.encode("<a>测</a>") == "<a>测</a>".encode()
    assert Xml(kind="xml", charset="gb18030").encode("测") == "测".encode("gb18030")
    assert etree.fromstring(XML.encode(root[0])).text == "测"
    with pytest.raises(ValueError, match="XML is written from"):
        XML.encode({"a": 1})


def test_a_charset_that_xml_does_not_know_is_refused_at_load() -> None:
    with pytest.raises(ValidationError, match="no charset for XML"):
        Xml(kind="xml", charset="punycode")
