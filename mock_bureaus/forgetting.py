"""Files that can be forgotten for the length of one call."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

V = TypeVar("V")

_FORGOTTEN: ContextVar[bool] = ContextVar("forgotten", default=False)


@dataclass(frozen=True, slots=True)
class Known(Mapping[str, V]):
    """What a bureau has on file; nothing, while it is told to forget."""

    files: Mapping[str, V]

    def __getitem__(self, key: str) -> V:
        if _FORGOTTEN.get():
            raise KeyError(key)
        return self.files[key]

    def __iter__(self) -> Iterator[str]:
        return iter(() if _FORGOTTEN.get() else self.files)

    def __len__(self) -> int:
        return 0 if _FORGOTTEN.get() else len(self.files)


@contextmanager
def forgetting(*, everything: bool) -> Iterator[None]:
    """Let every bureau find nothing, in this task and as long as this lasts."""
    token = _FORGOTTEN.set(everything)
    try:
        yield
    finally:
        _FORGOTTEN.reset(token)
