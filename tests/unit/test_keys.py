import base64
from dataclasses import fields

import pytest

from connectors.faults import ConfigError
from gateway.security.keys import Keys

MASTER = "0123456789abcdef" * 4
KEYS = Keys.of(MASTER, "keys.master")
PERSON = {"id_type": "RESIDENT_ID", "id_number": "110101199003077432", "name": "Li"}


def test_every_use_has_its_own_key() -> None:
    keys = [getattr(KEYS, field.name) for field in fields(Keys)]

    assert len(set(keys)) == len(keys) == 12
    assert {len(key) for key in keys} == {32}


def test_hex_and_base64_of_one_master_give_the_same_keys() -> None:
    raw = bytes.fromhex(MASTER)

    assert Keys.of(base64.b64encode(raw).decode() + "\n", "p") == KEYS
    assert Keys.of(base64.urlsafe_b64encode(raw).decode().rstrip("="), "p") == KEYS


@pytest.mark.parametrize("master", ["", " \n", "00" * 31, "c2hvcnQ=", "not base64!" * 9])
def test_a_poor_master_key_is_refused_by_its_place(master: str) -> None:
    with pytest.raises(ConfigError, match=r"^keys\.master: ") as refused:
        Keys.of(master, "keys.master")

    assert not master.strip() or master.strip() not in str(refused.value)


def test_keys_do_not_print() -> None:
    assert repr(KEYS) == "Keys()"


def test_one_person_of_one_tenant_has_one_token() -> None:
    moved = PERSON | {"name": "Li Na", "mobile": "13800000000", "customer_id": "7"}

    assert KEYS.subject_token("lender", PERSON) == KEYS.subject_token("lender", moved)


@pytest.mark.parametrize(
    ("tenant", "person"),
    [
        ("other", PERSON),
        ("lender", PERSON | {"id_number": "110101199003077433"}),
        ("lender", PERSON | {"id_type": "PASSPORT"}),
        ("lender", {"customer_id": "110101199003077432"}),
        ("lender", {"mobile": "110101199003077432"}),
        ("lender", {"name": "Li"}),
        ("lender", {}),
    ],
)
def test_anybody_else_has_another_token(tenant: str, person: dict[str, object]) -> None:
    assert KEYS.subject_token(tenant, person) != KEYS.subject_token("lender", PERSON)


def test_tokens_do_not_show_whom_they_stand_for() -> None:
    assert "110101199003077432" not in KEYS.subject_token("lender", PERSON)


def test_another_master_key_makes_other_hashes() -> None:
    other = Keys.of("f" * 64, "p")

    assert other.api_key_hash("key") != KEYS.api_key_hash("key") == KEYS.api_key_hash("key")
    assert other.subject_token("lender", PERSON) != KEYS.subject_token("lender", PERSON)
