"""The tokens one bureau has handed out."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tokens:
    """Numbered, so that tests can name them in advance: `tok-0001`, `tok-0002`."""

    prefix: str
    lifetime: float
    """In seconds."""
    clock: Callable[[], float]
    _issued: int = 0
    _expiry: dict[str, float] = field(default_factory=dict)

    def issue(self) -> str:
        self._issued += 1
        token = f"{self.prefix}-{self._issued:04}"
        self._expiry[token] = self.clock() + self.lifetime
        return token

    def valid(self, token: str) -> bool:
        return self.clock() < self._expiry.get(token, float("-inf"))

    def forget(self) -> None:
        """Let every token expire now."""
        self._expiry.clear()
