"""One call, written down as a test of its connector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from connectors.answer.response import Response
from connectors.inline import Freeze, InlineTest
from connectors.spec import ConnectorSpec

from ...importing.writing.yaml_text import Block, Entry, Rows, lines
from ..call import Called
from ..folder import OpenFolder
from .expecting import expected
from .persona import Persona
from .replies import scripted_reply
from .scrub import Scrub
from .twin import Twin, first_played, worthless_secrets, worthless_variables


@dataclass(frozen=True, slots=True)
class Recording:
    """A test, and what whoever keeps it should know."""

    yaml: str = field(repr=False)
    told: tuple[str, ...]
    twin: Twin | None
    """The same call with nobody real in it; None where it could not be played."""


def refuse_unrecordable(spec: ConnectorSpec, file: Path) -> None:
    """Refuse, before anything is paid for, what could not be written down."""
    if file.exists():
        raise typer.BadParameter(f"{file} is there already")
    if any(response.open for response in _responses(spec)):
        raise typer.BadParameter(
            f"the answers of {spec.name} are sealed or signed: nobody can be taken out of them"
        )


def _responses(spec: ConnectorSpec) -> Iterator[Response]:
    yield spec.response
    messages = [
        *spec.steps,
        *(getattr(spec.job, at, None) for at in ("submit", "poll", "download")),
    ]
    yield from (one.response for one in messages if one is not None and one.response is not None)


async def recorded(folder: OpenFolder, called: Called, deadline: float) -> Recording:
    """Take the person and the secrets out, play what is left, and write it down."""
    spec, bureau = called.spec, folder.bureau(called.spec.bureau).spec
    persona = Persona.of(called.query)
    secrets = next(worthless_secrets(spec, bureau))
    scrub = Scrub.of(persona.hidden(), _hidden(called, folder.secrets.known, secrets))
    replies = [scripted_reply(exchange, spec, scrub) for exchange in called.exchanges]
    parts = _parts(called, persona, replies, deadline)
    parts["env"] = worthless_variables(spec, bureau)
    tests = (_read(parts, each) for each in worthless_secrets(spec, bureau))
    test, twin, fault = await first_played(folder, spec, tests)
    parts["secrets"] = dict(test.secrets or {})
    told = (*_counted(scrub), *_compared(called, twin, fault))
    expect = expected(twin) if twin else {"outcome": called.ended.outcome}
    return Recording(_yaml(parts, expect), told, twin)


def _hidden(
    called: Called, known: Mapping[str, str], stands: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Say of each secret and token what stands for it, and of our own reference."""
    references = {
        exchange.wire.attempt.our_reference: ("our reference", Freeze().reference)
        for exchange in called.exchanges
        if exchange.wire.attempt.our_reference
    }
    tokens = dict.fromkeys(called.tokens, ("a token", "test-token"))
    secrets = {
        value: (f"secrets.{name}", stands.get(name, f"test-{name}"))
        for name, value in known.items()
    }
    return {**references, **tokens, **secrets}


def _parts(
    called: Called, persona: Persona, replies: list[dict[str, object]], deadline: float
) -> dict[str, object]:
    at = called.query.inquiry.get("received_at")
    return {
        "name": f"recorded: {called.ended.outcome}",
        "freeze": {"now": at.isoformat(timespec="seconds") if hasattr(at, "isoformat") else None},
        "secrets": {},
        "env": {},
        "purpose": called.query.standing.purpose,
        **persona.trees(),
        **({"deadline": f"{deadline:g}s"} if called.spec.job else {}),
        "replies": replies,
    }


def _read(parts: Mapping[str, object], secrets: Mapping[str, str]) -> InlineTest:
    outcome = {"outcome": "HIT"}
    return InlineTest.model_validate({**parts, "secrets": secrets, "expect": outcome})


def _counted(scrub: Scrub) -> Iterator[str]:
    for what, count in sorted(scrub.counts.items()):
        times = "once" if count == 1 else f"{count} times"
        yield f"{'cut' if 'opaque' in what else 'replaced'} {what}: {times}"
    if not scrub.counts:
        yield "replaced nothing in the answer"


def _compared(called: Called, twin: Twin | None, fault: str) -> Iterator[str]:
    """Say where the test does not show what the call did."""
    if twin is None:
        yield f"it can not be played as it is: {fault}"
        return
    real, played = called.ended, twin.ended
    if real.outcome is not played.outcome:
        yield f"played, it ends as {played.outcome}; the call ended as {real.outcome}"
    before = {path: note.status for path, note in real.reply.meta.items()} if real.reply else {}
    after = {path: note.status for path, note in played.reply.meta.items()} if played.reply else {}
    changed = [path for path in before if before[path] is not after.get(path)]
    if changed and real.outcome is played.outcome:
        yield f"played, it gives another status of {', '.join(changed)}"


def _yaml(parts: Mapping[str, object], expect: Mapping[str, object]) -> str:
    """Write one test, below `tests:` as in a connector's file."""
    entries: list[Entry] = []
    for key, value in (*parts.items(), ("expect", expect)):
        if value in ({}, None):
            continue
        if key == "replies" and isinstance(value, list):
            entries.append(Entry(key, Rows(tuple(value))))
        elif key == "expect":
            entries.append(Entry(key, _expectation(expect)))
        else:
            entries.append(Entry(key, value))
    tests = Block((Entry("tests", Rows((Block(tuple(entries)),))),))
    return "\n".join(lines(tests)) + "\n"


def _expectation(expect: Mapping[str, object]) -> Block:
    entries = [
        Entry(key, Rows(tuple(value)) if key == "requests" and isinstance(value, list) else value)
        for key, value in expect.items()
    ]
    return Block(tuple(entries))
