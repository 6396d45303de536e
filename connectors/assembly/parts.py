"""All messages of one connector, built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..answer.outcome import OutcomeRow
from ..answer.reading import Reading
from ..bureau import Bureau
from ..connector import Connector
from ..faults import ConfigError, Findings, Place
from ..kit import Kit
from ..message.documents import Documents, compile_documents
from ..message.request import Request
from ..shape.callback import CallbackReading
from ..template import Language, TextTemplate, compile_text
from .checks import check_currency, check_inputs, check_settled, check_use
from .later import check_later, needed
from .messages import Bench, Message, charset_of, connector_language
from .readings import compile_reading
from .wanted import CALLBACK, STATUS, all_wanted, exchanges

if TYPE_CHECKING:
    from ..spec import ConnectorSpec


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a connector, and what its answers mean."""

    at: Place
    """Where it stands in the file: ``("steps", 0)``; ``()`` for the request itself."""
    connector: Connector
    rows: tuple[OutcomeRow, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """One connector's messages, in the order in which they are sent."""

    steps: tuple[tuple[str, Part], ...]
    """By name."""
    main: Part | None
    submit: Part | None
    poll: Part | None
    download: Part | None
    status: Part | None
    """What asks whether a call arrived of which nobody knows."""
    callback: CallbackReading | None
    job_id: TextTemplate | None
    references: frozenset[str]
    """What of an inquiry the answer depends on."""
    later: frozenset[str]
    """What the messages after a submission refer to, of whatever root."""
    needed: frozenset[str]
    """What of it must be known when a job is opened."""

    def __iter__(self) -> Iterator[Part]:
        yield from (part for _, part in self.steps)
        for part in (self.main, self.submit, self.poll, self.download, self.status):
            if part is not None:
                yield part

    @property
    def tables(self) -> frozenset[str]:
        """The label tables that the mapping reads codes by."""
        readings = [part.connector.reading for part in self]
        if self.callback is not None:
            readings.append(self.callback.reading)
        return frozenset().union(*(reading.mapping.tables for reading in readings))

    def rows(self) -> Iterator[tuple[Place, tuple[OutcomeRow, ...]]]:
        """Give all outcome rows, by the place of the message whose answers they are for."""
        yield from ((part.at, part.rows) for part in self)
        if self.callback is not None:
            yield CALLBACK, self.callback.rows

    def through(self, change: Callable[[Connector], Connector]) -> Parts:
        """Put something else in the place of each connector."""

        def changed(part: Part | None) -> Part | None:
            return part and replace(part, connector=change(part.connector))

        return replace(
            self,
            steps=tuple(
                (name, replace(part, connector=change(part.connector))) for name, part in self.steps
            ),
            main=changed(self.main),
            submit=changed(self.submit),
            poll=changed(self.poll),
            download=changed(self.download),
            status=changed(self.status),
        )

    def watched(self, held: Callable[[OutcomeRow], None]) -> Parts:
        """Have each outcome row named that holds."""
        watched = self.through(
            lambda connector: replace(connector, reading=connector.reading.watched(held))
        )
        if self.callback is None:
            return watched
        reading = self.callback.reading.watched(held)
        return replace(watched, callback=replace(self.callback, reading=reading))


def assemble(spec: ConnectorSpec, kit: Kit, bureau: Bureau) -> Parts:
    """
    Compile one connector.

    Raises `ConfigError` with all that is wrong with the file.
    """
    findings = Findings()
    language = _language(spec, connector_language(kit, bureau))
    _check_terms(spec, kit, language, findings)
    documents: Documents | None = None
    with findings.at("documents"):
        documents, language = compile_documents(spec.documents, kit, language, charset_of(bureau))
    documents = findings.settle(documents)
    sign = bureau.spec.sign if spec.sign is None else spec.sign
    bench = Bench(kit, bureau, language, documents, sign)
    messages = _messages(spec, bench, findings)
    job_id = None
    with findings.at("job", "id"):
        job_id = _job_id(spec, language)
    with findings.at():
        check_later(spec, kit, messages)
    findings.close()
    of_id = job_id.references if job_id else frozenset[str]()
    read = of_id.union(*(message.references for message in messages.values()))
    readings, rows = _readings(spec, bench, read, findings)
    # An answer that was checked against one person's name is not kept for another's.
    checked = {at: reading.references for at, reading in readings.items()}
    own = frozenset(name for name in read if name.partition(".")[0] not in EARLIER)
    references = own.union(*checked.values())
    check_use(spec, bureau, references)
    parts = {
        at: Part(at, _connector(spec, bench, at, message, readings[at]), rows[at])
        for at, message in messages.items()
    }
    with findings.at("callback"):
        callback = _callback(spec, bench, readings, rows)
    findings.close()
    later = of_id.union(
        *(messages[at].references for at in LATER if at in messages),
        *(checked[at] for at in (*LATER, CALLBACK) if at in checked),
    )
    return Parts(
        steps=tuple((step.name, parts["steps", i]) for i, step in enumerate(spec.steps)),
        main=parts.get(()),
        submit=parts.get(("job", "submit")),
        poll=parts.get(("job", "poll")),
        download=parts.get(("job", "download")),
        status=parts.get(STATUS),
        callback=callback,
        job_id=job_id,
        references=references,
        later=later,
        needed=needed(spec, sign, later),
    )


def _check_terms(spec: ConnectorSpec, kit: Kit, language: Language, findings: Findings) -> None:
    with findings.at("inputs"):
        check_inputs(spec, language)
    with findings.at("billing"):
        check_currency(spec, kit)
    with findings.at():
        check_settled(spec)
    if spec.job is not None and kit.jobs is None:
        findings.add("nothing keeps jobs here", "job")


EARLIER = frozenset({"steps", "job", "callback"})
"""Roots that earlier messages of the same query fill."""

LATER: tuple[Place, ...] = (("job", "poll"), ("job", "download"))
"""Messages after a submission."""

PAID: tuple[Place, ...] = ((), ("job", "submit"))
"""Messages that carry the key of an idempotent call: another message has no part in it."""


def _language(spec: ConnectorSpec, language: Language) -> Language:
    """Add what earlier messages give; of what type only their answers tell."""
    for step in spec.steps:
        language = language.opening(f"steps.{step.name}")
    if spec.job is not None:
        language = language.having("job", {"id": str})
        if spec.job.submit is not None:
            language = language.opening("job.submit")
    if spec.callback is not None:
        language = language.opening("callback")
    return language


def _job_id(spec: ConnectorSpec, language: Language) -> TextTemplate | None:
    """Compile the name of a job: known once it is submitted, or never."""
    job_id = compile_text(spec.job.id, language) if spec.job else None
    for name in sorted(job_id.references) if job_id else ():
        if name == "job.id" or name.startswith("callback."):
            raise ConfigError(f"{name} is known too late for the name of a job")
    return job_id


def _messages(spec: ConnectorSpec, bench: Bench, findings: Findings) -> dict[Place, Message]:
    found: dict[Place, Message] = {}
    requests: list[tuple[Place, Request]] = [
        (at, exchange.request) for at, exchange in exchanges(spec)
    ]
    if spec.request is not None:
        requests.append(((), spec.request))
    for at, request in requests:
        with findings.at(*at):
            found[at] = bench.message(request)
    return found


def _readings(
    spec: ConnectorSpec, bench: Bench, read: frozenset[str], findings: Findings
) -> tuple[dict[Place, Reading], dict[Place, tuple[OutcomeRow, ...]]]:
    """Compile how answers are read."""
    readings: dict[Place, Reading] = {}
    rows: dict[Place, tuple[OutcomeRow, ...]] = {}
    for at, wanted in all_wanted(spec, bench.bureau, read):
        rows[at] = tuple(wanted.rows)
        with findings.at(*at):
            readings[at] = compile_reading(spec, bench.kit, bench.bureau, bench.language, wanted)
    findings.close()
    return readings, rows


def _callback(
    spec: ConnectorSpec,
    bench: Bench,
    readings: dict[Place, Reading],
    rows: dict[Place, tuple[OutcomeRow, ...]],
) -> CallbackReading | None:
    if (callback := spec.callback) is None:
        return None
    verified = correlation = None
    findings = Findings()
    with findings.at("verify"):
        verified = callback.verify.build(bench.kit, bench.language)
    with findings.at("correlate"):
        codec = (callback.response or spec.response).decoder(bench.kit)
        correlation = callback.correlate.select(codec)
    reading = readings[CALLBACK]
    return CallbackReading(
        connector=spec.name,
        verified=findings.settle(verified),
        reading=reading,
        correlation=findings.settle(correlation),
        equals=callback.correlate.equals,
        rows=rows[CALLBACK],
        is_answer=reading.is_answer,
    )


def _connector(
    spec: ConnectorSpec, bench: Bench, at: Place, message: Message, reading: Reading
) -> Connector:
    kit, bureau = bench.kit, bench.bureau
    return Connector(
        name=spec.name,
        version=spec.version,
        kit=kit,
        auth=bureau.auth,
        documents=message.documents,
        request=message.request,
        signatures=message.signatures,
        transport=bureau.transport,
        reading=reading,
        price=spec.price,
        headers=bureau.headers,
        key_header=(spec.dedupe.header or "") if at in PAID else "",
        purpose_codes=bureau.spec.purpose_codes,
    )
