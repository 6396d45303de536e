"""The `outcomes:` of a connector: what each status means, as far as the bureau's file says."""

from __future__ import annotations

from collections.abc import Iterator

from ..operation import Answer, Operation
from ..shape import Leaf, Record
from .places import Said, telling
from .yaml_text import Remark, Row, Rows

NO_CONTENT, NOT_FOUND = 204, 404
_BAD, _REFUSED, _BUSY, _BROKEN = (400, 422), (401, 403), 429, 500


def outcomes(operation: Operation) -> Rows:
    """Write the rows; what stands in none of them is BAD_RESPONSE."""
    refused: dict[str, object] = {"outcome": "REFUSED", "status": {"in": list(_REFUSED)}}
    busy: dict[str, object] = {"outcome": "RATE_LIMITED", "status": _BUSY}
    rows: list[object] = [
        *_hits(operation),
        Row({**refused, "refresh_auth": "once"} if operation.credentials.renewable else refused),
        Row({**busy, "wait": {"header": "Retry-After", "max": "2s"}}),
        Row({"outcome": "INVALID_INPUT", "status": {"in": list(_BAD)}}),
        Row({"outcome": "BUREAU_ERROR", "status": {"gte": _BROKEN}}),
        *_left_over(operation),
    ]
    return Rows(tuple(rows))


def no_hits(operation: Operation) -> tuple[Answer, ...]:
    """Give the answers that say that nobody is known."""
    wanted = (NO_CONTENT, NOT_FOUND)
    success = operation.success
    return tuple(one for one in operation.answers if one.status in wanted and one is not success)


def _hits(operation: Operation) -> Iterator[object]:
    success = operation.success
    status = success.status if success else 200
    body, why = telling(operation, success)
    yield Row({"outcome": "HIT", "status": status, "body": body}, why)
    for answer in no_hits(operation):
        row: dict[str, object] = {"outcome": "NO_HIT", "status": answer.status}
        if answer.status == NO_CONTENT:
            yield Row({**row, "body": "empty"})
            continue
        body, why = _said(answer) or telling(operation, answer)
        yield Row({**row, "body": body}, why)
    if not no_hits(operation):
        yield Remark(
            "NO_HIT: how does it say that it knows nobody? Until a row says it, BAD_RESPONSE"
        )


def _said(answer: Answer) -> Said | None:
    """Take a code where the file allows one alone: a proxy's page of 404 does not have it."""
    if isinstance(answer.shape, Record):
        for part in answer.shape.parts:
            if isinstance(part.shape, Leaf) and len(part.shape.words) == 1 and part.required:
                return {part.name: str(part.shape.words[0])}, ""
    return None


def _left_over(operation: Operation) -> Iterator[Remark]:
    success = operation.success
    handled = {*_BAD, *_REFUSED, _BUSY, NOT_FOUND, NO_CONTENT, success.status if success else 0}
    for answer in operation.answers:
        if answer.status not in handled and answer.status < _BROKEN:
            yield Remark(
                f"no row yet for {answer.status}: {answer.said or 'its file says no more'}"
            )
