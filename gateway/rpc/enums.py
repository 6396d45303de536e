"""Our words and the numbers that the protos give them."""

from __future__ import annotations

from datachannel.v1 import catalog_pb2, inquiry_pb2, report_pb2

from connectors.policy.breaker.breaker import Guard
from connectors.policy.breaker.circuit import State
from connectors.words import Billed, Effect, FieldStatus, Outcome, Purpose, ReuseMode, ServedFrom

from ..model import Verdict
from ..subject.filling import FieldOrigin

OUTCOMES = {word: report_pb2.Outcome.Value(f"OUTCOME_{word}") for word in Outcome}
SERVED_FROM = {word: report_pb2.ServedFrom.Value(f"SERVED_FROM_{word}") for word in ServedFrom}
BILLED = {word: report_pb2.Billed.Value(f"BILLED_{word}") for word in Billed}
VERDICTS = {word: report_pb2.Verdict.Value(f"VERDICT_{word}") for word in Verdict}
STATUSES = {word: report_pb2.FieldStatus.Value(f"FIELD_STATUS_{word}") for word in FieldStatus}
ORIGINS = {word: report_pb2.FieldOrigin.Value(f"FIELD_ORIGIN_{word}") for word in FieldOrigin}
EFFECTS = {word: catalog_pb2.Effect.Value(f"EFFECT_{word.name}") for word in Effect}
PURPOSES = {word: inquiry_pb2.Purpose.Value(f"PURPOSE_{word}") for word in Purpose}
REUSE_MODES = {word: inquiry_pb2.ReuseMode.Value(f"REUSE_MODE_{word}") for word in ReuseMode}

FRESHNESS = {
    ServedFrom.LIVE: report_pb2.FRESHNESS_LIVE,
    ServedFrom.SHARED: report_pb2.FRESHNESS_LIVE,
    ServedFrom.CACHE: report_pb2.FRESHNESS_CACHED,
    ServedFrom.STALE: report_pb2.FRESHNESS_STALE,
}

PURPOSE_OF = {number: word for word, number in PURPOSES.items()}
"""A number that is not here was not said, or is newer than we are."""
REUSE_MODE_OF = {number: word for word, number in REUSE_MODES.items()}

NOT_CLOSED = {
    State.OPEN: catalog_pb2.CONNECTOR_HEALTH_UNAVAILABLE,
    State.HALF_OPEN: catalog_pb2.CONNECTOR_HEALTH_RECOVERING,
}
DEGRADED = 0.1
"""The share of failures from which a connector fails more often than it should."""


def health(guard: Guard | None) -> catalog_pb2.ConnectorHealth.ValueType:
    """Say what a bureau's breaker knows, if it was asked lately."""
    found = guard.health() if guard else None
    if found and found.state in NOT_CLOSED:
        return NOT_CLOSED[found.state]
    if found is None or found.failing is None:
        return catalog_pb2.CONNECTOR_HEALTH_UNSPECIFIED
    if found.failing >= DEGRADED:
        return catalog_pb2.CONNECTOR_HEALTH_DEGRADED
    return catalog_pb2.CONNECTOR_HEALTH_HEALTHY
