"""JMESPath with exact numbers: of itself it takes a `Decimal` for no number at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.functions import Functions, signature

from ..contract import UNREADABLE, Document
from ..template.scalar import canonical, is_plain

LONGEST: Final = 1000
"""Characters of a path."""

DEEPEST: Final = 40
"""Levels of a path: each takes from the stack, of which service may have less left than load."""


def compile_jmespath(path: str) -> Callable[[Document], object]:
    """
    Compile; raises `ValueError` for what is no JMESPath.

    The function gives None where the path leads nowhere, and `UNREADABLE` where
    it leads to what its functions and comparisons do not take.
    """
    if len(path) > LONGEST:
        raise ValueError(f"a path of more than {LONGEST} characters")
    try:
        compiled = jmespath.compile(path)
        _refuse_unknown_functions(path, compiled.parsed)
        _make_literals_exact(compiled.parsed)
    except JMESPathError as error:
        raise ValueError(f"{path!r} is neither a dotted path nor JMESPath") from error
    except RecursionError:
        raise ValueError("a path that nests too deep") from None

    def select(document: Document) -> object:
        try:
            found = compiled.search(document, options=_OPTIONS)
        except JMESPathTypeError as error:
            return None if error.current_value is None else UNREADABLE
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError):
            # What it compares and calls unchecked is Python's to refuse: a text with a number.
            return UNREADABLE
        return _exact(found)

    return select


class _Exact(Functions):
    """The functions of JMESPath, for which a `Decimal` is a number."""

    def _get_allowed_pytypes(self, types: Sequence[str]) -> tuple[list[str], list[Sequence[str]]]:
        allowed, inside = super()._get_allowed_pytypes(types)  # type: ignore[misc] # the stubs leave it out
        return _with_decimal(allowed), [_with_decimal(names) for names in inside]

    def _convert_to_jmespath_type(self, name: str) -> str:
        like = "float" if name == "Decimal" else name
        return str(super()._convert_to_jmespath_type(like))  # type: ignore[misc]

    @signature({"types": ["array-number"]})
    def _func_avg(self, numbers: Sequence[int | Decimal]) -> Decimal | None:
        return Decimal(sum(numbers)) / len(numbers) if numbers else None

    @signature({"types": []})
    def _func_to_number(self, value: object) -> int | Decimal | None:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return value
        try:
            number = Decimal(value) if isinstance(value, str) else None
        except ArithmeticError:
            return None
        # What is not plain, `ceil` and `floor` would write out digit by digit.
        return number if number is not None and is_plain(number) else None

    @signature({"types": []})
    def _func_to_string(self, value: object) -> object:
        if isinstance(value, Decimal):
            return canonical(value)
        return super()._func_to_string(value)  # type: ignore[misc]

    @signature({"types": []})
    def _func_type(self, value: object) -> object:
        if isinstance(value, Decimal):
            return "number"
        return super()._func_type(value)  # type: ignore[misc]


_OPTIONS: Final = jmespath.Options(custom_functions=_Exact())


def _with_decimal(names: Sequence[str]) -> list[str]:
    return [*names, "Decimal"] if "float" in names else list(names)


def _exact(value: object) -> object:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _make_literals_exact(node: Any) -> None:
    """Let ``x == `1.1` `` hold of 1.1, which no float is."""
    if node.get("type") == "literal":
        node["value"] = _exact(node["value"])
    for child in node.get("children", ()):
        if isinstance(child, dict):
            _make_literals_exact(child)


def _refuse_unknown_functions(path: str, node: object, depth: int = 0) -> None:
    """JMESPath itself would find a misspelt function only in service, and only sometimes."""
    if not isinstance(node, Mapping):
        return
    if depth > DEEPEST:
        raise ValueError("a path that nests too deep")
    children = node.get("children", ())
    if node.get("type") == "function_expression":
        known = _Exact.FUNCTION_TABLE.get(node["value"])
        if known is None:
            raise ValueError(f"{path!r} calls {node['value']}(), which JMESPath does not know")
        wanted = known["signature"]
        variadic = bool(wanted and wanted[-1].get("variadic"))
        if len(children) < len(wanted) or (len(children) > len(wanted) and not variadic):
            raise ValueError(f"{path!r} calls {node['value']}() with a wrong number of arguments")
    for child in children:
        _refuse_unknown_functions(path, child, depth + 1)
