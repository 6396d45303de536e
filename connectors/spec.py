"""A connector as its file describes it, and the stack that it builds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, WithJsonSchema, model_validator

from .answer.billing import Billing
from .answer.outcome import OutcomeRow
from .answer.response import Response
from .assembly import assemble
from .bureau import NAME, Bureau
from .contract import Call, Query, stack
from .inline import InlineTest
from .kit import Kit, Strict
from .mapping import Rows, Sentinels
from .message.request import Document, Request
from .policy.cache_key import compile_key, told_apart
from .policy.inputs import Inputs
from .policy.ledger import Owned, Recorded
from .policy.observe import observe
from .policy.renew import renew
from .policy.retry import Retry, Terms
from .policy.reuse import Reuse
from .policy.timeout import Timeout
from .sign import SignList
from .words import Effect, Purpose


class Policy(Strict):
    """On what terms a connector may be asked."""

    purposes: frozenset[Purpose] = Field(min_length=1)
    consent: Annotated[bool, WithJsonSchema({"enum": ["required", "none"]})] = True
    """Whether the subject's consent must name this bureau; ``required`` or ``none``."""
    data_classes: frozenset[str] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _words(cls, source: object) -> object:
        words = {"required": True, "none": False}
        if isinstance(source, Mapping) and "consent" in source:
            if (word := source["consent"]) not in tuple(words):
                raise ValueError("consent is required or none")
            return {**source, "consent": words[word]}
        return source


class Reference(Strict):
    """Our own reference of a query, which a bureau may ask for."""

    length: int = Field(default=20, ge=8, le=64)


@dataclass(frozen=True, slots=True)
class Built:
    """A connector that can be asked."""

    call: Call
    references: frozenset[str]
    """What of an inquiry its answer depends on."""


class ConnectorSpec(Strict):
    """Everything that makes one connector different from another."""

    name: str = Field(pattern=NAME)
    version: str = Field(default="1.0.0", pattern=r"^\d+\.\d+\.\d+$")
    bureau: str
    effect: Effect = Effect.CHARGEABLE
    billing: Billing | None = None
    policy: Policy
    reference: Reference = Reference()
    inputs: Inputs = Inputs()
    documents: Mapping[str, Document] = Field(default_factory=dict)
    request: Request
    sign: SignList | None = None
    """Instead of the bureau's; ``none`` for no signature."""
    response: Response = Response()
    outcomes: tuple[OutcomeRow, ...] = ()
    timeout: Timeout = Timeout()
    retry: Retry = Retry()
    cache: Reuse = Reuse()
    mapping: Rows = Field(default_factory=dict)
    sentinels: Sentinels = Field(default_factory=dict)
    tests: tuple[InlineTest, ...] = ()

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.effect is not Effect.FREE and self.billing is None:
            raise ValueError("what is not `effect: free` states its price under `billing`")
        return self

    @property
    def targets(self) -> tuple[str, ...]:
        """The UserInfo paths that it can give."""
        return tuple(self.mapping)

    @property
    def price(self) -> Decimal:
        """What one billed call costs, in the billing currency."""
        return self.billing.price.amount if self.billing else Decimal(0)

    def build(self, kit: Kit, bureau: Bureau, owned: Owned) -> Built:
        """
        Build the call that this file describes.

        Raises `ConfigError` with all that is wrong with the file.
        """
        connector, references = assemble(self, kit, bureau)
        call = self.layered(connector, references, kit, bureau, owned)
        return Built(call, references | self.inputs.references)

    def layered(
        self,
        connector: Call,
        references: frozenset[str],
        kit: Kit,
        bureau: Bureau,
        owned: Owned,
    ) -> Call:
        """
        Put the layers around a connector whose answer depends on `references`.

        Read the stack downwards: in that order a query meets it.
        """
        unbilled = self.billing.unbilled if self.billing else frozenset()
        terms = Terms(
            self.effect, self.price, unbilled, self.timeout.min_attempt, self.reference.length
        )
        return stack(
            # Outermost: whatever the end is, it is seen, and once.
            observe(kit),
            # Before the cache: nothing is looked up, and nothing sent, half-empty.
            self.inputs.build(),
            # A hit costs nothing below. It lies inside `fan_out`, hence behind the grant.
            self.cache.build(kit, self._key(kit, references)),
            # New credentials are one more attempt, which counts anew.
            renew,
            # Each attempt is signed and timed anew.
            self.retry.build(kit, terms),
            # The bureau's own limits: they count attempts, not queries.
            bureau.room,
            # One attempt's share of the time.
            self.timeout.build(kit),
            # Innermost: what it writes down is what was really sent.
            Recorded(kit, owned, self.effect, self.timeout.settle),
        )(connector)

    def _key(self, kit: Kit, references: frozenset[str]) -> Callable[[Query], str]:
        """Name answers by what was asked, how, of which version, and read by which mapping."""
        told = told_apart(references, self.cache.ignore)
        read = self.model_dump_json(
            include={"documents", "request", "response", "outcomes", "mapping", "sentinels"}
        )
        mapping = hashlib.sha256(read.encode()).hexdigest()
        return compile_key(kit.cache_key, (f"{self.name}@{self.version}", mapping, *told), told)
