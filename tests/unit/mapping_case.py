"""A mapping as a file would state it, against the real `UserInfo`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from datachannel.v1.user_info_pb2 import UserInfo
from pydantic import TypeAdapter

from connectors.kit import Schema
from connectors.mapping import (
    CompiledMapping,
    Families,
    Mapped,
    Retentions,
    Rows,
    Sentinels,
    Sources,
    compile_mapping,
    compile_sources,
)
from connectors.select.path import Select, compile_path
from connectors.template import Language

SCHEMA = Schema(
    user_info=UserInfo,
    keys={
        "fraud.multi_lending": ("window", "key", "institution_type"),
        "fraud.blacklist_hits": ("list_type", "key"),
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


_FAMILIES: TypeAdapter[Families] = TypeAdapter(Families)
_RETENTION: TypeAdapter[Retentions] = TypeAdapter(Retentions)

LANGUAGE = Language(
    {"subject": {"name": str, "employer.uscc": str}},
    tables={"degree": {"本科": "BACHELOR", "硕士": "MASTER"}, "yes": {"Y": "true", "N": "no"}},
)


def whole(
    rows: Mapping[str, object],
    families: Sequence[object] = (),
    retention: object = (),
    sentinels: Mapping[object, str] | None = None,
    language: Language | None = LANGUAGE,
) -> CompiledMapping:
    """Compile all that a file can say of its mapping."""
    sources = Sources(
        _ROWS.validate_python(rows),
        _SENTINELS.validate_python(sentinels or {}),
        _FAMILIES.validate_python(tuple(families)),
        _RETENTION.validate_python(retention),
    )
    return compile_sources(
        sources, selector=compile_path, schema=SCHEMA, connector="acme_score", language=language
    )


def read(mapped: Mapped) -> UserInfo:
    return UserInfo.FromString(mapped.user_info)


def one(row: Mapping[str, object], target: str, raw: object) -> Mapped:
    """Map a document that holds one value."""
    return compiled({target: {"path": "raw", **row}})({"raw": raw})
