from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Counts
from connectors.mapping.currency import decimals
from connectors.words import FieldStatus
from tests.unit.mapping_case import compiled, one, read

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
