"""A question put once more behind everybody's back."""

from __future__ import annotations

from contextlib import suppress

from connectors.contract import Call, Query, Standing
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


async def quietly(call: Call, query: Query) -> None:
    with suppress(ConnectorError, LedgerDown):
        await call(query)
