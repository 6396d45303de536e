"""What a check sees, and what it may say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from datachannel.v1 import user_info_pb2

from ..model import FieldMeta
from ..subject.violation import Violation


@dataclass(frozen=True, slots=True)
class Evidence:
    """A report before it is judged."""

    user_info: user_info_pb2.UserInfo = field(repr=False)
    """Merged. A check may clear what it finds false."""
    by_connector: Mapping[str, user_info_pb2.UserInfo] = field(repr=False)
    fields: Mapping[str, FieldMeta]
    now: datetime


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What one check found."""

    fields: Mapping[str, FieldMeta] = field(default_factory=dict)
    """Those whose meta it changes, whole."""
    warnings: tuple[Violation, ...] = ()
    lacking: tuple[str, ...] = ()
    """Paths without which the report does not stand."""


Check = Callable[[Evidence], CheckFinding]
