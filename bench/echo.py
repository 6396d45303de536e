"""A bare grpc.aio server that answers with so many bytes. `python -m bench.echo SIZE`."""

from __future__ import annotations

import sys
from typing import Any

import grpc
import uvloop

from .inquiries import PATH
from .process import serve_until_told


async def serve(service: str, methods: dict[str, Any]) -> None:
    """Serve raw methods on a free port of this machine, until told to end."""
    server = grpc.aio.server()
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        name: grpc.unary_unary_rpc_method_handler(method) for name, method in methods.items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await serve_until_told(port)
    await server.stop(0)


async def main(size: int) -> None:
    body = b"x" * size

    async def echo(_: bytes, __: object) -> bytes:
        return body

    _, service, name = PATH.split("/")
    await serve(service, {name: echo})


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
