"""A server that plays data bureaus on the wire, faults and bills included."""

from typing import TYPE_CHECKING

from .calls import Call
from .courier import Delivery
from .credentials import SHAPED_FIELDS, Credentials, demo
from .people import PEOPLE, Person
from .script import Latency, Step
from .server import MockBureaus, serve

__all__ = [
    "DEMO",
    "PEOPLE",
    "SHAPED_FIELDS",
    "Call",
    "Credentials",
    "Delivery",
    "Latency",
    "MockBureaus",
    "Person",
    "Step",
    "demo",
    "serve",
]

DEMO: Credentials
"""Made when it is first asked for: its keys take a while, and who only starts does not wait."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name == "DEMO":
            return demo()
        raise AttributeError(name)
