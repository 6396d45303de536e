"""A watchlist that scores candidates, and leaves it to the client what counts as a match."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...contract import Answer, Desk, Received, dig, said
from ...forgetting import Known
from ..opening import Opening

DEFAULT_THRESHOLD = 0.7
CUTOFF = 0.5
"""Under which a candidate is not worth a mention."""

ENTITIES: Mapping[str, Mapping[str, Any]] = {
    "mock-0001": {
        "caption": "测试乙",
        "schema": "Person",
        "datasets": ["mock_sanctions"],
        "properties": {
            "name": ["测试乙"],
            "birthDate": ["1880-01-01"],
            "idNumber": ["440524188001010014"],
            "topics": ["sanction"],
        },
    },
    "mock-0002": {
        "caption": "JACK SAMPLE",
        "schema": "Person",
        "datasets": ["mock_peps", "mock_sanctions"],
        "properties": {
            "name": ["JACK SAMPLE", "J. SAMPLE"],
            "birthDate": ["1955-03-03"],
            "topics": ["role.pep"],
        },
    },
    "mock-0003": {
        "caption": "SAMPLE SHELL LTD",
        "schema": "Company",
        "datasets": ["mock_sanctions"],
        "properties": {"name": ["SAMPLE SHELL LTD"], "topics": ["sanction"]},
    },
}


@dataclass(frozen=True, slots=True)
class Watchlist:
    """Answers every query of a request by itself; costs nothing."""

    opening: Opening
    entities: Known[Mapping[str, Any]]

    async def match(self, received: Received) -> Answer:
        if received.headers.get("Authorization") != f"ApiKey {self.opening.known.watchlist_key}":
            return refused(401, "Invalid API key")
        if received.path_params["dataset"] != "default":
            return refused(404, "No such dataset")
        queries = dig(received.json(), "queries")
        if not isinstance(queries, dict) or not queries:
            return refused(400, "No queries provided")
        if not all(isinstance(dig(query, "schema"), str) for query in queries.values()):
            return refused(400, "Invalid query: schema is missing")
        try:
            threshold = float(received.query.get("threshold", DEFAULT_THRESHOLD))
        except ValueError:
            return refused(422, "threshold is no number")
        answered = {name: self._one(query, threshold) for name, query in queries.items()}
        return said({"responses": answered, "limit": 5})

    def _one(self, query: Mapping[str, Any], threshold: float) -> dict[str, Any]:
        results = sorted(self._candidates(query, threshold), key=lambda each: -each["score"])
        total = {"value": len(results), "relation": "eq"}
        return {"status": 200, "results": results, "total": total, "query": query}

    def _candidates(self, query: Mapping[str, Any], threshold: float) -> Iterator[dict[str, Any]]:
        for number, entity in self.entities.items():
            score = _score(dig(query, "properties"), entity["properties"])
            if entity["schema"] == query["schema"] and score >= CUTOFF:
                yield {"id": number, **entity, "score": score, "match": score >= threshold}


def _score(asked: Any, known: Mapping[str, list[str]]) -> float:
    """Score by number, else by name and birthday; another birthday is hardly the same person."""
    if _common(asked, known, "idNumber"):
        return 1.0
    if not _common(asked, known, "name"):
        return 0.0
    if _common(asked, known, "birthDate"):
        return 0.98
    return 0.55 if dig(asked, "birthDate", 0) and known.get("birthDate") else 0.75


def _common(asked: Any, known: Mapping[str, list[str]], name: str) -> bool:
    given = dig(asked, name)
    texts = {str(each).casefold() for each in given} if isinstance(given, list) else set()
    return bool(texts & {each.casefold() for each in known.get(name, ())})


def refused(status: int, detail: str) -> Answer:
    return said({"detail": detail}, status=status)


FAILURE = refused(500, "Index is not available")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    desk = Watchlist(opening, Known(ENTITIES))
    return (Desk(opening.bureau, "/match/{dataset}", desk.match, FAILURE),)
