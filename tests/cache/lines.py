"""Lines to a store that is none: one that remembers as Redis does, and one that plays a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.store.cache.shared.batch import Command
from gateway.store.cache.shared.budget import Unreachable
from gateway.store.cache.shared.scripts import FORGET, FREE, PUT


@dataclass(slots=True)
class Remembering:
    """Does at once what the scripts say; forgets nothing for its age."""

    values: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, set[str]] = field(default_factory=dict)

    async def send(self, commands: Sequence[Command]) -> Sequence[object]:
        return [self._does(*command) for command in commands]

    async def aclose(self) -> None: ...

    def _does(self, word: object, *args: Any) -> object:
        return self._words[str(word)](self, *args)

    def _get(self, *names: str) -> list[object]:
        return [self.values.get(name) for name in names]

    def _set(self, name: str, value: str, *_: object) -> bool | None:
        return None if name in self.values else self.values.setdefault(name, value) is value

    def _delete(self, name: str) -> int:
        return int(self.values.pop(name, None) is not None)

    def _evaluate(self, script: str, count: int, *args: Any) -> int:
        return self._scripts[script](self, args[:count], args[count:])

    def _put(self, keys: Sequence[str], args: Sequence[Any]) -> int:
        if any(int(self.values.get(name, -1)) >= args[2] for name in keys[2:]):
            return 0
        self.values[keys[0]] = args[0]
        self.sets.setdefault(keys[1], set()).add(keys[0])
        return 1

    def _forget(self, keys: Sequence[str], args: Sequence[Any]) -> int:
        self.values[keys[1]] = str(args[0]).encode()
        return sum(self._delete(name) for name in self.sets.pop(keys[0], ()))

    def _free(self, keys: Sequence[str], args: Sequence[Any]) -> int:
        return self._delete(keys[0]) if self.values.get(keys[0]) == args[0] else 0

    _words: dict[str, Callable[..., object]] = field(
        init=False,
        default_factory=lambda: {
            "MGET": Remembering._get,
            "SET": Remembering._set,
            "DEL": Remembering._delete,
            "EVAL": Remembering._evaluate,
            "PING": lambda _: "PONG",
        },
    )
    _scripts: dict[str, Callable[..., int]] = field(
        init=False,
        default_factory=lambda: {
            PUT: Remembering._put,
            FORGET: Remembering._forget,
            FREE: Remembering._free,
        },
    )


@dataclass(slots=True)
class Scripted:
    """Takes a while for each batch, fails some, and keeps what it was sent."""

    takes: float = 0.0
    down: bool = False
    batches: list[Sequence[Command]] = field(default_factory=list)

    async def send(self, commands: Sequence[Command]) -> Sequence[object]:
        self.batches.append(commands)
        await asyncio.sleep(self.takes)
        if self.down:
            raise Unreachable
        return [
            [f"value of {name}".encode() for name in command[1:]]
            if command[0] == "MGET"
            else f"did {command[1]}"
            for command in commands
        ]

    async def aclose(self) -> None: ...
