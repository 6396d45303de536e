"""What a bureau is given when it opens."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..contract import Callback, Desk
from ..credentials import Credentials
from ..people import Person
from .tokens import Tokens

Act = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""What the director has a bureau do out of turn. Raises `ValueError` at nonsense."""


@dataclass(slots=True)
class Opening:
    """One bureau's own: nothing in it is another's."""

    bureau: str
    known: Credentials
    people: Mapping[str, Person]
    clock: Callable[[], float]
    token_lifetime: float
    send: Callable[[tuple[Callback, ...]], Awaitable[None]]
    """For what an `Act` calls back; an answer carries its callbacks itself."""
    issued: Tokens | None = None
    acts: dict[str, Act] = field(default_factory=dict)
    callback_url: str = ""
    """Where the bureau calls back, if the request does not say."""

    def tokens(self, prefix: str, lifetime: float | None = None) -> Tokens:
        """Make the bureau's one set of tokens, which the director can let expire."""
        self.issued = Tokens(prefix, lifetime or self.token_lifetime, self.clock)
        return self.issued


OpenDesks = Callable[[Opening], tuple[Desk, ...]]
"""Open a bureau anew: no serial number, and no order, is remembered."""
