"""A bureau that speaks gRPC, made of descriptors alone, and what calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2
from grpc import aio

from connectors.contract import Attempt, Transport, Wire
from connectors.transport.address import read_address
from connectors.transport.egress import Allowed
from connectors.transport.grpc import PORTS, Grpc
from connectors.transport.grpc.schema import read_rpc
from connectors.transport.tls import Tls
from tests.standins import make_kit

from .wires import Certificates

Message = Any
Context = aio.ServicerContext[Any, Any]
Play = Callable[[Message, Context], Awaitable[Message]]

_FIELD = descriptor_pb2.FieldDescriptorProto


def _field(name: str, number: int, kind: Any, type_name: str | None = None, **more: Any) -> _FIELD:
    label = more.pop("label", _FIELD.LABEL_OPTIONAL)
    return _FIELD(
        name=name,
        number=number,
        type=kind,
        type_name=type_name,
        label=label,
        **more,
    )


def _file() -> descriptor_pb2.FileDescriptorProto:
    many = _FIELD.LABEL_REPEATED
    file = descriptor_pb2.FileDescriptorProto(name="acme.proto", package="acme.v1", syntax="proto3")
    file.dependency.extend(
        f"google/protobuf/{name}.proto" for name in ("timestamp", "duration", "struct", "wrappers")
    )
    level = file.enum_type.add(name="Level")
    for number, name in enumerate(("LEVEL_UNSPECIFIED", "LEVEL_LOW")):
        level.value.add(name=name, number=number)
    person = file.message_type.add(name="Person")
    person.field.extend(
        [
            _field("id_number", 1, _FIELD.TYPE_STRING, json_name="idNumber"),
            _field("age", 2, _FIELD.TYPE_INT32),
            _field("level", 3, _FIELD.TYPE_ENUM, ".acme.v1.Level"),
        ]
    )
    question = file.message_type.add(name="Question")
    question.field.extend(
        [
            _field("person", 1, _FIELD.TYPE_MESSAGE, ".acme.v1.Person"),
            _field("products", 2, _FIELD.TYPE_STRING, label=many),
            _field("asked_at", 3, _FIELD.TYPE_MESSAGE, ".google.protobuf.Timestamp"),
            _field("number", 4, _FIELD.TYPE_INT64),
            _field("labels", 5, _FIELD.TYPE_MESSAGE, ".acme.v1.Question.LabelsEntry", label=many),
        ]
    )
    _map(question, "LabelsEntry", _FIELD.TYPE_STRING)
    answer = file.message_type.add(name="Answer")
    answer.field.extend(
        [
            _field("person", 1, _FIELD.TYPE_MESSAGE, ".acme.v1.Person"),
            _field("number", 2, _FIELD.TYPE_INT64),
            _field("rate", 3, _FIELD.TYPE_DOUBLE),
            _field("short_rate", 4, _FIELD.TYPE_FLOAT),
            _field("photo", 5, _FIELD.TYPE_BYTES),
            _field("level", 6, _FIELD.TYPE_ENUM, ".acme.v1.Level"),
            _field("at", 7, _FIELD.TYPE_MESSAGE, ".google.protobuf.Timestamp"),
            _field("took", 8, _FIELD.TYPE_MESSAGE, ".google.protobuf.Duration"),
            _field("more", 9, _FIELD.TYPE_MESSAGE, ".google.protobuf.Struct"),
            _field("big", 10, _FIELD.TYPE_MESSAGE, ".google.protobuf.Int64Value"),
            _field("loans", 11, _FIELD.TYPE_MESSAGE, ".acme.v1.Person", label=many),
            _field("counts", 12, _FIELD.TYPE_MESSAGE, ".acme.v1.Answer.CountsEntry", label=many),
            _field("text", 13, _FIELD.TYPE_STRING),
        ]
    )
    _map(answer, "CountsEntry", _FIELD.TYPE_UINT64)
    service = file.service.add(name="Score")
    for name, streams in (("Ask", False), ("Watch", True)):
        service.method.add(
            name=name,
            input_type=".acme.v1.Question",
            output_type=".acme.v1.Answer",
            server_streaming=streams,
        )
    return file


def _map(message: descriptor_pb2.DescriptorProto, name: str, kind: int) -> None:
    entry = message.nested_type.add(name=name)
    entry.options.map_entry = True
    entry.field.extend([_field("key", 1, _FIELD.TYPE_STRING), _field("value", 2, kind)])


def describe(folder: Path, *, imports: bool = True) -> None:
    """Write ``acme.binpb``, what imports before what is imported."""
    known = (timestamp_pb2, duration_pb2, struct_pb2, wrappers_pb2) if imports else ()
    files = [_file()]
    for module in known:
        file = descriptor_pb2.FileDescriptorProto()
        module.DESCRIPTOR.CopyToProto(file)
        files.append(file)
    whole = descriptor_pb2.FileDescriptorSet(file=files)
    (folder / "acme.binpb").write_bytes(whole.SerializeToString())


def config(**more: object) -> Grpc:
    basic = {"service": "acme.v1.Score", "method": "Ask", "descriptors": "acme.binpb"}
    return Grpc.model_validate({"kind": "grpc", **basic, **more})


@dataclass
class Bureau:
    """A server, and what it was asked."""

    folder: Path
    port: int
    asked: list[Message] = field(default_factory=list)
    metadata: list[dict[str, Any]] = field(default_factory=list)

    def transport(
        self,
        of: Grpc | None = None,
        tls: Tls | None = None,
        allowed: Allowed | None = None,
        host: str = "127.0.0.1",
    ) -> Transport:
        kit = make_kit(files=self.folder)
        scheme = "grpcs" if tls else "grpc"
        address = read_address(f"{scheme}://{host}:{self.port}", PORTS)
        return (of or config()).build(kit, "acme", address, tls.pem(kit) if tls else None, allowed)


@asynccontextmanager
async def serving(
    folder: Path, play: Play, certificates: Certificates | None = None, ours: Path | None = None
) -> AsyncIterator[Bureau]:
    """Serve; `ours` is whose certificate callers must have."""
    describe(folder)
    rpc = read_rpc(folder, "acme.binpb", "acme.v1.Score", "Ask")
    server = aio.server()
    credentials = certificates and grpc.ssl_server_credentials(
        [(certificates.key.read_bytes(), certificates.certificate.read_bytes())],
        ours.read_bytes() if ours else None,  # noqa: ASYNC240 (a small file of the test's own)
        require_client_auth=ours is not None,
    )
    port = (
        server.add_secure_port("127.0.0.1:0", credentials)
        if credentials
        else server.add_insecure_port("127.0.0.1:0")
    )
    bureau = Bureau(folder, port)

    async def ask(question: Message, context: Context) -> Message:
        bureau.asked.append(question)
        bureau.metadata.append(dict(context.invocation_metadata() or ()))
        return await play(question, context)

    handler: Any = grpc.unary_unary_rpc_method_handler(
        ask,
        request_deserializer=rpc.request.FromString,
        response_serializer=lambda message: message.SerializeToString(),
    )
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("acme.v1.Score", {"Ask": handler}),)
    )
    await server.start()
    try:
        yield bureau
    finally:
        await server.stop(None)


def answer(folder: Path, **values: Any) -> Message:
    rpc = read_rpc(folder, "acme.binpb", "acme.v1.Score", "Ask")
    return rpc.answer(**values)


def question(body: bytes = b"{}", **headers: str) -> Wire:
    return Wire(Attempt(), "POST", "/", tuple(headers.items()), body)
