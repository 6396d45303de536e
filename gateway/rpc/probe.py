"""Asks a gateway whether it serves, for whoever knows only exit codes: a container's check."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_NAME = "grpc.ssl_target_name_override"


@dataclass(frozen=True, slots=True)
class Proof:
    """Files in PEM by which both sides of a TLS connection know each other."""

    ca: Path
    cert: Path | None = None
    key: Path | None = None
    """With `cert`: what a gateway that wants callers' certificates is shown."""
    name: str | None = None
    """The name in the gateway's certificate, where it is not the address's."""

    def channel(self, address: str) -> grpc.Channel:
        credentials = grpc.ssl_channel_credentials(
            self.ca.read_bytes(),
            self.key.read_bytes() if self.key else None,
            self.cert.read_bytes() if self.cert else None,
        )
        return grpc.secure_channel(address, credentials, [(_NAME, self.name)] if self.name else [])


def serves(address: str, proof: Proof | None = None, *, wait: float = 3.0) -> bool:
    """Ask once, about the whole server; no answer in `wait` seconds is a no."""
    with proof.channel(address) if proof else grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=wait)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m gateway.rpc.probe", description=__doc__)
    parser.add_argument("address", nargs="?", default="127.0.0.1:7443", help="HOST:PORT")
    parser.add_argument(
        "--ca", type=Path, help="who signed the gateway's certificate; without: no TLS"
    )
    parser.add_argument(
        "--cert", type=Path, help="our own certificate, where callers must show one"
    )
    parser.add_argument("--key", type=Path, help="its key")
    parser.add_argument("--name", help="the name in the gateway's certificate")
    told = parser.parse_args(arguments)
    proof = Proof(told.ca, told.cert, told.key, told.name) if told.ca else None
    return 0 if serves(told.address, proof) else 1


if __name__ == "__main__":
    sys.exit(main())
