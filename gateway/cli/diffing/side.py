"""One of the two versions: a connector's reading, built without secrets and without a bureau."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connectors.answer.reading import Reading
from connectors.assembly import assemble
from connectors.contract import Values
from connectors.errors import ConnectorError
from connectors.faults import ConfigError
from connectors.kit import RawAnswer
from connectors.mapping import status_of
from connectors.spec import ConnectorSpec
from connectors.words import FieldStatus, Outcome

from ...catalog.dry_run import kit_of
from ...catalog.reading import CatalogError
from ...fields.schema import schema
from ..printing import value_at
from ..trying.folder import OpenFolder

_ROOTS = ("subject", "inquiry", "application", "device", "consent", "user_info", "steps", "job")
"""Nobody knows any more what was asked: what a mapping takes from the question is absent."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one version makes of one answer."""

    outcome: Outcome
    values: Mapping[str, object]
    """By field; None for none."""
    statuses: Mapping[str, FieldStatus]


@dataclass(frozen=True, slots=True)
class Side:
    """Reads answers again."""

    spec: ConnectorSpec
    reading: Reading

    @classmethod
    def of(cls, folder: OpenFolder, name: str) -> Side:
        """Build. Raises `CatalogError`."""
        entry = folder.connector(name)
        bureau = folder.bureau(entry.spec.bureau)
        settings = folder.settings
        kit = kit_of(folder.catalog, folder.env, settings.billing_currency, settings.plugins)
        try:
            built = bureau.spec.build(kit)
        except ConfigError as error:
            raise CatalogError(bureau.blame(error)) from None
        try:
            parts = assemble(entry.spec, kit, built)
        except ConfigError as error:
            raise CatalogError(entry.blame(error)) from None
        readings = [part.connector.reading for part in parts]
        if parts.callback is not None:
            readings.append(parts.callback.reading)
        reading = next(each for each in readings if each.is_answer)
        # Whom it was about was checked when it came, and is not known here.
        return cls(entry.spec, replace(reading, places=replace(reading.places, checks=())))

    def see(self, answer: RawAnswer) -> Seen:
        at = answer.retrieved_at
        scope: dict[str, Values] = {root: {} for root in _ROOTS} | {"now": {"": at}}
        reading = replace(self.reading, now=lambda: at)
        try:
            told = reading.reread(answer.status, answer.headers, answer.document, scope)
        except ConnectorError as error:
            return Seen(error.outcome, {}, {})
        info = schema().user_info()
        info.ParseFromString(told.user_info)
        targets = dict.fromkeys((*self.spec.targets, *told.notes))
        return Seen(
            told.outcome,
            {target: _plain(value_at(info, target)) for target in targets},
            {target: status_of(told.outcome, told.notes.get(target)) for target in targets},
        )


def _plain(value: object) -> object:
    """Copy a value out of its message; an empty list is none."""
    if value is None or isinstance(value, str | int | float | bytes):
        return value
    text = str(value)
    return None if text in {"", "[]", "{}"} else text
