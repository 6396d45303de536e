"""The fakes that more than one kind of test uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf.struct_pb2 import Struct

from connectors.faults import ConfigError
from connectors.kit import Schema, Secret

EMPTY_SCHEMA = Schema(user_info=Struct, keys={}, roots={})
"""For whatever maps nothing."""


@dataclass(frozen=True, slots=True)
class FakeSecrets:
    """Secrets that are none."""

    values: Mapping[str, str] = field(default_factory=dict)

    def read(self, name: str) -> Secret:
        if name not in self.values:
            raise ConfigError(f"there is no secret {name}")
        return Secret(self.values[name])


NoSecrets = FakeSecrets
