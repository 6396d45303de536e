"""The config that is shipped, and what it needs from outside."""

from __future__ import annotations

import re
from pathlib import Path

CONFIG = Path(__file__).parent.parent / "config"

CONNECTORS = (
    "credit_enhancement",
    "credit_report",
    "education_check",
    "fraud_report",
    "internal_blacklist",
    "multi_lending",
    "police_id",
)

OWN_SECRETS = frozenset({"list_pepper", "master_key", "scoring_key_hash"})
"""Secrets of the lender's own, which no bureau knows."""

BUREAU_URLS = (
    "CREDITFILE_URL",
    "DATAMARKET_URL",
    "DEGREELINE_URL",
    "FRAUDWATCH_URL",
    "LENDSCOPE_URL",
    "POLICE_URL",
)


def secrets_named() -> set[str]:
    """Find every secret that a file of the config names."""
    texts = [file.read_text("utf-8") for file in sorted(CONFIG.rglob("*.yaml"))]
    return {name for text in texts for name in re.findall(r"secrets\.([a-z_]+)", text)}
