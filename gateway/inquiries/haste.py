"""Whether an inquiry failed because whoever began it had little time."""

from __future__ import annotations

from connectors.policy.reuse.reuse import UNSENT
from connectors.words import Outcome

from ..errors import ConnectorsUnavailable, OutcomeUnknown
from ..model import Answer, Granted
from .making import PAUSE
from .runs import Run


def more_would_do(run: Run, granted: Granted) -> bool:
    """
    Tell whether it may end otherwise for somebody who joined it with more time.

    Of many whose deadlines are close to one another few go on in turn: each must have a
    step more than the one before.
    """
    if granted.filled.valid.admitted.deadline - run.deadline < PAUSE:
        return False
    if isinstance(run.end, OutcomeUnknown):
        return True  # What may have been bought may be on its way.
    failed = isinstance(run.end, ConnectorsUnavailable)
    return failed and any(map(_is_hasty, (run.answers or {}).values()))


def _is_hasty(answer: Answer) -> bool:
    """Tell, as a flight does, of a failure that more time might have spared."""
    error = answer.missed.error if answer.missed else None
    return isinstance(error, UNSENT) or answer.outcome is Outcome.SKIPPED_BUDGET
