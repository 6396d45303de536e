"""The `tests:` of a connector: one for each row, with what came to be pinned by the engineer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from ..operation import Operation
from .examples import example_of
from .mapping import Mapping as Mapped
from .outcomes import NO_CONTENT, no_hits
from .references import asked_about
from .yaml_text import MARK, Block, Entry, Remark, Rows

HIT = "asks as the bureau wants it, and maps a hit"
_TOKEN = {"json": {"access_token": "token-of-a-test", "expires_in": 3600}}


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """Writes the tests of one connector."""

    operation: Operation
    mapping: Mapped
    secrets: dict[str, str]
    params: tuple[str, ...]
    """Those that are really sent."""
    person: dict[str, str]
    """Whom the tests ask about, by reference."""

    def rows(self) -> Rows:
        return Rows((self._hit(), *self._others()))

    def _hit(self) -> Block:
        success = self.operation.success
        status = success.status if success else 200
        body = example_of(success, self.person) if success else MARK
        entries: list[Entry | Remark] = [Entry("name", HIT)]
        if self.secrets:
            entries.append(Entry("secrets", self.secrets))
        subject = asked_about(self.mapping.sent, self.person)
        entries += [Entry(root, values) for root, values in subject.items()]
        entries.append(Entry("replies", self._replies(self._reply(status, body))))
        entries.append(Entry("expect", self._expected(body)))
        return Block(tuple(entries))

    def _expected(self, body: object) -> Block:
        path = self.operation.path if "{" not in self.operation.path else MARK
        request: dict[str, object] = {"method": self.operation.method, "path": path}
        if self.params:
            request["query"] = dict.fromkeys(self.params, MARK)
        if self.operation.body is not None:
            request["text"] = MARK
        token = self.operation.credentials.token_path
        requests = ({"path": token},) if self.operation.credentials.renewable else ()
        told = [target for target, way in self.mapping.targets.items() if _stands(body, way)]
        return Block(
            (
                Entry("outcome", "HIT"),
                Entry("requests", Rows((*requests, request)), "to the byte: what `test` says came"),
                Entry("user_info", _pinned(told), "likewise"),
            )
        )

    def _others(self) -> Iterator[Block]:
        for answer in no_hits(self.operation):
            empty = answer.status == NO_CONTENT
            body = {} if empty else self._body(example_of(answer, self.person))
            reply = {"status": answer.status, **body}
            yield self._like("nobody of that number is a NO_HIT", "NO_HIT", reply)
        yield self._refused()
        busy = {"status": 429, "headers": {"Retry-After": "60"}, "text": ""}
        yield self._like("who asks too often is turned away", "RATE_LIMITED", busy)
        wrong = {"status": 400, "text": ""}
        yield self._like("a message that it can not read is INVALID_INPUT", "INVALID_INPUT", wrong)
        broken = {"status": 500, "text": ""}
        yield self._like("its own failure is not asked again", "BUREAU_ERROR", broken)
        page = {"headers": {"Content-Type": "text/html"}, "text": "<html>down</html>"}
        yield self._like("a page of a proxy is BAD_RESPONSE", "BAD_RESPONSE", page)

    def _refused(self) -> Block:
        reply: dict[str, object] = {"status": 401, "text": ""}
        again = (_TOKEN, reply) if self.operation.credentials.renewable else ()
        return self._like("credentials that it does not know are REFUSED", "REFUSED", reply, *again)

    def _like(self, name: str, outcome: str, *replies: Mapping[str, object]) -> Block:
        expected: dict[str, object] = {"outcome": outcome, "user_info": {}}
        return Block(
            (
                Entry("name", name),
                Entry("like", HIT),
                Entry("replies", self._replies(*replies)),
                Entry("expect", expected),
            )
        )

    def _replies(self, *replies: Mapping[str, object]) -> Rows:
        first = (_TOKEN,) if self.operation.credentials.renewable else ()
        return Rows((*first, *replies))

    def _reply(self, status: int, body: object) -> dict[str, object]:
        return {"status": status, **self._body(body)}

    def _body(self, body: object) -> dict[str, object]:
        if self.operation.answered_in == "json":
            return {"json": body}
        return {"text": urlencode(body) if isinstance(body, Mapping) else str(body)}


def _stands(body: object, way: tuple[str, ...]) -> bool:
    """Tell whether an answer has a value there; of a text nobody knows, so it has."""
    for name in way:
        if isinstance(body, str):
            return True
        if not isinstance(body, dict) or body.get(name) is None:
            return False
        body = body[name]
    return not isinstance(body, Decimal) or body.is_finite()


def _pinned(targets: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for target in targets:
        *above, last = target.split(".")
        inside = found
        for name in above:
            inside = inside.setdefault(name, {})  # type: ignore[assignment]  # only we write here
        inside[last] = MARK
    return found
