"""A mapping as a file would state it, against the real `UserInfo`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from datachannel.v1.user_info_pb2 import UserInfo
from pydantic import TypeAdapter

from connectors.kit import Schema
from connectors.mapping import CompiledMapping, Mapped, Rows, Sentinels, compile_mapping
from connectors.select.path import Select, compile_path

SCHEMA = Schema(
    user_info=UserInfo,
    keys={
        "fraud.multi_lending": ("window", "key", "institution_type"),
        "lender_relationship.drawdown_windows": ("window",),
    },
    roots={},
)

_ROWS: TypeAdapter[Rows] = TypeAdapter(Rows)
_SENTINELS: TypeAdapter[Sentinels] = TypeAdapter(Sentinels)


def compiled(
    rows: Mapping[str, object],
    sentinels: Mapping[object, str] | None = None,
    selector: Callable[[str], Select] = compile_path,
) -> CompiledMapping:
    return compile_mapping(
        _ROWS.validate_python(rows),
        selector=selector,
        schema=SCHEMA,
        connector="acme_score",
        sentinels=_SENTINELS.validate_python(sentinels or {}),
    )


def read(mapped: Mapped) -> UserInfo:
    return UserInfo.FromString(mapped.user_info)


def one(row: Mapping[str, object], target: str, raw: object) -> Mapped:
    """Map a document that holds one value."""
    return compiled({target: {"path": "raw", **row}})({"raw": raw})
