"""What a call will do and cost, said before it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.text import Text

from connectors.bureau import BureauSpec
from connectors.faults import ConfigError
from connectors.kit import Kit
from connectors.reaching import Way
from connectors.spec import ConnectorSpec
from connectors.template import Language
from connectors.transport import Grpc, Http, Plugin
from connectors.words import Effect

FOOTPRINT = (
    "HARD INQUIRY: it leaves a footprint on this person's file, which other lenders see and"
    " nobody can take back"
)


@dataclass(frozen=True, slots=True)
class Bill:
    """What whoever asks must know before."""

    spec: ConnectorSpec
    currency: str
    destination: str

    @property
    def price(self) -> str:
        if self.spec.effect is Effect.FREE or self.spec.billing is None:
            return "free"
        answers = ", ".join(sorted(self.spec.billing.billable))
        return f"{self.spec.price:.2f} {self.currency} if it ends as {answers}"

    def lines(self) -> Iterator[Text]:
        spec = self.spec
        yield Text(f"connector  {spec.name} {spec.version}, of {spec.bureau}")
        yield Text(f"price      {self.price}")
        yield Text(f"effect     {spec.effect}")
        yield Text(f"goes to    {self.destination}")
        if spec.effect is Effect.HARD_INQUIRY:
            yield Text(FOOTPRINT, "bold red")


def destination_of(bureau: BureauSpec, language: Language) -> str:
    """Say where a message goes, without what may stand in a database's address."""
    transport = bureau.transport
    if isinstance(transport, Plugin):
        return f"the plug-in {transport.class_}"
    if not isinstance(transport, Http | Grpc):
        return "a database of the lender's own"
    try:
        return way_of(bureau).address(language).origin
    except ConfigError:
        return bureau.base_url or ""


def way_of(bureau: BureauSpec) -> Way:
    return Way(bureau.name, bureau.transport, bureau.base_url, bureau.tls, bureau.egress)


def language_of(kit: Kit) -> Language:
    """Say what a bureau's address may be written with."""
    return Language(types={}, secrets=lambda name: kit.secrets.read(name).reveal(), env=kit.env)
