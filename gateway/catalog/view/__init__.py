"""What callers may know of products and connectors: a read-model of the configuration."""

from .catalog import Catalog, Offer
from .explained import Explained
from .facts import ConnectorFacts, facts

__all__ = ["Catalog", "ConnectorFacts", "Explained", "Offer", "facts"]
