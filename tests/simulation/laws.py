"""What must hold of every run, whatever went wrong in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from datachannel.v1 import inquiry_pb2, report_pb2

from connectors.words import Effect, Outcome
from gateway.store.ledger.contract import Source

from .books import Entry, entries, granted
from .callers import Asking
from .network import FOREVER
from .said import DROPPED, Errand, Said, amount
from .truth import Hit, knows, tag
from .world import World

LATE = 0.30
"""Seconds after the deadline within which an answer must have come: a commit may hang 0.24."""

BUYS_NOTHING = frozenset({"CONNECTORS_UNAVAILABLE", "LEDGER_UNAVAILABLE"})
BYPASS = inquiry_pb2.REUSE_MODE_BYPASS
BILLED = {number: name.removeprefix("BILLED_") for name, number in report_pb2.Billed.items()}
REFUSALS = frozenset({"INVALID_FIELDS", "INPUT_INCOMPLETE", "PRODUCT_NOT_ALLOWED"})


@dataclass(slots=True)
class Case:
    """All that is known of a run when it is over."""

    world: World
    askings: Sequence[Asking]
    entries: dict[str, Entry] = field(init=False)
    granted: set[tuple[str, str]] = field(init=False)
    hits: dict[str, list[Hit]] = field(init=False)
    """By call id."""
    calls: dict[tuple[str, str], list[Entry]] = field(init=False)
    """By tenant and inquiry."""

    def __post_init__(self) -> None:
        self.entries = entries(self.world.database)
        self.granted = granted(self.world.database)
        self.hits, self.calls = defaultdict(list), defaultdict(list)
        for hit in self.world.network.hits:
            self.hits[hit.call_id].append(hit)
        for entry in self.entries.values():
            self.calls[entry.tenant, entry.inquiry].append(entry)

    def bought(self, entry: Entry) -> list[Hit]:
        """Give the hits of an attempt that may have been charged for."""
        if entry.effect == Effect.FREE:
            return []
        return [hit for hit in self.hits.get(entry.call_id, ()) if not hit.turned_away]

    def may_cost(self, calls: Sequence[Entry], by: float) -> bool:
        """Whether anything was charged for by then, or the bureau never said that it was not."""
        hits = (hit for entry in calls for hit in self.bought(entry))
        return any(hit.at <= by and (hit.billed or not hit.answered) for hit in hits)


Law = Callable[[Case], Iterator[str]]


def once(case: Case) -> Iterator[str]:
    """At most one chargeable hit for an inquiry and connector; with a key, one charge."""
    for entry in case.entries.values():
        if len(case.hits.get(entry.call_id, ())) > 1:
            yield f"{entry} was sent twice"
    bought: Counter[tuple[str, str, str]] = Counter()
    for entry in case.entries.values():
        keyed = case.world.network.specs[entry.connector].dedupe.answers_once
        hits = case.bought(entry)
        if entry.effect != Effect.HARD_INQUIRY:
            # What the bureau itself says costs nothing may be asked again: nothing was bought.
            hits = [hit for hit in hits if hit.billed or not hit.answered]
        count = sum(hit.billed > 0 for hit in hits) if keyed else len(hits)
        bought[entry.tenant, entry.inquiry, entry.connector] += count
    yield from (f"bought {count} times: {what}" for what, count in bought.items() if count > 1)


def intended(case: Case) -> Iterator[str]:
    """No hit without its intent, and none for an inquiry that was not granted."""
    for call_id, hits in case.hits.items():
        entry = case.entries.get(call_id)
        if entry is None:
            yield f"{hits} has no intent"
        elif (entry.tenant, entry.inquiry) not in case.granted:
            yield f"{entry} was never granted"


def settled(case: Case) -> Iterator[str]:
    """Each attempt has one end."""
    for entry in case.entries.values():
        if len(entry.outcomes) != 1:
            yield f"{entry} has {len(entry.outcomes)} ends"


def billed(case: Case) -> Iterator[str]:
    """What the ledger is sure of, the bureau's bill says too; the rest is UNKNOWN."""
    bills: dict[str, Decimal] = defaultdict(Decimal)
    sure: dict[str, Decimal] = defaultdict(Decimal)
    unsure: dict[str, bool] = defaultdict(bool)
    for entry in case.entries.values():
        for hit in case.hits.get(entry.call_id, ()):
            bills[entry.reference] += hit.billed
        if entry.billed == "YES":
            # Of one key several attempts may be answered, late ones too: one of them is charged.
            keyed = case.world.network.specs[entry.connector].dedupe.answers_once
            booked = sure[entry.reference]
            sure[entry.reference] = max(booked, entry.cost) if keyed else booked + entry.cost
        unsure[entry.reference] |= entry.billed == "UNKNOWN" and entry.effect != Effect.FREE
        if entry.effect == Effect.FREE and entry.billed == "YES":
            yield f"{entry} is free and billed"
    for reference, bill in bills.items():
        booked = sure[reference]
        if booked > bill or (booked < bill and not unsure[reference]):
            yield f"{reference}: the bureau billed {bill}, the ledger says {booked}"
    yield from (f"{each}: nobody billed it" for each in sure if sure[each] and each not in bills)


def joined(case: Case) -> Iterator[str]:
    """While a paid question is under way, whoever asks the same waits for its answer."""
    reuse = {asking.id: asking.reuse for asking in case.askings}
    under_way: dict[tuple[object, ...], tuple[Entry, Hit]] = {}
    for hit in case.world.network.hits:
        entry = case.entries.get(hit.call_id)
        if entry is None or not case.bought(entry) or reuse.get(entry.inquiry) == BYPASS:
            continue
        question = (hit.life, entry.tenant, hit.connector, hit.person)
        first, earlier = under_way.get(question, (entry, hit))
        ended = case.world.ended.get(first.call_id, FOREVER)
        if hit.at < ended and first.reference != entry.reference:
            yield f"{entry} was bought while {earlier} was under way"
        under_way[question] = (entry, hit)


def unavailable(case: Case) -> Iterator[str]:
    """UNAVAILABLE promises that nothing was bought, nor is until the id is asked again."""
    for asking in case.askings:
        calls = case.calls.get((asking.tenant, asking.id), ())
        for said in asking.said:
            # Who sends an id again may be told that the ledger is down: the repeat buys nothing.
            first = not any(each.begun <= said.begun for each in asking.said if each is not said)
            first = said.errand is not Errand.BACK and (first or said.end != "LEDGER_UNAVAILABLE")
            # Whoever asks it again, or waits on with more time, may buy something.
            later = (max(each.begun, said.at) for each in asking.said if each.at > said.at)
            until = min(later, default=FOREVER)
            if said.end in BUYS_NOTHING and first and case.may_cost(calls, until):
                yield f"{asking.id} was told {said.end}, and something was bought"
            if said.end in REFUSALS and any(case.hits.get(entry.call_id) for entry in calls):
                yield f"{asking.id} was refused, and a bureau was asked"
            if said.end.startswith("INTERNAL"):
                yield f"{asking.id}: {said.end}"
            if asking.sound and said.end in REFUSALS:
                yield f"{asking.id} was refused for nothing: {said.end}"


def punctual(case: Case) -> Iterator[str]:
    for asking in case.askings:
        patience = 10.0 if asking.caller.patience is None else asking.caller.patience
        for said in asking.said:
            if said.end != DROPPED and said.at > said.begun + patience + LATE:
                yield f"{asking.id} waited until {said.at}, from {said.begun} for {patience}"


def costs(case: Case) -> Iterator[str]:
    """A report costs what its parts do, and a part what the ledger says of its call."""
    for asking in case.askings:
        for said in asking.said:
            # Who comes back is told what was paid when it was bought.
            if said.report is not None and said.errand is not Errand.BACK:
                yield from _paid(case, asking, said, said.report)


def _paid(case: Case, asking: Asking, said: Said, report: report_pb2.Report) -> Iterator[str]:
    if report.replayed and said.cost:
        yield f"{asking.id}: a replay costs {said.cost}"
    parts = [(result, amount(result.cost)) for result in report.connectors]
    if said.cost != sum(cost for _, cost in parts):
        yield f"{asking.id}: {said.cost} is not the sum of its parts"
    for result, cost in parts:
        # What an earlier ask of the same id has bought costs a later one nothing.
        if said is asking.said[0] or cost:
            yield from _costs(case, asking, result, cost)


def _costs(
    case: Case, asking: Asking, result: report_pb2.ConnectorResult, cost: Decimal
) -> Iterator[str]:
    told, price = BILLED[result.billed], case.world.network.specs[result.connector].price
    entry = case.entries.get(result.call_id)
    where = f"{asking.id}, {result.connector}: {told} {cost}"
    if entry is None:
        if told != "NO" or cost:
            yield f"{where} of no call"
    elif (entry.tenant, entry.inquiry) != (asking.tenant, asking.id):
        if cost:
            yield f"{where} for another's {entry}"
    else:
        if told != "UNKNOWN" and cost != (price if told == "YES" else 0):
            yield f"{where} is not the price"
        # What never was sent, or is free, needs no row to be known; of one that could not be
        # written before the process died, the next start says that it is unknown.
        unwritten = all(source == Source.RECOVERY for *_, source in entry.outcomes)
        known = told == "NO" and unwritten and not case.bought(entry)
        if not known and told not in ("UNKNOWN", entry.billed):
            yield f"{where}, and the ledger says {entry}"


def alone(case: Case) -> Iterator[str]:
    """One id is one inquiry: answered with one body only, and each of its parts paid for once."""
    # What was unknown when it was told may have turned out to be free since.
    free = {call_id for call_id, entry in case.entries.items() if entry.billed == "NO"}
    for asking in case.askings:
        ends = [said for said in asking.said if said.end == "OK"]
        if len({said.errand for said in ends}) > 1:
            yield f"{asking.id} was answered with two bodies"
        parts = (each for said in ends if said.report for each in said.report.connectors)
        paid = Counter(
            part.connector for part in parts if amount(part.cost) and part.call_id not in free
        )
        yield from (f"{asking.id} paid {each} twice" for each in paid if paid[each] > 1)


def held(case: Case) -> Iterator[str]:
    """No hard inquiry follows one that may have arrived, and of which nobody knows."""
    earlier: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for hit in case.world.network.hits:
        entry = case.entries.get(hit.call_id)
        if entry is None or entry.effect != Effect.HARD_INQUIRY:
            continue
        before = earlier[entry.tenant, hit.connector, hit.person]
        for other in before:
            ended = case.world.ended.get(other.call_id, FOREVER)
            if other.billed == "UNKNOWN" or ended > hit.at:
                yield f"{entry} followed {other}"
        before.append(entry)


def capped(case: Case) -> Iterator[str]:
    """No caller is charged for more than it may spend; a day is longer than a run."""
    for tenant, cap in case.world.caps.items():
        entries = (entry for entry in case.entries.values() if entry.tenant == tenant)
        hits = (hit for entry in entries for hit in case.hits.get(entry.call_id, ()))
        if (spent := sum(hit.billed for hit in hits)) > cap:
            yield f"{tenant} was charged {spent}, and may spend {cap}"


def truthful(case: Case) -> Iterator[str]:
    """A report says of its person what the bureau knows, and nothing of anybody else."""
    for asking in case.askings:
        for said in asking.said:
            if said.report is None:
                continue
            for result in said.report.connectors:
                yield from _true(asking, result.connector, result.outcome)
            for name, value in said.report.user_info.attributes.items():
                connector = name.removesuffix("_tag")
                if value.int_value != tag(connector, asking.person):
                    yield f"{asking.id} got {name} of somebody else"


def _true(asking: Asking, connector: str, outcome: int) -> Iterator[str]:
    word = report_pb2.Outcome.Name(outcome).removeprefix("OUTCOME_")  # type: ignore[arg-type]
    if word in (Outcome.HIT, Outcome.NO_HIT) and word != knows(connector, asking.person):
        yield f"{asking.id}: {connector} said {word} of {asking.person}, which it did not"


LAWS: Sequence[Law] = (
    once,
    intended,
    settled,
    billed,
    joined,
    unavailable,
    punctual,
    costs,
    alone,
    held,
    capped,
    truthful,
)


def broken(case: Case) -> list[str]:
    """Tell of each law that does not hold."""
    return [f"{law.__name__}: {told}" for law in LAWS for told in law(case)]
