"""From a schema to a shape: references followed, circles cut, one of several taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..shape import Leaf, Listing, Part, Record, Shape
from .document import Document, Node

_DEEPEST: Final = 24


@dataclass(frozen=True, slots=True)
class Shapes:
    """Reads the schemas of one file."""

    document: Document

    def shape(self, schema: object, way: tuple[str, ...] = ()) -> Shape:
        """Read a schema; where it contains itself, nothing is below."""
        node, reference = self.document.followed(schema)
        if (reference and reference in way) or len(way) > _DEEPEST:
            return Record()
        return self._shape(self._whole(node, 0), (*way, reference))

    def _shape(self, node: Node, way: tuple[str, ...]) -> Shape:
        if "properties" in node or _type(node) == "object":
            required = set(node.get("required") or ())
            properties = node.get("properties") or {}
            return Record(
                tuple(
                    Part(name, self.shape(below, way), name in required)
                    for name, below in properties.items()
                )
            )
        if _type(node) == "array" or "items" in node:
            return Listing(self.shape(node.get("items") or {}, way))
        return leaf(node)

    def _whole(self, node: Node, depth: int) -> Node:
        """Put the parts of `allOf` together; of `oneOf` and `anyOf` the first that is not null."""
        if depth > _DEEPEST:
            return {}
        parts = [self._whole(self.document.node(one), depth + 1) for one in node.get("allOf") or ()]
        for key in ("oneOf", "anyOf"):
            choices = [self.document.node(one) for one in node.get(key) or ()]
            parts += [self._whole(one, depth + 1) for one in choices if _type(one) != "null"][:1]
        return _merged([node, *parts]) if parts else node


def leaf(node: Node) -> Leaf:
    """Read the schema of one value."""
    words = tuple(word for word in node.get("enum") or () if word is not None)
    if "const" in node:
        words = (node["const"],)
    return Leaf(
        type=_type(node) or "string",
        format=str(node.get("format") or ""),
        pattern=str(node.get("pattern") or ""),
        longest=node["maxLength"] if isinstance(node.get("maxLength"), int) else 0,
        words=words,
        said=" ".join(str(node.get("description") or node.get("title") or "").split()),
        example=_example(node),
    )


def _example(node: Node) -> object:
    """Give an example, or what is taken where nothing is said: the file says it to everyone."""
    listed = node.get("examples")
    if isinstance(listed, list) and listed:
        return listed[0]
    return node.get("example", node.get("default"))


def _type(node: Node) -> str:
    found = node.get("type")
    if isinstance(found, list):
        return next((str(one) for one in found if one != "null"), "null")
    return str(found or "")


def _merged(nodes: list[Node]) -> Node:
    found: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for node in nodes:
        found = {**node, **found}
        properties |= node.get("properties") or {}
        required += node.get("required") or ()
    if properties:
        found |= {"properties": properties, "required": required}
    return found


def examples_of(media: Mapping[str, Any], document: Document) -> object:
    """Give the first example of a body; None where there is none."""
    if "example" in media:
        return media["example"]
    for one in (media.get("examples") or {}).values():
        node = document.node(one)
        if "value" in node:
            return node["value"]
    schema = document.node(media.get("schema") or {})
    return schema.get("example")
