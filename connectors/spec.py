"""A connector as its file describes it, and the stack that it builds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from .answer.billing import Billing
from .answer.outcome import OutcomeRow
from .answer.pages import Paginate
from .answer.response import Response
from .answer.sections import Section
from .assembly import Part, Parts, assemble
from .assembly.built import Built
from .bureau import NAME, Bureau
from .contract import Call, Query, stack
from .dedupe.spec import Dedupe
from .dedupe.status_query import StatusQuery
from .faults import ConfigError
from .inline import InlineTest
from .kit import Kit, Strict
from .mapping import Families, Retentions, Rows, Sentinels
from .message.documents import Document
from .message.request import Request
from .policy.hedge.hedge import Hedge
from .policy.inputs import Inputs
from .policy.ledger import Owned, Recorded
from .policy.observe import observe
from .policy.renew import renew
from .policy.retry.retry import Retry
from .policy.retry.terms import Terms
from .policy.reuse.cache_key import compile_key, compile_names, told_apart, within
from .policy.reuse.memory import Memory
from .policy.reuse.reuse import Reuse
from .policy.shared import Shared
from .policy.terms import Policy, Reference
from .policy.timeout import Timeout
from .shape.chain import Chained, Link
from .shape.course import Course
from .shape.errands import Errands
from .shape.spec import MOST_STEPS, CallbackSpec, JobSpec, Step
from .shape.submission import SUBMIT
from .sign import SignList
from .words import Effect


class ConnectorSpec(Strict):
    """Everything that makes one connector different from another."""

    name: str = Field(pattern=NAME)
    version: str = Field(default="1.0.0", pattern=r"^\d+\.\d+\.\d+$")
    bureau: str
    effect: Effect = Effect.CHARGEABLE
    """Of `request`, or of `job.submit`; steps have their own."""
    dedupe: Dedupe = Dedupe()
    billing: Billing | None = None
    policy: Policy
    reference: Reference = Reference()
    inputs: Inputs = Inputs()
    documents: Mapping[str, Document] = Field(default_factory=dict)
    steps: tuple[Step, ...] = Field(default=(), max_length=MOST_STEPS)
    """Sent before the request, or before the job."""
    request: Request | None = None
    job: JobSpec | None = None
    """Instead of a request: what is submitted first, and fetched later."""
    sign: SignList | None = None
    """Instead of the bureau's; ``none`` for no signature."""
    callback: CallbackSpec | None = None
    """How the bureau says of its own accord that a job is done."""
    response: Response = Response()
    outcomes: tuple[OutcomeRow, ...] = ()
    sections: tuple[Section, ...] = ()
    """Several products in one answer, each with its own outcome."""
    paginate: Paginate | None = None
    """How the answer's further pages are asked for."""
    timeout: Timeout = Timeout()
    retry: Retry = Retry()
    cache: Reuse = Reuse()
    hedge: Hedge | None = None
    """One more attempt at what is late: only of what is `effect: free`, and no job."""
    mapping: Rows = Field(default_factory=dict)
    mapping_families: Families = ()
    """Many fields by one grammar of names."""
    sentinels: Sentinels = Field(default_factory=dict)
    retention: Retentions = ()
    """What is kept back for its age."""
    tests: tuple[InlineTest, ...] = ()

    @model_validator(mode="after")
    def _asked(self) -> Self:
        if (self.request is None) == (self.job is None):
            raise ValueError("needs either a `request` or a `job`")
        if len({step.name for step in self.steps}) < len(self.steps):
            raise ValueError("each of `steps` has a name of its own")
        return self

    @model_validator(mode="after")
    def _ending(self) -> Self:
        if self.job is None:
            if self.callback is not None:
                raise ValueError("a `callback` ends a `job`, and there is none")
        elif self.job.poll is None and self.callback is None:
            raise ValueError("nothing tells when the job is done: that needs `poll` or `callback`")
        return self

    @model_validator(mode="after")
    def _paged(self) -> Self:
        if self.paginate is None:
            return self
        if self.request is None or self.request.query is not None:
            raise ValueError("`paginate` asks for pages of a `request` over HTTP")
        if self.dedupe.answers_once:
            raise ValueError("the pages of one answer can not share one idempotency key")
        return self

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.effect is not Effect.FREE and self.billing is None:
            raise ValueError("what is not `effect: free` states its price under `billing`")
        if self.hedge is not None and (self.effect is not Effect.FREE or self.job is not None):
            raise ValueError("`hedge` asks twice: that needs `effect: free`, and no `job`")
        return self

    @model_validator(mode="after")
    def _never_stale(self) -> Self:
        if self.effect is Effect.HARD_INQUIRY and self.cache.stale_if_error:
            raise ValueError("a hard inquiry is never answered with `cache.stale_if_error`")
        return self

    @property
    def effects(self) -> frozenset[Effect]:
        """What asking does, in all of its messages."""
        return frozenset({self.effect, *(step.effect for step in self.steps)})

    @property
    def targets(self) -> tuple[str, ...]:
        """The UserInfo paths that its rows give."""
        return tuple(self.mapping)

    @property
    def gives(self) -> tuple[str, ...]:
        """All that it can give: the paths of rows, and of families what all of theirs lies in."""
        within = (family.lies_in for family in self.mapping_families)
        return tuple(dict.fromkeys((*self.targets, *within)))

    @property
    def price(self) -> Decimal:
        """What one billed call costs, in the billing currency."""
        return self.billing.price.amount if self.billing else Decimal(0)

    def build(self, kit: Kit, bureau: Bureau, owned: Owned) -> Built:
        """
        Build the call that this file describes.

        Raises `ConfigError` with all that is wrong with the file.
        """
        return self.layered(assemble(self, kit, bureau), kit, bureau, owned)

    def layered(self, parts: Parts, kit: Kit, bureau: Bureau, owned: Owned) -> Built:
        """
        Put the layers around a connector's messages.

        Read the stack downwards: in that order a query meets it.
        """
        shared = bureau.share(self.name, self.timeout.min_attempt, owned)

        def attempted(part: Part, effect: Effect) -> Call:
            return self._attempted(part, effect, kit, shared)

        links = tuple(
            Link(name, attempted(part, step.effect))
            for (name, part), step in zip(parts.steps, self.steps, strict=True)
        )
        above = (
            # Outermost: whatever the end is, it is seen, and once.
            observe(kit),
            # Before the cache: nothing is looked up, and nothing sent, half-empty.
            self.inputs.build(),
        )
        references = parts.references | self.inputs.references
        if parts.main is None:
            # A job stands in the place of cache and flight: whoever asks the same joins it.
            told = told_apart(parts.references, self.cache.ignore)
            question = compile_key(kit.cache_key, ("job", self.name, *told), told)
            answer = within(kit.naming, self._identity(kit, parts))
            jobs = Errands(self._course(parts, links, attempted, kit), question, answer)
            return Built(
                stack(*above)(jobs.ask),
                references,
                self.inputs.needed_by(jobs.known),
                self._status(parts, attempted, kit),
                jobs,
                parts.callback,
            )
        reused = self.cache.build(kit, self._names(kit, parts), owned, self.timeout.settle)
        call = stack(
            *above,
            # A hit costs nothing below. It lies inside `fan_out`, hence behind the grant.
            reused,
            # Earlier messages, each of them with all the layers of an attempt.
            Chained(links, kit.tokens, self.reference.length, self.price),
        )
        ask = call(attempted(parts.main, self.effect))
        known = self.inputs.needed_by(reused.known)
        return Built(ask, references, known, self._status(parts, attempted, kit))

    def _status(
        self, parts: Parts, attempted: Callable[[Part, Effect], Call], kit: Kit
    ) -> StatusQuery | None:
        if parts.status is None:
            return None
        ask = attempted(parts.status, Effect.FREE)
        return StatusQuery(self.name, ask, self.price, self.dedupe.after, kit)

    def _course(
        self,
        parts: Parts,
        links: tuple[Link, ...],
        attempted: Callable[[Part, Effect], Call],
        kit: Kit,
    ) -> Course:
        """Put together what a job consists of: what follows its submission is free."""
        if self.job is None or kit.jobs is None or parts.job_id is None:
            raise ConfigError("nothing keeps jobs here", ("job",))
        if parts.submit is not None:
            links = (*links, Link(SUBMIT, attempted(parts.submit, self.effect)))
        return Course(
            connector=self.name,
            version=self.version,
            kit=kit,
            jobs=kit.jobs,
            memory=Memory(self.cache, kit),
            rules=self.job,
            links=links,
            poll=attempted(parts.poll, Effect.FREE) if parts.poll else None,
            download=attempted(parts.download, Effect.FREE) if parts.download else None,
            callback=parts.callback,
            id=parts.job_id,
            later=parts.later,
            needed=parts.needed,
            effect=self.effect,
            price=self.price,
            reference=self.reference.length,
        )

    def _attempted(self, part: Part, effect: Effect, kit: Kit, shared: Shared) -> Call:
        """Put around one message what concerns each attempt at it."""
        hedge = self.hedge if effect is Effect.FREE else None
        return stack(
            # Each of the two is renewed, retried and recorded by itself.
            *((hedge.build(kit.clock, shared.guard, shared.tokens),) if hedge else ()),
            # New credentials are one more attempt, which counts anew.
            renew,
            # Each attempt is signed and timed anew.
            self.retry.build(kit, self._terms(part, effect), shared.tokens),
            # The bureau's: it counts attempts, not queries, and retry does not catch what it says.
            shared.guard,
            # The bureau's own limits, and this connector's part of them.
            shared.limited,
            # One attempt's share of the time.
            self.timeout.build(kit),
            # Innermost: what it writes down is what was really sent.
            Recorded(kit, shared.owned, effect, self.timeout.settle),
        )(part.connector)

    def _terms(self, part: Part, effect: Effect) -> Terms:
        return Terms(
            effect=effect,
            price=self.price,
            unbilled=self.billing.unbilled if self.billing else frozenset(),
            min_attempt=self.timeout.min_attempt,
            reference=self.reference.length,
            # Of a message that does not carry the key, nothing is promised.
            key_window=self.dedupe.window if part.connector.key_header else 0.0,
        )

    def _names(self, kit: Kit, parts: Parts) -> Callable[[Query], tuple[str, ...]]:
        """Name answers by what was asked, and by what `_identity` says."""
        told = told_apart(parts.references, self.cache.ignore)
        return compile_names(kit.naming, (*self._identity(kit, parts), *told), told)

    def _identity(self, kit: Kit, parts: Parts) -> tuple[str, ...]:
        """Say how an answer was asked for, of which version, and read by which mapping."""
        # A table is a part of the mapping: what it made of a code is not kept for another.
        tables = [sorted(kit.tables[name].items()) for name in sorted(parts.tables)]
        read = self.model_dump_json(
            include={
                *("documents", "steps", "request", "job", "callback", "response"),
                *("outcomes", "sections", "paginate"),
                *("mapping", "mapping_families", "sentinels", "retention"),
            }
        )
        mapping = hashlib.sha256(f"{read}{tables}".encode()).hexdigest()
        return f"{self.name}@{self.version}", mapping
