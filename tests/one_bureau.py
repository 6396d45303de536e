"""One bureau, built by itself."""

from __future__ import annotations

from typing import Any

from connectors.bureau import BureauSpec
from tests.standins import make_kit

KIT = make_kit()


def bureau(**changes: Any) -> BureauSpec:
    basic = {"name": "acme", "base_url": "https://acme.example"}
    return BureauSpec.model_validate({**basic, **changes})
