import re
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Counts
from connectors.mapping.types.currency import decimals
from connectors.words import FieldStatus
from tests.unit.mapping_case import compiled, one, read, whole

INT32 = st.integers(-(2**31), 2**31 - 1)

EXACT = st.decimals(allow_nan=True, allow_infinity=True) | st.integers()
TEXT = st.text(st.characters(codec=None), max_size=20)
PLACES = ("a", "b", "c", "raw", "ccy")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | EXACT
    | TEXT
    | st.sampled_from(["2026-02-30", "EUR", "MATCH", "-1"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(PLACES) | TEXT, inner, max_size=5)
    ),
    max_leaves=20,
)

EVERY_TYPE = compiled(
    {
        "social.dependants": {"path": "a", "type": "int"},
        "social.work_city": {"path": "a", "type": "string"},
        "social.occupation_code": {"path": "b", "type": "string", "map": {"1": "one"}},
        "credit_summary.freeze": {"path": "a", "type": "bool"},
        "credit_summary.file_since_date": {"path": "a", "type": "date"},
        "credit_summary.total_balance": {
            "path": "a",
            "type": "amount",
            "unit": "major",
            "currency_path": "ccy",
        },
        "fraud.gang_risk": {"path": "a", "type": "ratio"},
        "fraud.multi_lending[7D,ID,BANK].max_monthly": {"path": "a.b", "type": "int"},
        "identity_verification.id_name_match": {"path": "a", "type": "enum"},
        "identity_verification.face_match_score": {"path": "a", "type": "decimal"},
        "lender_relationship.registered_at": {"path": "a", "type": "timestamp", "format": "unix"},
        "lender_relationship.line.opened_at": {"path": "a", "type": "timestamp"},
        "lender_relationship.drawdown_windows": {
            "list": "b",
            "each": {
                "window": {"path": "a", "type": "string"},
                "count": {"path": "b", "type": "int"},
            },
        },
        "credit_summary.scores": {
            "list": "a",
            "where": {"c": {"not": "1"}},
            "each": {
                "score": {"path": "@", "type": "int"},
                "model_name": {"path": "a", "type": "string"},
                "reason_codes": {"list": "b", "each": {"code": {"path": "@", "type": "string"}}},
            },
        },
        "attributes.x": {"path": "a", "type": "decimal"},
    },
    {"-1": "NULL_VALUE"},
)


@given(number=INT32, zeros=st.integers(0, 20), sign=st.booleans())
def test_int_reads_any_number_however_it_is_padded(number: int, zeros: int, *, sign: bool) -> None:
    plus = "-" if number < 0 else "+" if sign else ""
    mapped = one({"type": "int"}, "fraud.fraud_score.score", f"{plus}{'0' * zeros}{abs(number)}")

    assert read(mapped).fraud.fraud_score.score == number


@given(
    raw=st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15
    )
    | st.decimals(allow_nan=False, allow_infinity=False),
    currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]),
    text=st.booleans(),
)
def test_an_amount_is_exact_or_it_is_not_there(raw: Decimal, currency: str, *, text: bool) -> None:
    row = {"type": "amount", "unit": "major", "currency": currency}
    mapped = one(row, "credit_summary.total_balance", str(raw) if text else raw)

    told = read(mapped).credit_summary
    if told.HasField("total_balance"):
        assert Decimal(told.total_balance.minor_units).scaleb(-decimals(currency)) == raw
    else:
        assert mapped.counts == Counts(invalid=1)


@given(document=JSON)
def test_no_document_makes_a_mapping_raise(document: object) -> None:
    mapped = EVERY_TYPE(document)

    assert tuple(mapped.notes) == EVERY_TYPE.targets
    read(mapped)


LISTS = "a"
FAMILY = {
    "match": "(?P<window>d7|m3)_(?P<key>id|cell)_(?P<metric>all|org)",
    "values": {
        "window": {"d7": "7D", "m3": "3M"},
        "key": {"id": "ID", "cell": "MOBILE"},
        "metric": {"all": "application_count", "org": "institution_count"},
    },
    "in": "b",
    "target": "fraud.multi_lending[{window},{key},BANK].{metric}",
    "type": "int",
    "sentinels": {"-1": "NULL_VALUE"},
}
NAMES = [f"{w}_{k}_{m}" for w in ("d7", "m3") for k in ("id", "cell") for m in ("all", "org")]

EVERY_SOURCE = whole(
    {
        "credit_summary.open_accounts": {"count": LISTS, "where": {"c": "1"}, "type": "int"},
        "credit_summary.closed_accounts": {"count": "b", "where": {"@": "a"}, "type": "int"},
        "credit_summary.total_balance": {
            "sum": LISTS,
            "of": "b",
            "type": "amount",
            "unit": "major",
            "currency": "CNY",
        },
        "credit_summary.file_since_date": {"max": LISTS, "of": "c", "type": "date"},
        "fraud.gang_risk": {"min": LISTS, "of": "b", "type": "ratio"},
        "social.occupation_code": {"first": LISTS, "of": "@", "type": "string"},
        "credit_summary.months_on_file": {"months_between": ["a", "now"], "type": "int"},
        "social.dependants": {"path": "a", "convert": "chunks(1) | int | max", "type": "int"},
        "credit_summary.total_accounts": {"path": "b", "convert": "int | sum", "type": "int"},
        "assets.vehicle_value_band": {
            "path": "a",
            "type": "range",
            "unit": "major",
            "currency": "CNY",
        },
        "fraud.public_records": {
            "list": LISTS,
            "where": {"c": {"not": "${subject.name}"}},
            "each": {"authority": {"path": "b", "type": "string"}},
        },
    },
    [FAMILY, {"match": "(?P<x>[a-z]+)", "target": "attributes.{x}", "type": "string"}],
    [{"suppress_older_than": "5y", "date_path": "c", "applies_to": "fraud.public_records"}],
    {"-1": "NULL_VALUE"},
)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@given(document=JSON, name=TEXT)
def test_no_document_makes_a_mapping_with_every_source_raise(document: object, name: str) -> None:
    mapped = EVERY_SOURCE(document, NOW, {"subject": {"name": name}}, NOW)

    assert set(mapped.notes) >= set(EVERY_SOURCE.targets)
    read(mapped)


@given(
    document=st.fixed_dictionaries(
        {"b": JSON | st.dictionaries(st.sampled_from(NAMES) | TEXT, JSON, max_size=8)}
    )
)
def test_a_family_is_its_rows_written_out(document: dict[str, object]) -> None:
    """A row notes its target whatever the document; a family, what stands in it."""
    rows = {
        _target(name): {"path": f"b.{name}", "type": "int", "sentinels": {"-1": "NULL_VALUE"}}
        for name in NAMES
    }
    by_family, by_rows = whole({}, [FAMILY])(document), whole(rows)(document)
    there = document["b"] if isinstance(document["b"], dict) else {}

    assert by_family.notes == {_target(n): by_rows.notes[_target(n)] for n in there if n in NAMES}
    assert by_family.counts == by_rows.counts

    told, other = read(by_family).fraud.multi_lending, read(by_rows).fraud.multi_lending
    assert sorted(map(str, told)) == sorted(map(str, other))


def _target(name: str) -> str:
    found = re.fullmatch(str(FAMILY["match"]), name)
    values = FAMILY["values"]
    assert found is not None and isinstance(values, dict)
    words = {group: table[found[group]] for group, table in values.items()}
    return str(FAMILY["target"]).format(**words)


@given(document=st.fixed_dictionaries(dict.fromkeys(PLACES, JSON)))
def test_what_is_noted_as_present_is_there_and_nothing_else_is(document: object) -> None:
    mapped = EVERY_TYPE(document)

    told = read(mapped)
    present = {
        target for target, note in mapped.notes.items() if note.status is FieldStatus.PRESENT
    }
    assert told.fraud.HasField("gang_risk") == ("fraud.gang_risk" in present)
    assert bool(told.credit_summary.scores) == ("credit_summary.scores" in present)
    assert ("x" in told.attributes) == ("attributes.x" in present)
    assert bool(mapped.counts.mapped) == bool(mapped.user_info) == bool(present)
