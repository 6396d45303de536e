"""What must be known before anything is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..contract import Call, Layer, Query, Reply
from ..errors import NeedInput
from ..kit import Strict

Look = Callable[[Query], Awaitable[Reply | None]]


class Inputs(Strict):
    """References that must have a value; of each `any_of` group, one."""

    required: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()

    @property
    def references(self) -> frozenset[str]:
        return frozenset(self.required).union(*self.any_of)

    def missing(self, known: Callable[[str], object]) -> tuple[str, ...]:
        """
        List what is absent.

        `known` gives the value of a reference such as ``subject.mobile``, or
        None. A group of which nothing is known counts as its first reference.
        """
        absent = [name for name in self.required if known(name) is None]
        absent += [
            group[0]
            for group in self.any_of
            if group and all(known(name) is None for name in group)
        ]
        return tuple(absent)

    def build(self) -> Layer:
        """Turn a query away that lacks an input: nothing is sent half-empty."""

        def layer(call: Call) -> Call:
            async def ask(query: Query) -> Reply:
                if absent := self.missing(lambda name: value_of(query, name)):
                    raise NeedInput(query.connector, f"absent: {', '.join(absent)}")
                return await call(query)

            return ask

        return layer

    def needed_by(self, look: Look) -> Look:
        """Find nothing for a query that lacks an input."""

        async def known(query: Query) -> Reply | None:
            if self.missing(lambda name: value_of(query, name)):
                return None
            return await look(query)

        return known


def value_of(query: Query, reference: str) -> object:
    """Look up ``root.path`` in a query; None where it is absent."""
    root, _, path = reference.partition(".")
    return ROOTS[root](query).get(path) if root in ROOTS else None


ROOTS = {
    "subject": lambda query: query.subject,
    "inquiry": lambda query: query.inquiry,
    "application": lambda query: query.application,
    "device": lambda query: query.device,
    "consent": lambda query: query.consent,
    "user_info": lambda query: query.user_info,
}
"""What a caller gives, by root."""
