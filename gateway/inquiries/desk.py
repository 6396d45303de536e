"""Where inquiries are handed in, and where callers come back for them."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass

from connectors.job import Jobs
from connectors.kit import Clock

from ..store.ledger.contract import Ledger
from ..store.ledger.records import Records
from .claims import Claims, Replaying
from .closing import Closing
from .coming_back import ComingBack
from .inquiries import Inquiries
from .kept.keeping import Keeping
from .kept.recall import Recall
from .line import Line
from .making import Making
from .replaying import Replay, Stamps
from .runs import Runs


@dataclass(frozen=True, slots=True)
class Ports:
    """What inquiries need of the rest of the house, besides its line of stages."""

    ledger: Ledger
    records: Records
    keeping: Keeping
    jobs: Jobs
    lasting: Container[str]
    """Connectors whose inquiries are kept for long."""
    clock: Clock
    new_id: Callable[[], str]
    """Makes up a report's id."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Both, on one set of runs."""

    inquiries: Inquiries
    coming_back: ComingBack

    @classmethod
    def of(cls, line: Line, ports: Ports, runs: Runs) -> Desk:
        stamps = Stamps(ports.new_id, ports.clock)
        recall = Recall(ports.ledger, ports.jobs, ports.keeping)
        replay = Replay(line, Replaying(ports.records), ports.jobs, stamps)
        making = Making(
            line=line,
            claims=Claims(ports.records, ports.keeping, runs, ports.lasting, ports.clock),
            ledger=ports.ledger,
            recall=recall,
            replay=replay,
            stamps=stamps,
            clock=ports.clock,
        )
        closing = Closing(ports.ledger, ports.keeping, runs, ports.clock)
        return cls(
            Inquiries(making, closing, runs, ports.clock),
            ComingBack(ports.ledger, ports.keeping, runs, recall, replay),
        )
