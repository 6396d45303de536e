"""The `request:` of a connector."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..operation import Body, Operation
from ..shape import Leaf, Listing, Part, Record, Shape, Way
from .asking import Asking, Told
from .yaml_text import MARK, Block, Entry, Remark, Row, Rows


@dataclass(slots=True)
class Requesting:
    """Writes the request of one operation, and remembers whether it may have nulls."""

    operation: Operation
    asking: Asking
    nulls: bool = False
    """Whether a field of the body may be null."""
    plain: dict[str, Leaf] = field(default_factory=dict)
    """What is sent as we know it, by reference."""

    def block(self) -> Block:
        operation = self.operation
        method = operation.method if operation.method in _METHODS else MARK
        entries: list[Entry | Remark] = [Entry("method", method), Entry("path", operation.path)]
        for key, parts in (
            ("path_params", operation.path_params),
            ("params", operation.params),
            ("headers", operation.headers),
        ):
            fields = self._fields(parts)
            if any(isinstance(field, Entry) for field in fields):
                entries.append(Entry(key, Block(fields)))
            else:
                entries += [
                    Remark(f"{key}: {field.text}") for field in fields if isinstance(field, Remark)
                ]
        if operation.body is not None:
            entries += self._body(operation.body)
        return Block(tuple(entries))

    def sent_params(self) -> tuple[str, ...]:
        """Name the parameters that are written, and not left out."""
        fields = self._fields(self.operation.params)
        return tuple(field.key for field in fields if isinstance(field, Entry))

    def _fields(self, parts: tuple[Part, ...]) -> tuple[Entry | Remark, ...]:
        """Write what stands outside of the body; there, null is no value."""
        return tuple(self._entry(part, (), null=False) for part in parts)

    def _body(self, body: Body) -> list[Entry | Remark]:
        if body.kind in {"xml", "text"}:
            return [Entry(body.kind, body.text.replace("${secrets.", self.asking.secrets))]
        shape = body.shape or Record()
        if body.kind != "json":
            shape = _flat(shape)
        tree = self._tree(shape, (), null=body.kind != "multipart")
        entries: list[Entry | Remark] = [Entry(body.kind, tree)]
        if self.nulls:
            entries.append(Entry("omit_null", value=True))
        return entries

    def _tree(self, shape: Shape, way: Way, *, null: bool) -> object:
        if isinstance(shape, Record):
            return Block(tuple(self._part(part, way, null=null) for part in shape.parts))
        if isinstance(shape, Listing):
            item = self._tree(shape.item, way, null=null)
            return Rows((item,)) if item != Block(()) else []
        entry = self._told(Part(way[-1] if way else "", shape), way[:-1], null=null)
        return Row(entry.value, entry.note) if entry else MARK

    def _part(self, part: Part, way: Way, *, null: bool) -> Entry | Remark:
        if isinstance(part.shape, Leaf):
            return self._entry(part, way, null=null)
        if not part.required and not self._known(part.shape, (*way, part.name)):
            return Remark(f"{part.name}: may be left out")
        return Entry(part.name, self._tree(part.shape, (*way, part.name), null=null))

    def _known(self, shape: Shape, way: Way) -> bool:
        """Tell whether anything in a part that may be left out is known to us."""
        if isinstance(shape, Listing):
            return self._known(shape.item, way)
        if isinstance(shape, Record):
            return any(self._known(part.shape, (*way, part.name)) for part in shape.parts)
        told = self.asking.tell(Part(way[-1], shape), way[:-1], null=True)
        return told is not None and told.value != MARK

    def _entry(self, part: Part, way: Way, *, null: bool) -> Entry | Remark:
        told = self._told(part, way, null=null)
        if told is None:
            return Remark(f"{part.name}: may be left out{_why(part.shape)}")
        return Entry(part.name, told.value, told.note)

    def _told(self, part: Part, way: Way, *, null: bool) -> Told | None:
        told = self.asking.tell(part, way, null=null)
        self.nulls |= told is not None and "?? null" in str(told.value)
        if told is not None and isinstance(part.shape, Leaf):
            reference = str(told.value).removeprefix("${").removesuffix("}")
            self.plain[reference.removesuffix(" ?? null")] = part.shape
        return told


def _flat(shape: Shape) -> Shape:
    """Make single values of the parts of a form: one that is an object is its text."""
    if not isinstance(shape, Record):
        return Record()
    text = Leaf("object", said="its text, which `documents:` can write as JSON")
    return Record(
        tuple(
            part if isinstance(part.shape, Leaf) else Part(part.name, text, part.required)
            for part in shape.parts
        )
    )


def _why(shape: Shape) -> str:
    said = shape.said if isinstance(shape, Leaf) else ""
    return f"; {said}" if said else ""


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
