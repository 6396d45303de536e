"""What an answer says, and what nobody may read into it."""

from __future__ import annotations

import math
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC as CBC_MODE
from cryptography.hazmat.primitives.padding import PKCS7
from datachannel.v1 import user_info_pb2
from pydantic import ValidationError

from connectors.errors import (
    BrokeDown,
    ConnectorError,
    Duplicate,
    RateLimited,
    Unreadable,
    WrongSubject,
)
from connectors.faults import ConfigError
from connectors.words import Billed, FieldStatus, Outcome
from tests.one_connector import ask, question

HTML = b"<html><body>Not Found: code 0</body></html>"
PRICE = {"amount": "0.50", "currency": "EUR"}
CHECK = [{"path": "who", "equals": "${subject.id_number}"}]


async def failure(**changes: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await ask(**changes)
    return caught.value


async def test_an_answer_is_mapped_and_told_where_it_comes_from() -> None:
    reply = await ask(
        b'{"code": "0", "risk": "0.25", "no": 17, "at": "2026-01-02T03:04:05Z"}',
        response={"reference": {"path": "no"}, "observed_at": {"path": "at"}},
    )

    assert reply.outcome is Outcome.HIT
    assert user_info_pb2.UserInfo.FromString(reply.user_info).fraud.gang_risk == 0.25
    assert reply.meta["fraud.gang_risk"].status is FieldStatus.PRESENT
    assert reply.bureau_reference == "17"
    assert reply.observed_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (reply.billed, reply.cost) == (Billed.YES, Decimal("0.50"))
    assert "0.25" not in repr(reply)


@pytest.mark.parametrize(
    "body, status",
    [
        (b'{"code": "7"}', 200),
        (b'{"code": 0}', 404),
        (b"{}", 200),
        (b"[]", 200),
        (b"null", 200),
        (b"", 200),
        (b'{"code": "0"', 200),
        (b'{"code": "0", "code": "1"}', 200),
        (HTML, 200),
        (HTML, 404),
        (b"\xff\xfe", 200),
    ],
)
async def test_an_answer_that_no_row_knows_is_never_an_absence(body: bytes, status: int) -> None:
    error = await failure(body=body, status=status)

    assert isinstance(error, Unreadable)
    assert error.billed is Billed.UNKNOWN


@pytest.mark.parametrize("outcome", ["HIT", "NO_HIT", "NO_SCORE", "MISMATCH", "BLOCKED"])
@pytest.mark.parametrize("status", [200, 404])
async def test_a_page_of_a_proxy_tells_nothing_of_the_subject(outcome: str, status: int) -> None:
    """Though the row asks for nothing but a status."""
    rows = [{"outcome": outcome, "status": status}]

    assert isinstance(await failure(body=HTML, status=status, outcomes=rows), Unreadable)


async def test_an_explicitly_empty_body_may_be_an_answer() -> None:
    rows = [{"outcome": "NO_HIT", "status": 204, "body": "empty"}]
    reply = await ask(b"", 204, outcomes=rows)

    assert (reply.outcome, reply.user_info) == (Outcome.NO_HIT, b"")


async def test_no_hit_releases_nothing_even_where_something_could_be_mapped() -> None:
    reply = await ask(b'{"code": "1", "risk": "0.5"}')

    assert (reply.user_info, reply.billed) == (b"", Billed.NO)


@pytest.mark.parametrize("who", ['"X2"', "null", '"x1"', '{"X1": 1}', '"X1 "'])
async def test_an_answer_about_somebody_else_is_not_released(who: str) -> None:
    body = f'{{"code": "0", "who": {who}, "risk": "0.5"}}'.encode()
    error = await failure(body=body, response={"subject_check": CHECK})

    assert isinstance(error, WrongSubject)
    assert error.billed is Billed.YES
    assert "X1" not in str(error)


async def test_an_answer_about_the_subject_is_released() -> None:
    reply = await ask(b'{"code": "0", "who": "X1"}', response={"subject_check": CHECK})

    assert reply.outcome is Outcome.HIT


async def test_an_answer_without_data_need_not_say_whom_it_is_about() -> None:
    response = {"subject_check": CHECK}

    assert (await ask(b'{"code": "1"}', response=response)).outcome is Outcome.NO_HIT
    error = await failure(body=b'{"code": "1", "who": "X2"}', response=response)
    assert isinstance(error, WrongSubject)


async def test_what_can_not_be_compared_is_not_the_same() -> None:
    check = [{"path": "who", "equals": "${subject.mobile}"}]
    error = await failure(
        body=b'{"code": "0", "who": ""}', response={"subject_check": check}, query=question()
    )

    assert isinstance(error, WrongSubject)


@pytest.mark.parametrize(
    "header, wait",
    [
        ("0", 0.0),
        ("1", 1.0),
        ("2", 2.0),
        ("3", math.inf),
        ("9" * 500, math.inf),
        ("1.5", None),
        ("-1", None),
        ("٣", None),
        # The kit's clock stands at 09:10:00 UTC of 9 October 2025.
        ("Thu, 09 Oct 2025 09:10:00 GMT", 0.0),
        ("Thu, 09 Oct 2025 09:09:00 GMT", 0.0),
        ("Thu, 09 Oct 2025 09:10:02 GMT", 2.0),
        ("Thu, 09 Oct 2025 09:10:03 GMT", math.inf),
        ("Thu, 09 Oct 2025 25:10:02 GMT", None),
        ("Thursday", None),
        ("1760001001", 1.0),
        ("1760000000", 0.0),
        ("1760001003", math.inf),
        (None, None),
    ],
)
async def test_a_bureaus_wait_is_kept_or_not_waited_for_at_all(
    header: str | None, wait: float | None
) -> None:
    headers = {} if header is None else {"retry-after": header}
    error = await failure(body=b"", status=429, headers=headers)

    assert isinstance(error, RateLimited)
    assert (error.wait, error.billed) == (wait, Billed.NO)


async def test_a_failure_that_an_answer_tells_is_raised() -> None:
    error = await failure(body=HTML, status=503)

    assert isinstance(error, BrokeDown)
    assert error.billed is Billed.UNKNOWN
    assert "html" not in repr(error)


@pytest.mark.parametrize("at", ["null", '"yesterday"', '""', "{}", '"9999-99-99T00:00:00Z"'])
async def test_a_time_that_can_not_be_read_is_not_said(at: str) -> None:
    body = f'{{"code": "0", "at": {at}}}'.encode()

    assert (await ask(body, response={"observed_at": {"path": "at"}})).observed_at is None


async def test_documents_in_documents_are_read() -> None:
    body = b'{"data": "{\\"code\\": \\"0\\", \\"risk\\": \\"0.5\\"}"}'
    reply = await ask(
        body,
        response={"nested": [{"path": "data", "codec": {"kind": "json"}}]},
        outcomes=[{"outcome": "HIT", "status": 200, "body": {"data.code": "0"}}],
        mapping={"fraud.gang_risk": {"path": "data.risk", "type": "ratio"}},
    )

    assert reply.mapped.mapped == 1


async def test_a_document_in_a_document_that_can_not_be_read_spoils_all() -> None:
    error = await failure(
        body=b'{"code": "0", "data": "{"}',
        response={"nested": [{"path": "data", "codec": {"kind": "json"}}]},
    )

    assert isinstance(error, Unreadable)


CBC = {"kind": "aes_cbc", "key": "${secrets.aes}", "key_encoding": "hex", "iv": "0" * 32}


def sealed(text: str) -> str:
    padder = PKCS7(128).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(AES(bytes(16)), CBC_MODE(bytes(16))).encryptor()
    return b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


SEALED_IN = {
    "open": [{**CBC, "path": "data"}],
    "nested": [{"path": "data", "codec": "json"}],
    "drop": ["data.photo"],
}


async def test_an_answer_is_opened_read_and_stripped_in_this_order() -> None:
    """Whatever the order in the file."""
    data = sealed('{"code": "0", "risk": "0.5", "photo": "x"}')
    reply = await ask(
        f'{{"data": "{data}"}}'.encode(),
        response=SEALED_IN,
        outcomes=[
            {"outcome": "MISMATCH", "body": {"data.photo": {"present": True}}},
            {"outcome": "HIT", "body": {"data.code": "0"}},
        ],
        mapping={"fraud.gang_risk": {"path": "data.risk", "type": "ratio"}},
    )

    assert (reply.outcome, reply.mapped.mapped) == (Outcome.HIT, 1)


@pytest.mark.parametrize("data", ["AAAA", "no base64", sealed("no JSON"), sealed("{")])
async def test_what_can_not_be_opened_is_no_answer(data: str) -> None:
    error = await failure(
        body=f'{{"code": "0", "risk": "0.5", "data": "{data}"}}'.encode(), response=SEALED_IN
    )

    assert isinstance(error, Unreadable)
    assert error.note == "no outcome row holds"


async def test_a_pending_that_nothing_follows_up_is_refused_at_load() -> None:
    rows = [{"outcome": "HIT", "body": {"code": "0"}}, {"outcome": "PENDING", "status": 202}]
    with pytest.raises(ConfigError) as caught:
        await ask(outcomes=rows)

    assert [finding.at for finding in caught.value.findings] == [("outcomes", 1, "outcome")]


async def test_a_duplicate_never_costs_whatever_the_bureau_charges_for() -> None:
    """What was charged is the earlier call."""
    rows = [{"outcome": "DUPLICATE", "body": {"code": "9"}}]
    billing = {"price": PRICE, "charged": {"body": {"fee": True}}}
    error = await failure(body=b'{"code": "9", "fee": true}', outcomes=rows, billing=billing)

    assert (type(error), error.billed) == (Duplicate, Billed.NO)
    for change in (
        {"billing": {"price": PRICE, "billable": ["DUPLICATE"]}},
        {"outcomes": [{**rows[0], "billed": "yes"}]},
    ):
        with pytest.raises(ValidationError, match="costs nothing"):
            await ask(**change)


@pytest.mark.parametrize(
    "response",
    [
        {"reference": {"path": "a("}},
        {"drop": ["a[0]"]},
        {"open": [{**CBC, "path": "a[0]"}]},
        {"observed_at": {"path": "at", "format": "%Q"}},
        {"subject_check": [{"path": "a", "equals": "${subject.nothing}"}]},
        {"nested": [{"path": "a[", "codec": {"kind": "json"}}]},
        {"nested": [{"path": "a[0]", "codec": {"kind": "json"}}]},
    ],
)
async def test_places_that_lead_nowhere_are_refused_at_load(response: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        await ask(response=response)

    assert caught.value.findings[0].at[0] == "response"
