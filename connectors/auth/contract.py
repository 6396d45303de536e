"""What every kind of credential can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ..contract import Values
from ..message.draft import Draft
from ..message.into import Into


class Auth(Protocol):
    """Credentials of one bureau, shared by all its connectors."""

    @property
    def renewable(self) -> bool:
        """Whether new credentials can be got: ``refresh_auth`` makes sense with no other."""
        ...

    @property
    def references(self) -> frozenset[str]:
        """Paths below ``auth.`` that `values` gives."""
        ...

    async def values(self) -> Values:
        """
        Give what ``auth.*`` refers to, got anew where it is too old.

        Raises `Refused` where the bureau does not accept what we are known by,
        and `NotSent` where it could not be asked: it never saw the inquiry.
        """
        ...

    def apply(self, draft: Draft, values: Values) -> Draft:
        """Put the credentials where they go. Raises `RenderError`."""
        ...

    async def renew(self, stale: Values) -> None:
        """Get others than `stale`, once for all who ask at the same time; fails as `values`."""
        ...


class Credentials(dict[str, object]):
    """Values that do not print."""

    def __repr__(self) -> str:
        return "Credentials(****)"

    __str__ = __repr__


TOKEN = frozenset({"token"})


@dataclass(frozen=True, slots=True)
class Fixed:
    """Credentials that are in the configuration."""

    into: Into
    token: str = field(repr=False)
    renewable: bool = False
    references: frozenset[str] = TOKEN

    async def values(self) -> Values:
        return Credentials(token=self.token)

    def apply(self, draft: Draft, values: Values) -> Draft:
        return place(self.into, draft, values)

    async def renew(self, stale: Values) -> None:
        """There are no others."""


def place(into: Into, draft: Draft, values: Values) -> Draft:
    return into.on_draft(draft, into.written(str(values["token"])))
