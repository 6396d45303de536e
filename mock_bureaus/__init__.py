"""A server that plays six bureaus on the wire, faults and bills included."""

from .calls import Call
from .credentials import DEMO, Credentials
from .people import PEOPLE, Person
from .script import Latency, Step
from .server import MockBureaus, serve

__all__ = [
    "DEMO",
    "PEOPLE",
    "Call",
    "Credentials",
    "Latency",
    "MockBureaus",
    "Person",
    "Step",
    "serve",
]
