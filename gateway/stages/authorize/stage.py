"""Stage four: on what consent, of whom, and written down before anything leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from connectors.contract import Values
from connectors.errors import LedgerDown
from connectors.kit import Clock
from connectors.words import Outcome, ReuseMode

from ...errors import ConsentFails, LedgerUnavailable, LimitReached
from ...model import Filled, Granted
from ...policy import CallerPolicy
from ..inputs import look_up
from ..plan import ALWAYS, Case, Plan, Seat, plan
from .again import with_recalled
from .money import Bottomless, Buying, Known, Purse, known_of, matters, unknown
from .standing import standing, values
from .terms import Terms, in_force, refused

_FREELY = Buying()


class Grants(Protocol):
    """Where granted inquiries are written down. Raises `LedgerDown`."""

    async def granted(self, granted: Granted) -> None: ...


def undrawn(_: Filled) -> tuple[Seat, ...]:
    """Nothing is on trial."""
    return ()


@dataclass(frozen=True, slots=True)
class Authorize:
    """
    Grant an inquiry the connectors that its purpose and its subject's consent allow.

    An exception while deciding is a denial: nothing is asked without the grant
    that only this stage makes, and only after the ledger has it.
    """

    seats: Mapping[str, tuple[Seat, ...]]
    """By product."""
    terms: Mapping[str, Terms]
    """By connector."""
    subject_token: Callable[[str, Values], str]
    config_version: str
    clock: Clock
    grants: Grants
    draw: Callable[[Filled], tuple[Seat, ...]] = undrawn
    """Which connectors on trial an inquiry is also for."""
    buying: Mapping[str, Buying] = field(default_factory=dict)
    """By product; of one that is not here, everything at any price."""
    purse: Purse = field(default_factory=Bottomless)
    known: Known = unknown

    async def __call__(self, filled: Filled) -> Granted:
        granted = await self.decide(filled)
        try:
            await self.grants.granted(granted)
        except LedgerDown as error:
            raise LedgerUnavailable from error
        if filled.valid.admitted.inquiry.recalled is None:
            # Once its id is claimed: what was bought under it before is given all the same.
            await self._affords(granted)
        return granted

    async def decide(self, filled: Filled) -> Granted:
        """Say what would be granted: nothing is written, so nothing may be asked."""
        now, inquiry = self.clock.utc(), filled.valid.admitted.inquiry
        recalled = inquiry.recalled
        if recalled is None:
            return await self._decided(filled, now)
        if recalled.alone:
            granted = self._granted(filled, Plan((), {}), now)
        else:
            granted = await self._decided(filled, now)
        return with_recalled(granted, self.seats[inquiry.product], recalled, self.terms)

    async def _decided(self, filled: Filled, now: datetime) -> Granted:
        admitted = filled.valid.admitted
        seats = self.seats[admitted.inquiry.product]
        case = Case(look_up(admitted.inquiry, filled.subject))
        planned = plan(seats, admitted.wanted, case)
        may_not = refused(planned.asked, self.terms, admitted, now)
        granted = self._granted(filled, planned, now)
        asked = [seat for seat in planned.asked if seat.connector not in may_not]
        priced = replace(await self._priced(filled, asked), values=case.values, refused=may_not)
        if matters(admitted.inquiry, asked, priced):
            priced = replace(priced, known=await known_of(asked, granted, self.known))
        if priced != case:
            planned = plan(seats, admitted.wanted, priced)
            granted = self._granted(filled, planned, now, priced)
        return granted

    async def _priced(self, filled: Filled, asked: Sequence[Seat]) -> Case:
        """Say what it may cost: the least that the caller, the product or the day's cap allows."""
        inquiry, caller = filled.valid.admitted.inquiry, filled.valid.admitted.caller
        if inquiry.reuse is ReuseMode.ONLY_CACHE:
            # Nothing is bought.
            return ALWAYS
        buying = self.buying.get(inquiry.product, _FREELY)
        limit = buying.limit(inquiry.max_cost, await self._left(caller))
        if limit is not None and sum(seat.price for seat in asked) <= limit:
            limit = None
        return Case(limit=limit, cheapest=buying.cheapest)

    async def _left(self, caller: CallerPolicy) -> Decimal | None:
        try:
            return await self.purse.left(caller)
        except LedgerDown as error:
            raise LedgerUnavailable from error

    async def _affords(self, granted: Granted) -> None:
        """Refuse where nothing can be given because the caller's money for today is spent."""
        if granted.connectors or Outcome.SKIPPED_COST not in granted.refused.values():
            return
        admitted = granted.filled.valid.admitted
        inquiry = admitted.inquiry
        buying = self.buying.get(inquiry.product, _FREELY)
        own, cap = buying.limit(inquiry.max_cost), await self._left(admitted.caller)
        if cap is not None and (own is None or cap < own):
            raise LimitReached("SPENDING_LIMIT", admitted.caller.name, self.purse.resets_in())

    def _granted(
        self, filled: Filled, planned: Plan, now: datetime, case: Case = ALWAYS
    ) -> Granted:
        tenant = filled.valid.admitted.caller.tenant
        token = self.subject_token(tenant, filled.subject)
        return Granted(
            filled=filled,
            standing=standing(filled, token, self.config_version),
            granted_at=now,
            connectors=tuple(seat.connector for seat in planned.asked),
            refused=planned.left_out,
            values=values(filled),
            shadows=self._shadows(filled, now),
            allowances=planned.allowances,
            known=case.known,
            # What was counted as free may not be bought.
            bound=case.limit is not None,
        )

    def _shadows(self, filled: Filled, now: datetime) -> tuple[str, ...]:
        """Grant what was drawn on the same terms as any other; what they refuse is left out."""
        admitted = filled.valid.admitted
        granted = []
        for seat in self.draw(filled):
            terms, consent = self.terms[seat.connector], admitted.inquiry.consent
            try:
                if terms.consent:
                    consent = in_force(consent, admitted.purpose, now)
            except ConsentFails:
                continue
            if not terms.reason(admitted.purpose, consent):
                granted.append(seat.connector)
        return tuple(granted)
