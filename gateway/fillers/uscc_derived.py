"""What a unified social credit code says of the organisation."""

from __future__ import annotations

from typing import Literal

from connectors.contract import Values
from connectors.kit import Strict

from ..rules import uscc
from ..subject import resident_id
from ..subject.filling import FieldOrigin, Filling
from .contract import Filler, FillerKit, Need, filled

TYPES = {
    "11": "GOVERNMENT_BODY",
    "12": "PUBLIC_INSTITUTION",
    "13": "SOCIAL_ORGANISATION",
    "19": "OTHER",
    "21": "FOREIGN_OFFICE",
    "29": "OTHER",
    "31": "LEGAL_SERVICE",
    "32": "LEGAL_SERVICE",
    "33": "LEGAL_SERVICE",
    "34": "LEGAL_SERVICE",
    "35": "LEGAL_SERVICE",
    "39": "OTHER",
    "41": "FOREIGN_OFFICE",
    "49": "OTHER",
    "51": "SOCIAL_ORGANISATION",
    "52": "SOCIAL_ORGANISATION",
    "53": "SOCIAL_ORGANISATION",
    "54": "RESIDENTS_COMMITTEE",
    "55": "RESIDENTS_COMMITTEE",
    "59": "OTHER",
    "61": "FOREIGN_OFFICE",
    "62": "FOREIGN_OFFICE",
    "69": "OTHER",
    "71": "RELIGIOUS_BODY",
    "72": "RELIGIOUS_BODY",
    "79": "OTHER",
    "81": "TRADE_UNION",
    "89": "OTHER",
    "91": "ENTERPRISE",
    "92": "SOLE_TRADER",
    "93": "COOPERATIVE",
    "99": "OTHER",
    "A1": "MILITARY_INSTITUTION",
    "A9": "OTHER",
    "N1": "RURAL_COLLECTIVE",
    "N2": "RURAL_COLLECTIVE",
    "N3": "RURAL_COLLECTIVE",
    "N9": "OTHER",
    "Y1": "OTHER",
}
"""GB 32100: who registers, and what; a pair that it does not list tells nothing."""

_NATION = "10"
"""`100000`: registered with the ministry itself, in no province."""


class UsccDerived(Strict):
    """
    Derives `employer.organisation_type` and `employer.region_code`, of a sound code only.

    ``{kind: uscc_derived}``
    """

    kind: Literal["uscc_derived"] = "uscc_derived"

    def build(self, _: FillerKit) -> Filler:
        async def fill(subject: Values, _: Need) -> tuple[Filling, ...]:
            text = subject.get("employer.uscc")
            code = uscc.read(text) if isinstance(text, str) else None
            if code is None or not uscc.checks(code):
                return ()
            says = {
                "employer.organisation_type": TYPES.get(code[:2]),
                "employer.region_code": _region(code[2:8]),
            }
            return filled(subject, FieldOrigin.DERIVED, self.kind, says)

        return fill


def _region(code: str) -> str | None:
    known = code[:2] == _NATION or code[:2] in resident_id.provinces()
    return code if known else None
