"""The cheapest set of connectors that together give all that any of them can give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

EXACT = 16
"""So many choices are weighed in full; of more, `greedy` makes a set that is cheap enough."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One that may be asked. Sets are numbers, with a bit for each choice or element."""

    gives: int
    """Elements of what is wanted."""
    takes: int
    """Itself and whom it needs."""
    cost: Decimal
    """Of itself alone."""


Weight = tuple[Decimal, int, tuple[int, ...]]
"""Of two sets the lighter is taken: by cost, then by number, then by the order of choices."""


@dataclass(frozen=True, slots=True)
class Scales:
    """Weighs sets of choices."""

    choices: tuple[Choice, ...]

    def cost(self, asked: int) -> Decimal:
        return sum((self.choices[place].cost for place in _bits(asked)), Decimal(0))

    def weight(self, asked: int) -> Weight:
        return self.cost(asked), asked.bit_count(), tuple(_bits(asked))

    def given(self, asked: int) -> int:
        given = 0
        for place in _bits(asked):
            given |= self.choices[place].gives
        return given


@lru_cache(maxsize=1024)
def cheapest(choices: tuple[Choice, ...], taken: int) -> int:
    """Find the lightest set that gives everything; `taken` are asked whatever is chosen."""
    scales = Scales(choices)
    wanted = scales.given((1 << len(choices)) - 1) & ~scales.given(taken)
    open_ones = [choice for choice in choices if choice.gives & wanted]
    found = greedy(scales, open_ones, taken, wanted)
    if len(open_ones) <= EXACT:
        search = _Search(scales, found, scales.cost(found))
        search.within(taken, scales.cost(taken), open_ones, wanted)
        found = search.best
    return found


def greedy(scales: Scales, open_ones: list[Choice], asked: int, wanted: int) -> int:
    """
    Take again and again whom each element costs least.

    That is at most ``1 + 1/2 + ... + 1/n`` times as dear as the cheapest set, where
    n is how many elements one choice gives at most, with those whom it needs.
    """
    while wanted:
        best: tuple[Decimal, int] | None = None
        for place, choice in enumerate(open_ones):
            if choice.gives & wanted:
                new = choice.takes & ~asked
                share = scales.cost(new) / (scales.given(new) & wanted).bit_count()
                best = min(best or (share, place), (share, place))
        if best is None:
            raise RuntimeError("an element that nobody gives")
        asked |= open_ones[best[1]].takes
        wanted &= ~scales.given(asked)
    return asked


@dataclass(slots=True)
class _Search:
    """Looks for a lighter set than the best so far, and leaves off where there can be none."""

    scales: Scales
    best: int
    cost: Decimal
    """Of the best."""

    def within(self, asked: int, cost: Decimal, open_ones: list[Choice], wanted: int) -> None:
        """Try all ways to give what is wanted besides what is asked already."""
        if cost > self.cost:
            return
        if not wanted:
            if self.scales.weight(asked) < self.scales.weight(self.best):
                self.best, self.cost = asked, cost
            return
        # Somebody must give the lowest element; whoever was tried for it is not tried again.
        lowest = wanted & -wanted
        others = [choice for choice in open_ones if not choice.gives & lowest]
        able = [choice for choice in open_ones if choice.gives & lowest]
        for place, choice in enumerate(able):
            new = choice.takes & ~asked
            self.within(
                asked | new,
                cost + self.scales.cost(new),
                [*others, *able[place + 1 :]],
                wanted & ~self.scales.given(new),
            )


def _bits(number: int) -> Iterator[int]:
    while number:
        yield (number & -number).bit_length() - 1
        number &= number - 1
