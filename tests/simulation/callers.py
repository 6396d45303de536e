"""Who asks what, when, and how patiently: drawn by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Final

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2

from .said import Caller, Errand, Said
from .world import EPOCH

PURPOSE: Final = inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
RECIPIENTS: Final = ("paybook", "hardfile", "openfile", "keyhouse", "gatehouse")
PRODUCTS: Final = ("full", "paid", "free", "hard", "falls")
SHARES: Final = (15, 35, 20, 15, 15)
PERSONS: Final = 60
DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class Asking:
    """One inquiry, and what came of each time that it was sent."""

    id: str
    person: str
    caller: Caller
    body: bytes
    reuse: int = 0
    sound: bool = True
    """Whether there is no reason to refuse it."""
    said: list[Said] = field(default_factory=list)

    @property
    def tenant(self) -> str:
        return self.caller.tenant

    def message(self, errand: Errand) -> bytes:
        if errand is Errand.ASK:
            return self.body
        if errand is Errand.BACK:
            return pb.GetInquiryRequest(inquiry_id=self.id).SerializeToString()
        other = pb.GetUserInfoRequest.FromString(self.body)
        other.inputs["other"] = "yes"
        return other.SerializeToString()


@dataclass(frozen=True, slots=True)
class Visit:
    """One time that a caller comes."""

    at: float
    asking: Asking
    errand: Errand = Errand.ASK
    leaves_after: float | None = None


def request(id: str, person: str, product: str) -> pb.GetUserInfoRequest:  # noqa: A002 - its name
    """Make a request that nothing is wrong with."""
    made = pb.GetUserInfoRequest(inquiry_id=id, product=product, purpose=PURPOSE)
    made.subject.id_number = person
    made.consent.id = "c1"
    made.consent.purposes.append(PURPOSE)
    made.consent.recipients.extend(RECIPIENTS)
    made.consent.granted_at.FromDatetime(EPOCH - DAY)
    made.consent.expires_at.FromDatetime(EPOCH + DAY)
    return made


def visits(seed: str, count: int, per_second: float) -> Iterator[Visit]:
    """Draw inquiries; some come many at once, some again, and some callers come back."""
    chance = Random(seed)
    at, left = 0.0, count
    while left > 0:
        at += chance.expovariate(per_second)
        many = chance.randint(2, 12) if chance.random() < 0.03 else 1
        first = _one(chance, f"{seed}-{left}")
        for number in range(min(many, left)):
            asking = first if number == 0 else _alike(chance, first, f"{seed}-{left}")
            soon = at + chance.choice((0.0, 0.0, 0.01))
            yield Visit(soon, asking, Errand.ASK, _leaves(chance))
            yield from _later(chance, asking, soon)
            left -= 1


def _later(chance: Random, asking: Asking, at: float) -> Iterator[Visit]:
    for errand, share in ((Errand.ASK, 0.15), (Errand.OTHER, 0.03), (Errand.BACK, 0.15)):
        if chance.random() < share:
            after = chance.choice((0.0, 0.005, 0.05, 1.0, 8.0)) * chance.random()
            yield Visit(at + after, asking, errand, _leaves(chance))


def _one(chance: Random, id: str) -> Asking:  # noqa: A002 - what it is called
    # Zipf: the first person is asked about most.
    person = f"P{int(PERSONS ** chance.random()):04d}"
    made = request(id, person, chance.choices(PRODUCTS, SHARES)[0])
    flaw = chance.random()
    if flaw < 0.01:
        made.subject.ClearField("id_number")
    elif flaw < 0.02:
        made.consent.expires_at.FromDatetime(EPOCH - timedelta(days=1))
    elif flaw < 0.03:
        made.product = "unknown"
    reuse = chance.choices((1, 2, 3, 0), (80, 6, 6, 8))[0]
    if reuse:
        made.reuse.mode = reuse  # type: ignore[assignment] # an enum's number
    else:
        made.reuse.max_age.seconds = chance.randint(1, 10)
    caller = Caller(chance.choice(("lender_a", "lender_a", "lender_b")), _patience(chance))
    return Asking(id, person, caller, made.SerializeToString(), reuse, sound=flaw >= 0.03)


def _alike(chance: Random, first: Asking, id: str) -> Asking:  # noqa: A002 - what it is called
    """Draw another inquiry of the same question."""
    made = pb.GetUserInfoRequest.FromString(first.body)
    made.inquiry_id = id
    caller = Caller(first.tenant, _patience(chance))
    return replace(first, id=id, caller=caller, body=made.SerializeToString(), said=[])


def _patience(chance: Random) -> float | None:
    return None if chance.random() < 0.1 else chance.choice((0.3, 1.0, 2.5, 4.0, 8.0))


def _leaves(chance: Random) -> float | None:
    return chance.uniform(0.0, 2.0) if chance.random() < 0.08 else None
