"""
How a document becomes bytes, and bytes a document.

To add a codec: write one module beside these, name its model below, and give it
a row in `tests/contract/test_codec.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .form import Form
from .json import Json
from .text import Text
from .tlv import Tlv
from .xml import Xml

__all__ = ["AnyCodec", "Form", "Json", "Text", "Tlv", "Xml"]


def spelled_out(source: object) -> object:
    """Read ``codec: json`` as ``codec: {kind: json}``."""
    return {"kind": source} if isinstance(source, str) else source


_InFull = Annotated[Json | Form | Xml | Text | Tlv, Field(discriminator="kind")]
_Kind = Literal["form", "json", "text", "xml"]

AnyCodec = Annotated[_InFull, BeforeValidator(spelled_out, json_schema_input_type=_Kind | _InFull)]
"""A codec by its kind, or in full."""
