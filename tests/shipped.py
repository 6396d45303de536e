"""The config that is shipped, and what it needs from outside."""

from __future__ import annotations

import re
from pathlib import Path

CONFIG = Path(__file__).parent.parent / "config"

CONNECTORS = tuple(sorted(file.stem for file in (CONFIG / "connectors").glob("*.yaml")))

OWN_SECRETS = frozenset(
    {
        "cashline_callback",
        "creditpassport_callback",
        "list_pepper",
        "master_key",
        "scoring_key_hash",
    }
)
"""Secrets of the lender's own; of the bureaus' part in them they are told by an address."""


def secrets_named() -> set[str]:
    """Find every secret that a file of the config names."""
    return _named(r"secrets\.([a-z_]+)")


def _named(pattern: str) -> set[str]:
    texts = [file.read_text("utf-8") for file in sorted(CONFIG.rglob("*.yaml"))]
    return {name for text in texts for name in re.findall(pattern, text)}


BUREAU_URLS = tuple(sorted(_named(r"env\.([A-Z_]+_URL)")))
"""What a bureau's address is read from."""
