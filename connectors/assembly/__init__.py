"""How a connector's file becomes its parts; everything that is wrong is told at once."""

from .messages import connector_language
from .parts import Part, Parts, assemble
from .rows import outcome_rows, stated_rows

__all__ = ["Part", "Parts", "assemble", "connector_language", "outcome_rows", "stated_rows"]
