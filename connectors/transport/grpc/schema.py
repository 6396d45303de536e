"""What a service says of itself: a method, and the messages that it takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from ...faults import ConfigError
from ..tls import find


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method."""

    path: str
    """``/package.Service/Method``."""
    request: type[Message]
    answer: type[Message]


def read_rpc(files: Path, name: str, service: str, method: str) -> Rpc:
    """Look a method up in a file of descriptors. Raises `ConfigError`, at the key to blame."""
    pool = _pool(name, find(files, name, "descriptors").read_bytes())
    try:
        found = pool.FindServiceByName(service)
    except KeyError:
        raise ConfigError(f"{name} has no service {service}", ("service",)) from None
    rpc = found.methods_by_name.get(method)
    if rpc is None:
        raise ConfigError(f"{service} has no method {method}", ("method",))
    if rpc.client_streaming or rpc.server_streaming:
        raise ConfigError(f"{method} is a stream: one question has one answer", ("method",))
    return Rpc(
        f"/{service}/{method}", GetMessageClass(rpc.input_type), GetMessageClass(rpc.output_type)
    )


def _pool(name: str, content: bytes) -> DescriptorPool:
    """Read a file of descriptors into a pool of its own: two bureaus may use one name."""
    try:
        files = {file.name: file for file in FileDescriptorSet.FromString(content).file}
    except DecodeError:
        raise ConfigError(f"{name}: no FileDescriptorSet", ("descriptors",)) from None
    pool = DescriptorPool()
    try:
        for file in _in_order(files):
            pool.Add(file)
        for name_of_file in files:
            pool.FindFileByName(name_of_file)
    except (KeyError, TypeError, ValueError):
        message = f"{name}: not whole; `protoc --include_imports` writes what it imports too"
        raise ConfigError(message, ("descriptors",)) from None
    return pool


def _in_order(files: dict[str, FileDescriptorProto]) -> list[FileDescriptorProto]:
    """Put what is imported before whoever imports it; an import that is not there is a KeyError."""
    ordered: dict[str, FileDescriptorProto] = {}
    todo = list(files)
    while todo:
        file = files[todo[-1]]
        lacking = [name for name in file.dependency if name not in ordered]
        if not lacking:
            ordered.setdefault(todo.pop(), file)
        elif len(todo) > len(files) * 2:
            raise ValueError("files that import each other")
        else:
            todo.extend(lacking[:1])
    return list(ordered.values())
