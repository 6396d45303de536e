"""Carries messages through a class of the lender's own, where no other transport fits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any, Literal, Protocol

from pydantic import ConfigDict, Field

from ..codec.json import read_json
from ..contract import Attempt, Transport, Wire, WireReply
from ..errors import ConnectorError, Lost, NeedInput, NotSent, Unreadable
from ..faults import ConfigError
from ..kit import Kit, Strict
from ..units import Bytes


class Asks(Protocol):
    """
    What a plug-in's class is: made once with its `config`, and asked many times.

    Reuse, limits, breaker, ledger, outcomes and mapping stay outside of it. It
    may have an ``async def aclose(self)`` besides.
    """

    def ask(
        self, request: Mapping[str, object], sending: Callable[[], None]
    ) -> Awaitable[tuple[int, Mapping[str, str], bytes]]:
        """
        Ask once: no retry. Gives a status as of HTTP, headers, and a body for the codec.

        `request` has ``method``, ``path``, ``headers`` (a mapping) and ``body``: a
        document where it is JSON (numbers exact), else text. It must call
        `sending` before its first byte may leave: an error before that is proof
        that nothing was bought, and is asked again.
        """
        ...


class Plugin(Strict):
    """A class, if the gateway's own file lists it under `plugins`."""

    model_config = ConfigDict(serialize_by_alias=True)

    kind: Literal["plugin"]
    class_: str = Field(alias="class", pattern=r"^[a-z_][\w.]*:[A-Za-z_]\w*$")
    """``package.module:Class``."""
    config: Mapping[str, object] = Field(default_factory=dict)
    """The class's own; text in it is a template of secrets, environment and text."""
    max_response_size: Bytes = 2 * 2**20

    def build(self, kit: Kit, bureau: str, config: Mapping[str, object] | None = None) -> Transport:
        """`config` is the field as its templates were rendered. Imports what is listed alone."""
        if self.class_ not in kit.plugins:
            message = f"{self.class_} is not among the gateway's `plugins`"
            raise ConfigError(message, ("class",))
        module, _, name = self.class_.partition(":")
        try:
            made = getattr(import_module(module), name)(self.config if config is None else config)
        except Exception as error:  # noqa: BLE001 (anything may go wrong in what is not ours)
            fault = f"{self.class_} can not be made: {type(error).__name__}"
        else:
            return PluginTransport(bureau, made, self.max_response_size)
        # Outside the handler: a foreign error may hold a secret of the config.
        raise ConfigError(fault, ("class",))


class PluginTransport:
    """Whatever a plug-in raises: the mark decides what it means, and its text never leaves."""

    def __init__(self, bureau: str, asks: Any, most: int) -> None:
        self._bureau = bureau
        self._asks = asks
        self._most = most
        self._closed = False

    async def send(self, wire: Wire) -> WireReply:
        if self._closed:
            raise NotSent(self._bureau, "closed")
        attempt = wire.attempt

        def sending() -> None:
            attempt.leave(self._bureau)

        failed: ConnectorError | None = None
        answer: object = None
        request = self._request(wire)
        try:
            answer = await self._asks.ask(request, sending)
        except Exception as error:  # noqa: BLE001 (see above)
            failed = self._failure(attempt, error)
        if failed is not None:
            raise failed
        attempt.sent = True
        return self._reply(answer)

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        if callable(close := getattr(self._asks, "aclose", None)):
            await close()

    def _request(self, wire: Wire) -> Mapping[str, object]:
        headers = {name.lower(): value for name, value in wire.headers}
        try:
            text = wire.body.decode()
            is_json = headers.get("content-type", "").startswith("application/json")
            body = read_json(text) if is_json else text
        except ValueError:
            body = None
        if body is None and wire.body not in {b"", b"null"}:
            raise NeedInput(self._bureau, "request: neither JSON nor text")
        return {"method": wire.method, "path": wire.target, "headers": headers, "body": body}

    def _failure(self, attempt: Attempt, error: Exception) -> ConnectorError:
        name = type(error).__name__
        if isinstance(error, Lost):
            attempt.sent = True
        return Lost(self._bureau, name) if attempt.sent else NotSent(self._bureau, name)

    def _reply(self, answer: object) -> WireReply:
        match answer:
            case (int() as status, Mapping() as headers, bytes() as body):
                if len(body) > self._most:
                    raise Unreadable(self._bureau, "answer over max_response_size")
                lowered = {str(name).lower(): str(value) for name, value in headers.items()}
                return WireReply(status, lowered, body)
            case _:
                raise Unreadable(self._bureau, "plug-in: no status, headers and body")
