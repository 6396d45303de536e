"""A connection is made: the door is asked, TCP, and TLS where there is any."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ...errors import NotSent
from ...waiting.within import within
from .connection import Connection
from .terms import Terms


async def open_connection(
    terms: Terms, make: Callable[[], Connection], deadline: float
) -> Connection:
    """
    Try each address that the door gives, in its order; what is left of the time is shared.

    It is these that are connected to, and the name that TLS verifies. Raises `NotSent`.
    """
    try:
        async with asyncio.timeout_at(deadline):
            addresses = await terms.door.addresses(terms.address.host, terms.address.port)
    except TimeoutError:
        raise NotSent(terms.bureau, "connect timeout") from None
    note = ""
    for index, address in enumerate(addresses):
        now = asyncio.get_running_loop().time()
        share = (deadline - now) / (len(addresses) - index)
        try:
            async with within(share):
                return await _connect(terms, make, address)
        except TimeoutError:
            note = "connect timeout"
        except (OSError, ValueError) as error:
            # Their texts quote the address: the name is all we keep.
            note = type(error).__name__
    raise NotSent(terms.bureau, note)


async def _connect(terms: Terms, make: Callable[[], Connection], address: str) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        make,
        address,
        terms.address.port,
        ssl=terms.context,
        server_hostname=terms.address.host if terms.context else None,
    )
    return connection
