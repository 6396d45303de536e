"""Asks once more, with new credentials, when the old ones were refused."""

from __future__ import annotations

from ..contract import Call, Query, Reply
from ..errors import Refused


def renew(call: Call) -> Call:
    """Lie outside `Retry`: once for each query, and its attempts count anew."""

    async def ask(query: Query) -> Reply:
        try:
            return await call(query)
        except Refused as refused:
            if refused.renew is None:
                raise
            await refused.renew()
        return await call(query)

    return ask
