"""What a sample of a body is."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import parse_qsl

from .fault import Unusable
from .markup import request_text
from .operation import Body
from .sampling import leaf_of, shape_of
from .shape import Part, Record


def body_of(text: str, *, json_only: bool = False) -> Body:
    """Tell by its looks what a body is: JSON, XML, a form, or text."""
    stripped = text.strip()
    if json_only or stripped[:1] in {"{", "["}:
        try:
            return Body("json", shape_of(json.loads(stripped, parse_float=Decimal)))
        except ValueError:
            raise Unusable("the body is no JSON") from None
    if stripped.startswith("<"):
        return Body("xml", text=request_text(stripped))
    pairs = parse_qsl(stripped, keep_blank_values=True)
    if pairs:
        return Body("form", Record(tuple(Part(name, leaf_of(value)) for name, value in pairs)))
    return Body("text", text="${decide.body}")
