"""The ways in which bureaus are asked, and the file of a connector of each."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

SCAFFOLDS: Traversable = files(__package__) / "scaffolds"


class Kind(StrEnum):
    """Ways in which bureaus are asked."""

    HTTP_JSON = "http-json"
    HTTP_FORM = "http-form"
    SOAP = "soap"
    SQL = "sql"
    SEALED = "sealed"
    SIGNED = "signed"
    LOGIN = "login"
    JOB = "job"
    CALLBACK = "callback"
    STEPS = "steps"
    PAGED = "paged"
    TLV = "tlv"
    GRPC = "grpc"
    PLUGIN = "plugin"


def scaffold(name: str, kind: Kind, currency: str) -> str:
    """Write the file of a connector."""
    text = (SCAFFOLDS / f"{kind}.yaml").read_text(encoding="utf-8")
    for mark, word in (("__NAME__", name), ("__ENV__", name.upper()), ("__CURRENCY__", currency)):
        text = text.replace(mark, word)
    return text


def descriptors(name: str) -> bytes:
    """Describe the service that the scaffold of a gRPC bureau asks, as `protoc` would."""
    question, answer = DescriptorProto(name="Question"), DescriptorProto(name="Answer")
    text, number = FieldDescriptorProto.TYPE_STRING, FieldDescriptorProto.TYPE_INT32
    for index, field in enumerate(("id_number", "name"), 1):
        question.field.add(name=field, number=index, type=text, label=_OPTIONAL)
    answer.field.add(name="days", number=1, type=number, label=_OPTIONAL)
    file = FileDescriptorProto(name="score.proto", package=f"{name}.v1", syntax="proto3")
    file.message_type.extend((question, answer))
    service = file.service.add(name="ScoreService")
    asked, told = f".{name}.v1.Question", f".{name}.v1.Answer"
    service.method.add(name="GetScore", input_type=asked, output_type=told)
    return FileDescriptorSet(file=[file]).SerializeToString()


_OPTIONAL = FieldDescriptorProto.LABEL_OPTIONAL
