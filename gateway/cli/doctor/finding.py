"""What one layer of the way to a bureau is found to be, and what to do about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connectors.kit import Clock


class State(StrEnum):
    """How a layer is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Told:
    """What was found; nothing of it is a secret, or of a person."""

    state: State
    said: str
    todo: str = ""
    """What to do, in a sentence."""


def fine(said: str) -> Told:
    return Told(State.OK, said)


def failed(said: str, todo: str) -> Told:
    return Told(State.FAILED, said, todo)


def warned(said: str, todo: str) -> Told:
    return Told(State.WARNING, said, todo)


def skipped(said: str) -> Told:
    return Told(State.SKIPPED, said)


@dataclass(frozen=True, slots=True)
class Layer:
    """One thing to look at, and the layers without which there is nothing to see."""

    name: str
    look: Callable[[], Awaitable[Told]]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one layer was found to be, and how long that took."""

    layer: str
    told: Told
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {
            "layer": self.layer,
            "state": self.told.state,
            "milliseconds": round(self.seconds * 1000, 1),
            "said": self.told.said,
            "todo": self.told.todo,
        }


async def examined(layers: Iterable[Layer], clock: Clock) -> AsyncIterator[Finding]:
    """Look at one layer after the other; what rests on one that failed is skipped."""
    broken: set[str] = set()
    for layer in layers:
        if missing := [name for name in layer.needs if name in broken]:
            broken.add(layer.name)
            yield Finding(layer.name, skipped(f"there is no {missing[0]} to try it with"), 0.0)
            continue
        begun = clock.now()
        told = await layer.look()
        if told.state is State.FAILED:
            broken.add(layer.name)
        yield Finding(layer.name, told, clock.now() - begun)
