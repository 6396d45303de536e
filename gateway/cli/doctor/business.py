"""The uppermost layer: a question about a person, and only where that is free."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.errors import LedgerDown
from connectors.rehearsal.scene import Ended
from connectors.words import ANSWERS, Effect

from ...catalog.reading import CatalogError
from ...errors import GatewayError
from ..trying.call import Order, called
from ..trying.folder import OpenFolder
from .finding import Told, failed, fine, skipped


@dataclass(frozen=True, slots=True)
class Business:
    """Asks as `try` does, and tells nothing but how it ended."""

    folder: OpenFolder
    order: Order | None

    async def __call__(self) -> Told:
        if self.order is None:
            return skipped("name a free connector by --connector, and a person by --subject")
        name = self.order.connector
        effect = self.folder.connector(name).spec.effect
        if effect is not Effect.FREE:
            return skipped(f"{name} is {effect}: `bureau-gateway try {name}` shows its price first")
        try:
            return _told(name, (await called(self.folder, self.order)).ended)
        except CatalogError as error:
            return failed(str(error), "correct the files; `check` says more")
        except (GatewayError, LedgerDown) as error:
            return failed(str(error), "nothing is asked without a consent, and a ledger")


def _told(name: str, ended: Ended) -> Told:
    if ended.outcome in ANSWERS:
        return fine(f"{name}: {ended.outcome}")
    note = f" ({ended.note})" if ended.note else ""
    return failed(f"{name}: {ended.outcome}{note}", "see what `try --show-request` shows")
