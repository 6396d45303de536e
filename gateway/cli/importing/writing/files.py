"""The two files of an import, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connectors.words import Purpose

from ..operation import Credentials, Operation
from .asking import Asking
from .fitting import person
from .mapping import Mapping
from .outcomes import outcomes
from .references import required, secrets, templates
from .rehearsing import Rehearsing
from .request import Requesting
from .yaml_text import MARK, Block, Entry, Remark, lines

_USUAL: Final = f"{Purpose.CREDIT_ORIGINATION}, {Purpose.ACCOUNT_REVIEW}"


@dataclass(frozen=True, slots=True)
class Written:
    """The text of both files."""

    bureau: str
    connector: str


def write(operation: Operation, bureau: str, currency: str) -> Written:
    """Write a first bureau and a first connector; what nobody can know is marked."""
    requesting = Requesting(operation, Asking(bureau))
    request = requesting.block()
    sent = templates(request)
    shared = _bureau(operation, bureau, with_purpose="inquiry.purpose_code" in sent)
    mapping = Mapping.of(operation, sent)
    made_up, params = secrets(shared, request), requesting.sent_params()
    tests = Rehearsing(operation, mapping, made_up, params, person(requesting.plain))
    inputs = required(sent)
    entries = (
        *_head(operation),
        Entry("name", operation.name),
        Entry("version", "1.0.0"),
        Entry("bureau", bureau),
        Entry("effect", "chargeable", "free, chargeable or hard_inquiry: what asking does"),
        Entry(
            "billing",
            {"price": {"amount": MARK, "currency": currency}, "billable": ["HIT"]},
            'as the contract has it, such as "0.35"; does it bill NO_HIT, too?',
        ),
        Entry(
            "policy",
            {"purposes": [MARK], "consent": "required"},
            f"for what it may be asked: {_USUAL}, ...",
        ),
        *((Entry("inputs", {"required": inputs}, "never sent half-empty"),) if inputs else ()),
        Entry("request", request),
        Entry("response", mapping.response()),
        Entry("outcomes", outcomes(operation), "the first that holds; none is BAD_RESPONSE"),
        Entry("timeout", {"attempt": "2s"}),
        Remark("cache: {ttl: 24h}   how long an answer is good for, as the contract allows"),
        Entry("mapping", Block(tuple(mapping.rows)), "a field of UserInfo: where it stands"),
        Entry("tests", tests.rows(), f"played by `test`; {MARK} is told what came, to be pinned"),
    )
    return Written(_text(shared.entries), _text(entries))


def _text(entries: Iterable[Entry | Remark]) -> str:
    return "\n".join(lines(Block(tuple(entries)))) + "\n"


def _head(operation: Operation) -> tuple[Remark, ...]:
    return (
        Remark(
            f"From {operation.source}, by `bureau-gateway import`: a beginning, to be finished."
        ),
        Remark(
            f'"{MARK}" is what it could not know. `bureau-gateway check` names each by its line.'
        ),
        *(Remark(text) for text in operation.remarks),
    )


def _bureau(operation: Operation, name: str, *, with_purpose: bool) -> Block:
    address = f"${{env.{name.upper()}_URL:{operation.origin}}}" if operation.origin else MARK
    entries: list[Entry | Remark] = [
        *_head(operation)[:2],
        Entry("name", name),
        Entry("base_url", address),
        Entry(
            "auth", _auth(operation.credentials, name), "secrets are named; their values are files"
        ),
    ]
    if with_purpose:
        codes = {Purpose.CREDIT_ORIGINATION.value: MARK}
        entries.append(Entry("purpose_codes", codes, "in the bureau's own words"))
    entries += [
        Remark("limit: {rate: 20/s, concurrency: 16}   as the contract has it"),
        Remark("owner: who answers for the contract"),
        Entry("licence_class", "other", "licensed_bureau, filed, government, other"),
    ]
    return Block(tuple(entries))


def _auth(credentials: Credentials, bureau: str) -> dict[str, object]:
    def secret(name: str) -> str:
        return f"${{secrets.{bureau}_{name}}}"

    found: dict[str, object] = {"kind": credentials.kind}
    match credentials.kind:
        case "api_key":
            found |= {"key": secret("key"), "into": dict(credentials.into)}
        case "basic":
            found |= {"username": secret("user"), "password": secret("password")}
        case "bearer":
            found |= {"token": secret("token")}
            found |= {"into": dict(credentials.into)} if credentials.into else {}
        case "oauth2_client_credentials" | "oauth2_password":
            found |= {"token_url": credentials.token_path or MARK}
            found |= {"client_id": secret("client_id"), "client_secret": secret("client_secret")}
            found |= {"scope": credentials.scope} if credentials.scope else {}
    if credentials.kind == "oauth2_password":
        found |= {"username": secret("user"), "password": secret("password")}
    return found
