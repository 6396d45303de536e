"""The ledger that a URL names."""

from __future__ import annotations

from pathlib import Path

from connectors.faults import ConfigError

from .keeping.means import Means
from .sqlite.opening import in_file
from .stored import StoredLedger

SQLITE = "sqlite:///"


def opened_at(url: str, means: Means) -> StoredLedger:
    """Describe the ledger at a URL; nothing is opened before it is started."""
    if url.startswith(SQLITE):
        return in_file(Path(url.removeprefix(SQLITE)), means)
    try:
        # Whoever keeps to SQLite does not need it.
        from .postgres.opening import at_url  # noqa: PLC0415 - its driver is an extra
    except ModuleNotFoundError:
        message = "needs the extra `postgres`: pip install 'bureau-gateway[postgres]'"
        raise ConfigError(message, ("stores", "ledger")) from None
    return at_url(url, means)
