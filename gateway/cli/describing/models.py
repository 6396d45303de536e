"""What a config folder is made of: its files, and the families of kinds that stand in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import BaseModel, RootModel, Tag

from connectors.auth import AnyAuth
from connectors.bureau import BureauSpec
from connectors.codec import AnyCodec
from connectors.mapping import AnyRow
from connectors.seal import AnySeal
from connectors.sign import AnySign
from connectors.spec import ConnectorSpec
from connectors.transport import AnyTransport
from connectors.verify import AnyVerify

from ...checks import AnyCheck
from ...config.settings import Settings
from ...fillers import AnyFiller
from ...policy import CallerPolicy
from ...product import ProductSpec
from ...rules import AnyRule


class Table(RootModel[dict[str, str]]):
    """What `lookup(tables.NAME)` gives, by what it is asked."""


MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "gateway": Settings,
    "bureau": BureauSpec,
    "connector": ConnectorSpec,
    "product": ProductSpec,
    "caller": CallerPolicy,
    "table": Table,
}
"""By the kind of file."""

FAMILIES: Final[Mapping[str, Any]] = {
    "transport": AnyTransport,
    "codec": AnyCodec,
    "auth": AnyAuth,
    "seal": AnySeal,
    "sign": AnySign,
    "verify": AnyVerify,
    "mapping": AnyRow,
    "validate": AnyRule,
    "fill": AnyFiller,
    "checks": AnyCheck,
}
"""Unions of kinds, by the key under which one stands in a file."""

_ROWS: Final = {"each": "list"}
"""Where a tag is no word of the file."""


def members(family: object) -> Iterator[tuple[str, type[BaseModel]]]:
    """Find the models of a union by their kinds, however it is wrapped."""
    if isinstance(family, type) and issubclass(family, BaseModel):
        for word in get_args(family.model_fields["kind"].annotation):
            yield str(word), family
        return
    parts = get_args(family)
    tag = next((str(part.tag) for part in parts if isinstance(part, Tag)), "")
    for part in parts:
        yield from ((_ROWS.get(tag, tag), part),) if tag and part is parts[0] else members(part)
