from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.faults import ConfigError
from connectors.template import (
    AbsentValue,
    Language,
    RenderError,
    Scope,
    Unwritable,
    compile_text,
    compile_value,
    header_value,
    path_segment,
    query_value,
    xml_text,
)

LANGUAGE = Language(
    types={
        "subject": {
            "name": str,
            "id_number": str,
            "mobile": str,
            "date_of_birth": date,
            "resident": bool,
            "address.city": str,
        },
        "application": {"amount": Decimal, "term": int},
        "now": {"": datetime},
        "nonce": {"": str},
    },
    open={"inquiry.inputs": str, "steps": object},
    secrets={"pepper": "s3cr3t-v4lue", "long": "x" * 40}.__getitem__,
    env={"HOST": "bureau.example", "EMPTY": ""},
)
SCOPE: Scope = {
    "subject": {
        "name": "测试甲",
        "id_number": "0012345678",
        "date_of_birth": date(1990, 12, 5),
        "resident": True,
        "address.city": "Almaty",
    },
    "application": {"amount": Decimal("1500.50"), "term": 12},
    "inquiry": {"inputs.otp": "0042"},
    "steps": {"search.id": 17, "search.tags": ["a"]},
    "now": {"": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)},
}


def value(source: object, scope: Scope = SCOPE) -> object:
    return compile_value(source, LANGUAGE).render(scope)


def text(source: str) -> str:
    return compile_text(source, LANGUAGE).render(SCOPE)


@pytest.mark.parametrize(
    "source, expected",
    [
        ("${subject.id_number}", "0012345678"),
        ("${subject.date_of_birth}", date(1990, 12, 5)),
        ("${subject.resident}", True),
        ("${application.amount}", Decimal("1500.50")),
        ("${steps.search.tags}", ["a"]),
        ("${now}", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("${subject.address.city}", "Almaty"),
        ("${inquiry.inputs.otp}", "0042"),
    ],
)
def test_a_scalar_that_is_one_reference_keeps_its_type(source: str, expected: object) -> None:
    rendered = value(source)

    assert rendered == expected
    assert type(rendered) is type(expected)


@pytest.mark.parametrize(
    "source, expected",
    [
        ("id=${subject.id_number}", "id=0012345678"),
        ("${application.amount} over ${application.term}", "1500.50 over 12"),
        ("born ${subject.date_of_birth}", "born 1990-12-05"),
        ("at ${now}", "at 2026-01-02T03:04:05Z"),
        ("${steps.search.id}/x", "17/x"),
    ],
)
def test_a_mixed_string_writes_each_value_canonically(source: str, expected: str) -> None:
    assert value(source) == expected


def test_leading_zeros_and_yaml_words_survive_rendering() -> None:
    """Rendered text is never read again as YAML."""
    scope = {"subject": {"name": "no", "id_number": "0010"}}

    assert value({"n": "${subject.name}", "i": "${subject.id_number}"}, scope) == {
        "n": "no",
        "i": "0010",
    }


def test_a_value_that_looks_like_a_template_is_not_rendered_again() -> None:
    scope = {"subject": {"name": "${secrets.pepper}"}}

    assert value("<${subject.name}>", scope) == "<${secrets.pepper}>"


def test_trees_keep_the_order_of_the_file_and_their_constants() -> None:
    tree = {"b": ["${subject.id_number}", 7, None, True], "a": {"x": 1.5}}

    rendered = value(tree)

    assert rendered == {"b": ["0012345678", 7, None, True], "a": {"x": Decimal("1.5")}}
    assert isinstance(rendered, dict)
    assert list(rendered) == ["b", "a"]


def test_each_rendering_gives_a_tree_of_its_own() -> None:
    """A signature that adds a field must not sign the next inquiry with it."""
    template = compile_value({"a": {"b": [1]}}, LANGUAGE)

    first, second = template.render({}), template.render({})

    assert first == second
    assert first is not second
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["a"] is not second["a"]


@pytest.mark.parametrize(
    "source, expected",
    [
        ('${subject.mobile ?? "none"}', "none"),
        ("${subject.mobile ?? 'none'}", "none"),
        ("${subject.mobile ?? 0}", 0),
        ("${subject.mobile ?? null}", None),
        ("${subject.mobile | upper | md5 ?? 'x'}", "x"),
        ("tel:${subject.mobile ?? '-'}", "tel:-"),
    ],
)
def test_a_default_stands_in_for_an_absent_value_only(source: str, expected: object) -> None:
    assert value(source) == expected
    assert value(source, {"subject": {"mobile": "1"}}) != expected


@pytest.mark.parametrize("scope", [{}, {"subject": {}}, {"subject": {"mobile": None}}])
def test_an_absent_value_names_its_reference(scope: Mapping[str, Mapping[str, object]]) -> None:
    with pytest.raises(AbsentValue, match=r"^subject\.mobile$") as caught:
        value(["x", {"y": "${subject.mobile}"}], scope)

    assert caught.value.reference == "subject.mobile"


def test_omit_null_drops_entries_at_every_level() -> None:
    source = {"m": "${subject.mobile ?? null}", "in": {"m": None, "n": 1}, "list": [None, 2]}

    template = compile_value(source, LANGUAGE, omit_null=True)

    assert template.render(SCOPE) == {"in": {"n": 1}, "list": [2]}


def test_omit_null_drops_what_only_held_a_null() -> None:
    """As of an employer who is not known: a query without its name would ask for any."""
    source = {
        "person": {"schema": "Person", "names": ["${subject.name}", "${subject.mobile ?? null}"]},
        "employer": {"schema": "Company", "properties": {"name": ["${subject.mobile ?? null}"]}},
        "empty": {},
        "none": [],
        "constant": {"a": 1, "b": None},
        "list": [None],
    }

    template = compile_value(source, LANGUAGE, omit_null=True)

    assert template.render(SCOPE) == {
        "person": {"schema": "Person", "names": ["测试甲"]},
        "empty": {},
        "none": [],
        "constant": {"a": 1},
    }


def test_omit_null_leaves_the_root() -> None:
    source = {"version": 1, "m": "${subject.mobile ?? null}"}

    assert compile_value(source, LANGUAGE, omit_null=True).render(SCOPE) == {"version": 1}
    assert compile_value([source["m"]], LANGUAGE, omit_null=True).render(SCOPE) == []


def test_a_null_goes_by_the_converters_before_it() -> None:
    source = "${subject.date_of_birth | date('%Y-%m-%d') ?? null}"

    assert compile_value(source, LANGUAGE).render({"subject": {}}) is None
    assert compile_value(source, LANGUAGE).render(SCOPE) == "1990-12-05"


def test_what_counts_and_hashes_text_does_so_in_its_bytes() -> None:
    language = LANGUAGE.written_in("gb18030")

    def said(chain: str) -> object:
        return compile_value(f"${{subject.name | {chain}}}", language).render(SCOPE)

    assert said("length") == 6
    assert said("pad_right(8)") == "测试甲  "
    assert said("tlv('01')") == "0106测试甲"
    assert said("hex") == "测试甲".encode("gb18030").hex()
    with pytest.raises(Unwritable):
        said("pad_right(5)")
    with pytest.raises(Unwritable):
        compile_value("${subject.name | length}", LANGUAGE.written_in("ascii")).render(SCOPE)


def test_a_segment_is_in_the_charset_of_its_path() -> None:
    assert path_segment("测", "gbk") == "%B2%E2"
    with pytest.raises(Unwritable) as caught:
        path_segment("测", "ascii")
    assert caught.value.__context__ is None


def test_a_doubled_dollar_writes_the_sign_of_a_template() -> None:
    assert value("$${subject.name} costs $5 and $$5") == "${subject.name} costs $5 and $$5"


@pytest.mark.parametrize(
    "source, expected",
    [
        ("${secrets.pepper}", "s3cr3t-v4lue"),
        ("https://${env.HOST}/x", "https://bureau.example/x"),
        ("${env.ABSENT:https://a.example?x=1}", "https://a.example?x=1"),
        ("${env.EMPTY:set}", "set"),
        ("${env.ABSENT:abc | upper}", "ABC"),
    ],
)
def test_secrets_and_environment_are_folded_to_constants(source: str, expected: str) -> None:
    template = compile_value(source, LANGUAGE)

    assert template.constant
    assert template.render({}) == expected


def test_references_are_told_without_secrets_and_environment() -> None:
    template = compile_value(
        {"a": "${subject.name}-${now | unix}", "b": ["${secrets.pepper}", "${env.HOST}"]}, LANGUAGE
    )

    assert template.references == {"subject.name", "now"}
    assert not template.constant


@pytest.mark.parametrize(
    "source, expected",
    [
        ("${subject.name}", str),
        ("${subject.date_of_birth}", date),
        ("${subject.date_of_birth | date('%Y')}", str),
        ("${now | unix}", int),
        ("${steps.search.id}", None),
        ("${subject.name ?? 0}", None),
        ("${subject.name ?? null}", str),
        ("x${application.term}", str),
        ({}, dict),
        ([], list),
        (3, int),
    ],
)
def test_a_template_knows_its_type_where_it_can(source: object, expected: type | None) -> None:
    assert compile_value(source, LANGUAGE).type is expected


@pytest.mark.parametrize(
    "source, message",
    [
        ("${subject.nam}", "did you mean subject.name"),
        ("${person.name}", "unknown reference person.name"),
        ("${inquiry.inputs}", "unknown reference inquiry.inputs"),
        ("${subject.name | uper}", "did you mean upper"),
        ("${subject.name | unix}", "unix does not take a str"),
        ("${subject.name | zero_pad('9')}", r"it is zero_pad\(number\)"),
        ("${subject.name | upper(1)}", "upper has no arguments"),
        ("${subject.name | hmac_sha256(pepper)}", "pepper is no argument"),
        ("${subject.name | lookup(tables.region)}", "unknown table region"),
        ("${subject.date_of_birth | date('%q')}", "not with %q"),
        ("${subject.date_of_birth | date('%H')}", "asks a day for its time"),
        ("${env.ABSENT}", "the environment variable ABSENT is not set"),
        ("x ${subject.resident}", "a bool can not stand in a text"),
        ("x ${subject.mobile ?? null}", "null can not stand in a text"),
        ("${secrets.long | zero_pad(9)}", "does not fit zero_pad"),
        ("${subject.name", r"expected \| or \?\? or } at column 15"),
        ("ab ${}", "expected a reference at column 6"),
        ("${subject.name:x}", "only env.NAME has a default after a colon"),
        ("${subject.name ?? x}", "a default is a quoted text, an integer or null"),
        ("${subject.name | md5(}", "expected an argument"),
        ("${subject.name | tlv('01)}", "expected '"),
        ("${env.X:", "expected }"),
    ],
)
def test_a_bad_template_is_a_load_error_that_says_where(source: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        compile_value(source, LANGUAGE)

    assert "s3cr3t-v4lue" not in str(caught.value)
    assert "x" * 40 not in str(caught.value)


def test_all_faults_of_a_tree_are_told_each_with_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        compile_value({"a": [1, "${x.y}"], "b": {"c": "${"}, 3: "d", "e": object()}, LANGUAGE)

    places = [finding.at for finding in caught.value.findings]
    assert places == [("a", 1), ("b", "c"), ("3",), ("e",)]


def test_a_float_that_is_no_number_is_refused() -> None:
    with pytest.raises(ConfigError, match="finite"):
        compile_value(float("nan"), LANGUAGE)


@pytest.mark.parametrize(
    "found",
    [True, ["a"], {"a": 1}, b"x", 1.5, Decimal("NaN"), datetime(2026, 1, 1)],  # noqa: DTZ001
)
def test_what_has_no_canonical_text_is_refused_at_rendering(found: object) -> None:
    """Where the type is known only then."""
    with pytest.raises(Unwritable, match=r"^text$"):
        value("x${steps.a}", {"steps": {"a": found}})


def test_a_number_never_has_an_exponent() -> None:
    assert value("x${application.amount}", {"application": {"amount": Decimal("1E+3")}}) == "x1000"


def test_a_rendering_error_quotes_no_value_and_is_chained_to_none() -> None:
    scope = {"subject": {"name": "canary-4711"}}

    with pytest.raises(RenderError) as caught:
        value("${subject.name | zero_pad(3)}", scope)
    error: BaseException | None = caught.value
    assert str(error) == "zero_pad"
    assert error is not None
    assert error.__context__ is None


def test_values_pass_the_escape_and_the_text_around_them_does_not() -> None:
    template = compile_text("<a b='${subject.name}'>${secrets.pepper}</a>", LANGUAGE, xml_text)

    assert (
        template.render({"subject": {"name": "<&\"'>"}})
        == "<a b='&lt;&amp;&quot;&apos;&gt;'>s3cr3t-v4lue</a>"
    )


def test_secrets_do_not_print() -> None:
    assert "s3cr3t" not in repr(compile_value("${secrets.pepper}", LANGUAGE))
    assert "s3cr3t" not in repr(compile_text("a${secrets.pepper}", LANGUAGE))
    assert "bureau.example" not in repr(LANGUAGE)


def test_a_language_grows_by_roots_and_by_open_prefixes() -> None:
    grown = LANGUAGE.having("documents", {"seed": str}).having("subject", {"email": str})
    grown = grown.opening("header", str)

    template = compile_text(
        "${documents.seed}${subject.email}${subject.name}${header.X-Date}", grown
    )

    assert template.references == {
        "documents.seed",
        "subject.email",
        "subject.name",
        "header.X-Date",
    }
    with pytest.raises(ConfigError):
        compile_text("${documents.seed}", LANGUAGE)


def test_no_secret_is_found_where_none_are_given() -> None:
    with pytest.raises(ConfigError, match="no secret x"):
        compile_value("${secrets.x}", Language(types={}))


@pytest.mark.parametrize("segment", ["", ".", "..", "\ud800"])
def test_a_path_segment_can_not_leave_its_place(segment: str) -> None:
    with pytest.raises(Unwritable):
        path_segment(segment)


def test_a_path_segment_is_always_percent_encoded() -> None:
    assert path_segment("../a b/测?#%") == "..%2Fa%20b%2F%E6%B5%8B%3F%23%25"
    assert query_value("a b&c=测") == "a+b%26c%3D%E6%B5%8B"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\x00", "\x7f"])
def test_a_header_value_has_no_control_characters(value: str) -> None:
    with pytest.raises(Unwritable, match=r"^header$"):
        header_value(value)


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\ud800", "\ufffe"])
def test_what_xml_can_not_hold_is_refused(char: str) -> None:
    with pytest.raises(Unwritable, match=r"^xml$"):
        xml_text(f"a{char}b")
