"""How a bureau is reached: which keys its transport takes, and what they make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from .auth import NoAuth
from .contract import Transport, Wire, WireReply
from .faults import ConfigError, Findings
from .kit import Kit
from .template import Language
from .template.constant import constant
from .transport import Allowed, AnyTransport, Egress, Grpc, Http, Plugin, Sql, Tls
from .transport.address import Address, read_address
from .transport.grpc import PORTS as GRPC_PORTS
from .transport.http import PORTS as HTTP_PORTS

_NOT: Final = {
    "sql": {
        "tls": "a database has no `tls`",
        "egress": "a database has no `egress`: its `dsn` says who is connected to",
        "headers": "a database has no `headers`",
        "sign": "a database has no `sign`",
        "auth": "a database has no `auth`: its `dsn` says who we are",
    },
    "plugin": {
        "tls": "a plug-in has no `tls`: it makes its own connections",
        "egress": "a plug-in has no `egress`: it makes its own connections",
    },
    "grpc": {},
    "http": {},
}
"""Keys that a kind of transport has no use for: one that is ignored would pass for a promise."""


def unfit(transport: AnyTransport, given: Mapping[str, object]) -> str:
    """Say what of a bureau's keys does not go with its transport; empty for nothing."""
    if isinstance(transport, Http | Grpc) == (given["base_url"] is None):
        return "a bureau has a base_url if, and only if, it is reached by HTTP or gRPC"
    for key, message in _NOT[transport.kind].items():
        if given[key] and not isinstance(given[key], NoAuth):
            return message
    return ""


@dataclass(frozen=True, slots=True)
class Reached:
    """A transport, and what only the address says of a message on its way."""

    transport: Transport
    prefix: str = ""
    """Before each path."""
    host: str = ""
    """As HTTP's ``Host`` says it."""


@dataclass(frozen=True, slots=True)
class Way:
    """What a bureau's file says of the way to it."""

    bureau: str
    transport: AnyTransport
    base_url: str | None
    tls: Tls | None
    egress: Egress | None

    def reach(self, kit: Kit, language: Language, instead: Transport | None) -> Reached:
        """Build; `instead` takes the transport's place in tests. Raises `ConfigError`."""
        if instead is not None:
            return self._rehearsed(language, instead)
        if isinstance(self.transport, Http | Grpc):
            return self._addressed(kit, language)
        findings = Findings()
        built: Transport | None = None
        with findings.at("transport"):
            built = self._unaddressed(self.transport, kit, language)
        return Reached(findings.settle(built))

    def _unaddressed(self, transport: Sql | Plugin, kit: Kit, language: Language) -> Transport:
        if isinstance(transport, Sql):
            return transport.build(kit, self.bureau, constant(transport.dsn, language, "dsn"))
        findings = Findings()
        config = {
            name: _rendered(value, language, findings, ("config", name))
            for name, value in transport.config.items()
        }
        findings.close()
        return transport.build(kit, self.bureau, config)

    def _addressed(self, kit: Kit, language: Language) -> Reached:
        findings = Findings()
        address: Address | None = None
        with findings.at():
            address = self.address(language)
        allowed: Allowed | None = None
        with findings.at("egress"):
            allowed = self.allowed(language)
        built: Transport | None = None
        # What is wrong with one key is told besides what is wrong with the next.
        with findings.at():
            built = self._carrier(kit, language, address, allowed)
        address = findings.settle(address)
        return Reached(findings.settle(built), address.prefix, address.authority)

    def _carrier(
        self, kit: Kit, language: Language, address: Address | None, allowed: Allowed | None
    ) -> Transport | None:
        findings = Findings()
        if address is not None and allowed is not None and not allowed.lists(address.host):
            findings.add("the host of `base_url` is not among them", "egress", "hosts")
        context, pem = None, None
        with findings.at("tls"):
            tls = self.tls.located(language) if self.tls else None
            if tls and isinstance(self.transport, Http):
                context = tls.build(kit)
            elif tls:
                pem = tls.pem(kit)
        built: Transport | None = None
        with findings.at():
            if address is not None and isinstance(self.transport, Http):
                built = self.transport.build(kit, self.bureau, address, context, allowed)
            elif address is not None and isinstance(self.transport, Grpc):
                built = self.transport.build(kit, self.bureau, address, pem, allowed)
        findings.close()
        return built

    def address(self, language: Language) -> Address:
        ports = GRPC_PORTS if isinstance(self.transport, Grpc) else HTTP_PORTS
        return read_address(constant(self.base_url or "", language, "base_url"), ports)

    def allowed(self, language: Language) -> Allowed | None:
        if self.egress is None:
            return None
        findings = Findings()
        hosts: list[str] = []
        for index, source in enumerate(self.egress.hosts):
            with findings.at("hosts", index):
                hosts.append(_constant(source, language))
        findings.close()
        allowed: Allowed | None = None
        with findings.at("hosts"):
            allowed = Allowed.of(hosts)
        return findings.settle(allowed)

    def _rehearsed(self, language: Language, instead: Transport) -> Reached:
        """Give the prefix as far as it is known: a test may not say where its bureau is."""
        if self.base_url is None:
            return Reached(instead)
        try:
            address = self.address(language)
        except ConfigError:
            return Reached(instead)
        return Reached(instead, address.prefix, address.authority)


def _constant(source: str, language: Language) -> str:
    try:
        return constant(source, language, "")
    except ConfigError as error:
        raise ConfigError(str(error)) from None


def _rendered(
    node: object, language: Language, findings: Findings, at: tuple[str | int, ...]
) -> object:
    """Render every text of a plug-in's config."""
    match node:
        case Mapping():
            return {
                name: _rendered(value, language, findings, (*at, str(name)))
                for name, value in node.items()
            }
        case list() | tuple():
            return [
                _rendered(item, language, findings, (*at, index)) for index, item in enumerate(node)
            ]
        case str():
            with findings.at(*at):
                return _constant(node, language)
            return ""
        case _:
            return node


@dataclass(frozen=True, slots=True)
class _Prefixed:
    """Puts the path of `base_url` before targets that do not know it: a login's."""

    inner: Transport
    prefix: str

    async def send(self, wire: Wire) -> WireReply:
        return await self.inner.send(replace(wire, target=self.prefix + wire.target))

    async def aclose(self) -> None:
        await self.inner.aclose()


def prefixed(reached: Reached) -> Transport:
    """Give a transport for messages whose drafts do not begin with the prefix."""
    if not reached.prefix:
        return reached.transport
    return _Prefixed(reached.transport, reached.prefix)
