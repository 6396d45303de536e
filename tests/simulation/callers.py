"""Who asks what, when, and how patiently: drawn by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Final

from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2

from .said import Said
from .world import EPOCH

PURPOSE: Final = inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
RECIPIENTS: Final = ("paybook", "hardfile", "openfile", "keyhouse", "gatehouse")
PRODUCTS: Final = ("full", "paid", "free", "hard")
SHARES: Final = (20, 45, 20, 15)
PERSONS: Final = 60
DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class Asking:
    """One inquiry, and what came of each time that it was sent."""

    id: str
    tenant: str
    person: str
    body: bytes
    at: float
    patience: float | None
    """Seconds until the caller's deadline; None leaves that to the product."""
    leaves_after: float | None = None
    reuse: int = 0
    sound: bool = True
    """Whether there is no reason to refuse it."""
    said: list[Said] = field(default_factory=list)


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


def askings(seed: str, count: int, per_second: float) -> Iterator[Asking]:
    """Draw inquiries in the order of their arrival; some come many at once."""
    chance = Random(seed)
    at = 0.0
    while count > 0:
        at += chance.expovariate(per_second)
        first = _one(chance, at, f"{seed}-{count}")
        yield first
        count -= 1
        if chance.random() < 0.03:
            for _ in range(min(count, chance.randint(2, 12))):
                yield _again(chance, first, f"{seed}-{count}")
                count -= 1


def _again(chance: Random, first: Asking, id: str) -> Asking:  # noqa: A002 - what it is called
    """Draw another caller's question about the same person at the same time."""
    again = pb.GetUserInfoRequest.FromString(first.body)
    again.inquiry_id = id
    return Asking(
        id,
        first.tenant,
        first.person,
        again.SerializeToString(),
        first.at + chance.choice((0.0, 0.0, 0.01)),
        patience=_patience(chance),
        leaves_after=_leaves(chance),
        reuse=first.reuse,
        sound=first.sound,
    )


def _patience(chance: Random) -> float | None:
    return None if chance.random() < 0.1 else chance.choice((0.3, 1.0, 2.5, 4.0, 8.0))


def _leaves(chance: Random) -> float | None:
    return chance.uniform(0.0, 2.0) if chance.random() < 0.08 else None


def _one(chance: Random, at: float, id: str) -> Asking:  # noqa: A002 - what it is called
    # Zipf: the first person is asked about most.
    person = f"P{int(PERSONS ** chance.random()):04d}"
    made = request(id, person, chance.choices(PRODUCTS, SHARES)[0])
    flaw = chance.random()
    if flaw < 0.01:
        made.subject.ClearField("id_number")
    elif flaw < 0.02:
        made.consent.expires_at.FromDatetime(EPOCH - timedelta(seconds=1))
    elif flaw < 0.03:
        made.product = "unknown"
    reuse = chance.choices((1, 2, 3, 0), (80, 6, 6, 8))[0]
    if reuse:
        made.reuse.mode = reuse  # type: ignore[assignment] # an enum's number
    else:
        made.reuse.max_age.seconds = chance.randint(1, 10)
    return Asking(
        id,
        chance.choice(("lender_a", "lender_a", "lender_b")),
        person,
        made.SerializeToString(),
        at,
        patience=_patience(chance),
        leaves_after=_leaves(chance),
        reuse=reuse,
        sound=flaw >= 0.03,
    )
