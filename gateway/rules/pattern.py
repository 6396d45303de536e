"""A form that a product's own file prescribes, as a regular expression."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field
from pydantic_core import SchemaError, SchemaValidator, core_schema

from connectors.faults import ConfigError
from connectors.kit import Kit, Strict

from .contract import SILENT, Judgement, Rule, SubjectPath, broken, known, of_text


class Pattern(Strict):
    """
    Judges one field by a regular expression, which must match all of it.

    ``{kind: pattern, field: certificate_number, pattern: "[0-9]{18}"}``

    The expression runs on Rust's engine, which takes linear time whatever it is
    given, and refuses at load what cannot be run so: look-around, references to
    groups, and repetition that explodes.
    """

    crosses: ClassVar[bool] = False

    kind: Literal["pattern"] = "pattern"
    field: SubjectPath
    pattern: str = Field(min_length=1, max_length=500)
    max_length: int = Field(default=256, ge=1, le=4096)
    """Characters of the value."""

    def build(self, kit: Kit) -> Rule:
        known(kit, self.field, str)
        # By itself first: "a)|(?:b" is none, and would be one between the brackets.
        _compile(self.pattern, self.max_length)
        whole = _compile(rf"\A(?:{self.pattern})\z", self.max_length)

        def judge(text: str) -> Judgement:
            if whole.isinstance_python(text):
                return SILENT
            return broken(self.field, "pattern", "not of the form that the product prescribes")

        return of_text(self.field, self.kind, judge)


def _compile(pattern: str, max_length: int) -> SchemaValidator:
    try:
        return SchemaValidator(
            core_schema.str_schema(pattern=pattern, max_length=max_length, strict=True)
        )
    except SchemaError:
        raise ConfigError(
            "the regular expression is wrong, or not one for linear time", ("pattern",)
        ) from None
