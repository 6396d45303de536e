"""In what a folder's prices are counted."""

from __future__ import annotations

from pathlib import Path

from ..catalog.reading import CatalogError, read_catalog, read_own_settings
from . import process

USUAL = "CNY"
"""Where the folder has no gateway.yaml that says another."""


def currency_of(folder: Path) -> str:
    try:
        settings = read_own_settings(read_catalog(folder)[1], process.environment())
    except CatalogError:
        return USUAL
    return settings.billing_currency
