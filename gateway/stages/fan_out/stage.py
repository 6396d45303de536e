"""Stage five: every granted connector, as soon as it can be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from connectors.contract import Call, Values
from connectors.kit import Clock

from ...model import Answers, Granted, Tell
from ..plan import Seat, units
from .account import Servings, account
from .fan import Fan
from .patience import limits


@dataclass(frozen=True, slots=True)
class FanOut:
    """
    Ask all granted connectors at once; one that needs another's answer waits for it.

    Those of a waterfall are asked in turn. A connector that fails is an answer too;
    whether the report can do without it is for `verify` to say. Any other exception
    is a fault of ours: it cancels the other waits and goes up. Optional connectors
    are waited for no longer than the required ones may take.
    """

    calls: Mapping[str, Call]
    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""
    values: Callable[[bytes], Values]
    """Reads a reply's user info as `needs:` sees it."""
    clock: Clock
    servings: Servings

    def knowing(self, known: Mapping[str, Call]) -> FanOut:
        """Let these answer in the place of their connectors; they wait for no other's answer."""
        seats = {
            product: tuple(
                replace(seat, needs=()) if seat.connector in known else seat for seat in each
            )
            for product, each in self.seats.items()
        }
        return replace(self, calls={**self.calls, **known}, seats=seats)

    async def __call__(self, granted: Granted, tell: Tell) -> Answers:
        admitted = granted.filled.valid.admitted
        seats = {seat.connector: seat for seat in self.seats[admitted.inquiry.product]}
        # In the order of the grant: in a waterfall, what is known may come first.
        asked = {
            unit.name: unit for unit in units(tuple(seats[name] for name in granted.connectors))
        }
        until = limits(asked, self.clock.now(), admitted.deadline)
        fan = Fan(self.calls, self.values, self.clock, granted, tell)
        found = await fan.all(asked, until)
        answers = {name: found[name] for name in seats if name in found}
        await account(self.servings, granted, answers, down=fan.ledger_down)
        return Answers(granted, answers)
