"""
The language of the YAML files: references, converters, and text with holes.

Everything is compiled once, at load, and a template that can not be right is a
`ConfigError`. To add a converter: write a function and one row of the table in
`converters`.
"""

from .compile import Escape, Template, TextTemplate, compile_text, compile_value
from .errors import AbsentValue, RenderError, Unwritable
from .escape import header_value, path_segment, query_value, xml_text
from .language import Language, Scope

__all__ = [
    "AbsentValue",
    "Escape",
    "Language",
    "RenderError",
    "Scope",
    "Template",
    "TextTemplate",
    "Unwritable",
    "compile_text",
    "compile_value",
    "header_value",
    "path_segment",
    "query_value",
    "xml_text",
]
