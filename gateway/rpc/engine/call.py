"""What grpcio knows of one call, read once."""

from __future__ import annotations

from typing import cast

from connectors.kit import Clock

from ...model import Credentials
from .contract import CallContext
from .exchange import Context

_SAN = "x509_subject_alternative_name"
_API_KEY = "x-api-key"


def describe(path: str, context: Context, clock: Clock) -> CallContext:
    # Against its stubs grpcio gives None without a deadline. It computes the rest
    # from the wall clock, so a second reading could be hours off.
    remaining = cast("float | None", context.time_remaining())
    return CallContext(
        method=path,
        deadline=None if remaining is None else clock.now() + remaining,
        credentials=_credentials(context),
        peer=context.peer(),
    )


def _credentials(context: Context) -> Credentials:
    names = context.auth_context().get(_SAN, ())
    keys = [str(value) for key, value in context.invocation_metadata() or () if key == _API_KEY]
    return Credentials(
        san=tuple(name.decode("utf-8", "replace") for name in names),
        # Joined as HTTP joins a repeated header: two keys are no key that anybody has.
        api_key=",".join(keys) if keys else None,
    )
