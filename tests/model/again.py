"""A question put once more behind everybody's back."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from connectors.contract import Query, Reply, Standing
from connectors.errors import ConnectorError, LedgerDown
from connectors.words import Purpose, ReuseMode
from tests.simulation.books import Entry
from tests.simulation.callers import Asking


def question(entry: Entry, asking: Asking, deadline: float) -> Query:
    standing = Standing(
        tenant=entry.tenant,
        caller=entry.tenant,
        inquiry_id=entry.inquiry,
        purpose=Purpose.CREDIT_ORIGINATION,
        consent=None,
        subject_token="",
        config_version="",
        reuse=ReuseMode.BYPASS,
    )
    subject = {"id_number": asking.person}
    return Query(entry.connector, standing, lambda: deadline, subject=subject)


async def quietly(asking: Coroutine[Any, Any, Reply]) -> None:
    with suppress(ConnectorError, LedgerDown):
        await asking
