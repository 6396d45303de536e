"""On what terms a connector may be asked, and what it may call its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, WithJsonSchema, model_validator

from ..kit import Strict
from ..words import Purpose


class Policy(Strict):
    """On what terms a connector may be asked."""

    purposes: frozenset[Purpose] = Field(min_length=1)
    consent: Annotated[bool, WithJsonSchema({"enum": ["required", "none"]})] = True
    """Whether the subject's consent must name this bureau; ``required`` or ``none``."""
    data_classes: frozenset[str] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _words(cls, source: object) -> object:
        words = {"required": True, "none": False}
        if isinstance(source, Mapping) and "consent" in source:
            if (word := source["consent"]) not in tuple(words):
                raise ValueError("consent is required or none")
            return {**source, "consent": words[word]}
        return source


class Reference(Strict):
    """Our own reference of a query, which a bureau may ask for."""

    length: int = Field(default=20, ge=8, le=64)
