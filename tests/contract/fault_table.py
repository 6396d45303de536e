"""
What may come back instead of an answer, and what it must be taken for.

The table is data: what is asked of it here with a scripted transport is asked
of the mock bureaus over sockets as well.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.words import Billed, Outcome

KEY = "fault-table"

CONNECTOR: dict[str, Any] = {
    "billing": {
        "price": {"amount": "0.50", "currency": "EUR"},
        "billable": ["HIT", "MISMATCH", "NO_HIT"],
    },
    "response": {
        "reference": {"path": "ref"},
        "subject_check": [{"path": "who", "equals": "${subject.id_number}"}],
    },
    "outcomes": [
        {"outcome": "HIT", "status": 200, "body": {"code": "0"}},
        {"outcome": "NO_HIT", "status": 200, "body": {"code": "1"}},
        {"outcome": "NO_SCORE", "status": 200, "body": {"code": "2"}},
        {"outcome": "MISMATCH", "status": 200, "body": {"code": "3"}},
        {"outcome": "BLOCKED", "status": 200, "body": {"code": "4"}},
        {"outcome": "NEED_MORE", "status": 200, "body": {"code": "5"}},
        {"outcome": "DUPLICATE", "status": 200, "body": {"code": "6"}},
        {"outcome": "QUOTA_EXCEEDED", "status": 200, "body": {"code": "7"}},
        {"outcome": "INVALID_INPUT", "status": 400},
        {"outcome": "REFUSED", "status": {"in": [401, 403]}},
        {"outcome": "RATE_LIMITED", "status": 429},
        {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
        # As careless as a file can be: no word of what the body must say.
        {"outcome": "NO_HIT", "status": 404},
        {"outcome": "HIT", "status": 206},
        {"outcome": "NO_HIT", "status": 204, "body": "empty"},
    ],
    "mapping": {"fraud.gang_risk": {"path": "risk", "type": "ratio"}},
}
"""Asks for subject X1."""

SIGNED = {
    "verify": {
        "kind": "hmac",
        "key": "${secrets.fault_table}",
        "parts": ["${body}"],
        "signature": {"header": "x-signature"},
    }
}
"""What a connector adds under `response.open` whose bureau signs its answers."""


@dataclass(frozen=True)
class Fault:
    """One thing that comes back, or fails to."""

    name: str
    expected: Outcome
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fails: str = ""
    """`not_sent`, `timed_out` or `lost`: nothing comes back at all."""
    signed: bool = False
    """Whether this bureau signs its answers."""
    billed: Billed = Billed.UNKNOWN
    note: str | None = None


def told(code: str, **more: str) -> bytes:
    extra = "".join(f', "{name}": "{value}"' for name, value in more.items())
    return f'{{"code": "{code}", "ref": "R1"{extra}}}'.encode()


def signature(body: bytes) -> Mapping[str, str]:
    return {"x-signature": hmac.digest(KEY.encode(), body, "sha256").hex()}


GOOD = told("0", who="X1", risk="0.5")
NOBODY = told("1")
HTML = b"<!doctype html><html><body>code: 0</body></html>"
NO_ROW = "no outcome row holds"
FORGED = "signature"

ANSWERS = (
    Fault("a hit", Outcome.HIT, GOOD, billed=Billed.YES),
    Fault("nobody", Outcome.NO_HIT, NOBODY, billed=Billed.YES),
    Fault("too thin", Outcome.NO_SCORE, told("2", who="X1"), billed=Billed.NO),
    Fault("does not match", Outcome.MISMATCH, told("3", who="X1"), billed=Billed.YES),
    Fault("frozen", Outcome.BLOCKED, told("4", who="X1"), billed=Billed.NO),
    Fault("wants a one-time password", Outcome.NEED_MORE, told("5"), billed=Billed.NO),
    Fault("nobody, without a word", Outcome.NO_HIT, b"", 204, billed=Billed.YES),
    Fault("nobody, in a body of 404", Outcome.NO_HIT, told("x"), 404, billed=Billed.YES),
    Fault(
        "a hit under another name of its type",
        Outcome.HIT,
        GOOD,
        200,
        {"content-type": "text/html"},
        billed=Billed.YES,
    ),
    Fault(
        "a hit that is signed",
        Outcome.HIT,
        GOOD,
        200,
        signature(GOOD),
        signed=True,
        billed=Billed.YES,
    ),
    Fault(
        "nobody, signed", Outcome.NO_HIT, b"", 204, signature(b""), signed=True, billed=Billed.YES
    ),
)
"""What is an answer."""

FAILURES = (
    Fault("seen before", Outcome.DUPLICATE, told("6"), billed=Billed.NO),
    Fault("bought enough", Outcome.QUOTA_EXCEEDED, told("7"), billed=Billed.NO),
    Fault("faulty message", Outcome.INVALID_INPUT, HTML, 400, billed=Billed.NO),
    Fault("wrong password", Outcome.REFUSED, b"", 401, billed=Billed.NO),
    Fault("too fast", Outcome.RATE_LIMITED, b"", 429, billed=Billed.NO),
    Fault("broken", Outcome.BUREAU_ERROR, HTML, 503),
    Fault("never sent", Outcome.UNREACHABLE, fails="not_sent", billed=Billed.NO),
    Fault("no answer in time", Outcome.TIMEOUT, fails="timed_out"),
    Fault("no complete answer", Outcome.LOST, fails="lost"),
    Fault(
        "somebody else",
        Outcome.SUBJECT_MISMATCH,
        told("0", who="X2", risk="0.5"),
        billed=Billed.YES,
    ),
    Fault(
        "nobody in particular", Outcome.SUBJECT_MISMATCH, told("0", risk="0.5"), billed=Billed.YES
    ),
    Fault(
        "somebody else is nobody", Outcome.SUBJECT_MISMATCH, told("1", who="X2"), billed=Billed.YES
    ),
)
"""What fails, and says how."""

UNREADABLE = (
    Fault("a page", Outcome.BAD_RESPONSE, HTML, note=NO_ROW),
    Fault("a page of not found", Outcome.BAD_RESPONSE, HTML, 404, note=NO_ROW),
    Fault("a page of part of it", Outcome.BAD_RESPONSE, HTML, 206, note=NO_ROW),
    Fault("a page where nothing should be", Outcome.BAD_RESPONSE, HTML, 204, note=NO_ROW),
    Fault("nothing", Outcome.BAD_RESPONSE, b"", note=NO_ROW),
    Fault("nothing, not found", Outcome.BAD_RESPONSE, b"", 404, note=NO_ROW),
    Fault("white space", Outcome.BAD_RESPONSE, b" \r\n", note=NO_ROW),
    Fault("null", Outcome.BAD_RESPONSE, b"null", note=NO_ROW),
    Fault("cut short", Outcome.BAD_RESPONSE, GOOD[:-1], note=NO_ROW),
    Fault("cut in a character", Outcome.BAD_RESPONSE, b'{"code": "0", "who": "\xe5', note=NO_ROW),
    Fault("followed by another", Outcome.BAD_RESPONSE, GOOD + GOOD, note=NO_ROW),
    Fault("in another charset", Outcome.BAD_RESPONSE, GOOD.decode().encode("utf-16"), note=NO_ROW),
    Fault("XML", Outcome.BAD_RESPONSE, b"<r><code>0</code><who>X1</who></r>", note=NO_ROW),
    Fault("a form", Outcome.BAD_RESPONSE, b"code=0&who=X1", note=NO_ROW),
    Fault("in a list", Outcome.BAD_RESPONSE, b"[" + GOOD + b"]", note=NO_ROW),
    Fault("as text", Outcome.BAD_RESPONSE, b'"code: 0"', note=NO_ROW),
    Fault(
        "two codes", Outcome.BAD_RESPONSE, b'{"code": "0", "code": "1", "who": "X1"}', note=NO_ROW
    ),
    Fault("a code nobody knows", Outcome.BAD_RESPONSE, told("99", who="X1"), note=NO_ROW),
    Fault("a code as a number that it is not", Outcome.BAD_RESPONSE, b'{"code": 0.5}', note=NO_ROW),
    Fault("no code", Outcome.BAD_RESPONSE, b'{"who": "X1", "risk": "0.5"}', note=NO_ROW),
    Fault("a status nobody knows", Outcome.BAD_RESPONSE, GOOD, 302, note=NO_ROW),
    Fault("not signed", Outcome.BAD_RESPONSE, GOOD, signed=True, note=FORGED),
    Fault(
        "signed for another",
        Outcome.BAD_RESPONSE,
        GOOD,
        200,
        signature(NOBODY),
        signed=True,
        note=FORGED,
    ),
    Fault("an empty one, not signed", Outcome.BAD_RESPONSE, b"", 204, signed=True, note=FORGED),
    Fault(
        "turned away by nobody knows whom", Outcome.BAD_RESPONSE, b"", 429, signed=True, note=FORGED
    ),
)
"""What says nothing that could be relied on."""

TABLE = (*ANSWERS, *FAILURES, *UNREADABLE)
