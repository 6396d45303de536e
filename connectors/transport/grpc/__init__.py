"""Carries messages to a bureau that speaks gRPC, which its connectors write and read as JSON."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final, Literal

from pydantic import Field

from ...contract import Transport
from ...faults import ConfigError, Findings
from ...kit import Kit, Strict
from ...message.request import Request
from ...units import Bytes, Seconds
from ..address import Address
from ..egress import Allowed, Door
from ..tls import Pem
from .checking import check_tree
from .schema import Rpc, read_rpc

PORTS: Final = {"grpc": 80, "grpcs": 443}

_METADATA: Final = re.compile(r"[a-z0-9_.-]+(?<!-bin)")
"""What gRPC takes as a name; below ``-bin`` it wants bytes."""


class Grpc(Strict):
    """One method of a service, without streams; the `json` of a request becomes its message."""

    kind: Literal["grpc"]
    service: str = Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")
    """With its package."""
    method: str = Field(pattern=r"^[A-Za-z_]\w*$")
    descriptors: str
    """A `FileDescriptorSet` below the kit's folder: ``protoc --include_imports -o FILE``."""
    connect_timeout: Seconds = 1.0
    """From wanting a connection to having one: DNS, TCP, TLS and HTTP/2."""
    max_response_size: Bytes = 2 * 2**20

    def build(
        self, kit: Kit, bureau: str, address: Address, pem: Pem | None, allowed: Allowed | None
    ) -> Transport:
        """`pem` None is the list of authorities that gRPC brings along."""
        findings = Findings()
        rpc: Rpc | None = None
        with findings.at("transport"):
            rpc = self._rpc(kit)
        if pem is not None and address.scheme == "grpc":
            findings.add("goes with grpcs://", "tls")
        if address.prefix:
            findings.add("base_url: is a host and a port, without a path", "base_url")
        rpc = findings.settle(rpc)
        door = Door(bureau, allowed or Allowed.only(address.host))
        # Only who has such a bureau pays for the import.
        opened: Transport = import_module(f"{__name__}.channel").GrpcTransport(
            self, rpc, address, door, pem
        )
        return opened

    def check(self, kit: Kit, request: Request) -> None:
        """Hold a request against the message that it becomes. Raises `ConfigError`."""
        rpc = self._rpc(kit)
        findings = Findings()
        allowed = {"json_", "headers", "sign", "omit_null", "ascii"}
        for key in sorted(request.model_fields_set - allowed):
            findings.add("a gRPC bureau is asked by `json` and `headers` alone", key.rstrip("_"))
        if "json_" not in request.model_fields_set:
            findings.add(f"is missing: it becomes {rpc.request.DESCRIPTOR.full_name}", "json")
        for name in request.headers:
            if not _METADATA.fullmatch(name.lower()):
                findings.add("gRPC takes no header of this name", "headers", name)
        with findings.at("json"):
            check_tree(request.json_, rpc.request)
        findings.close()

    def _rpc(self, kit: Kit) -> Rpc:
        try:
            return read_rpc(kit.files, self.descriptors, self.service, self.method)
        except ConfigError as error:
            raise ConfigError(str(error), error.findings[0].at or ("descriptors",)) from None
