"""A registry of companies, which says who runs one: page by page."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...contract import Answer, Desk, Received, said
from ...forgetting import Known
from ..opening import Opening

PAGE, LARGEST_PAGE = 35, 100

MANY, FEW, NONE = "91350100M000100Y43", "91110000600037341L", "91110000000000000X"
"""Numbers of companies: with 80 officers, with two, and with none."""


def _officer(name: str, role: str, appointed: str, resigned: str = "") -> dict[str, str]:
    given = {"name": name, "officer_role": role, "appointed_on": appointed}
    return {**given, "resigned_on": resigned} if resigned else given


COMPANIES: Mapping[str, list[dict[str, str]]] = {
    MANY: [
        _officer(f"SAMPLE OFFICER {number:02}", "director", "2019-05-01") for number in range(1, 80)
    ]
    # On the last page: who reads one page only does not see them.
    + [_officer("测试丙", "director", "2024-02-01")],
    FEW: [
        _officer("测试甲", "director", "2001-03-01", "2020-12-31"),
        _officer("测试丙", "secretary", "2021-01-01"),
    ],
    NONE: [],
}


@dataclass(frozen=True, slots=True)
class CompanyRegistry:
    """Lists officers in the order of their appointment; costs nothing."""

    opening: Opening
    companies: Known[list[dict[str, str]]]

    async def officers(self, received: Received) -> Answer:
        key = b64encode(f"{self.opening.known.companyregistry_key}:".encode()).decode()
        if received.headers.get("Authorization") != f"Basic {key}":
            return refused(401, "Invalid Authorization")
        try:
            size = int(received.query.get("items_per_page", PAGE))
            start = int(received.query.get("start_index", 0))
        except ValueError:
            return refused(400, "bad-request")
        officers = self.companies.get(received.path_params["number"])
        if officers is None:
            return refused(404, "company-profile-not-found")
        return said(_page(officers, start, max(1, min(size, LARGEST_PAGE))))


def _page(officers: list[dict[str, str]], start: int, size: int) -> dict[str, Any]:
    return {
        "active_count": sum("resigned_on" not in officer for officer in officers),
        "total_results": len(officers),
        "start_index": start,
        "items_per_page": size,
        "kind": "officer-list",
        "items": officers[start : start + size],
    }


def refused(status: int, error: str) -> Answer:
    return said({"errors": [{"error": error, "type": "registry:service"}]}, status=status)


FAILURE = refused(500, "internal-server-error")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    desk = CompanyRegistry(opening, Known(COMPANIES))
    return (
        Desk(
            opening.bureau,
            "/company/{number}/officers",
            desk.officers,
            FAILURE,
            method="GET",
            wait_header="X-Ratelimit-Reset",
        ),
    )
