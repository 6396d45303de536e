"""From `securitySchemes` to credentials: the first way that the operation allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from ..operation import Credentials
from .document import Document, Node

_FLOWS: Final = {
    "clientCredentials": "oauth2_client_credentials",
    "password": "oauth2_password",
}


NOTHING: Final = Credentials("none")


@dataclass(frozen=True, slots=True)
class Secured:
    """How an operation is secured, and what of it could not be taken over."""

    credentials: Credentials = NOTHING
    headers: tuple[str, ...] = ()
    """Headers that bring a second key."""
    remarks: tuple[str, ...] = field(default=())


def secured(document: Document, operation: Node, origin: str) -> Secured:
    """Read what an operation wants of its callers."""
    ways = operation.get("security", document.root.get("security")) or []
    if not ways or not any(ways):
        return Secured()
    schemes = document.node(document.node(document.root.get("components")).get("securitySchemes"))
    chosen = next(way for way in ways if way)
    found = Credentials("none")
    headers: list[str] = []
    remarks: list[str] = []
    for name, scopes in chosen.items():
        scheme = document.node(schemes.get(name))
        one = _credentials(scheme, list(scopes or ()), origin)
        if one is None:
            remarks.append(
                f"`{name}` ({scheme.get('type', 'unknown')}): see `auth:` in docs/kinds.md"
            )
        elif found.kind == "none":
            found = one
        elif one.kind == "api_key" and "header" in one.into:
            headers.append(one.into["header"])
        else:
            remarks.append(f"`{name}` besides: a second credential goes into the request")
    return Secured(found, tuple(headers), tuple(remarks))


def _credentials(scheme: Node, scopes: list[str], origin: str) -> Credentials | None:
    match scheme.get("type"), str(scheme.get("scheme", "")).lower():
        case "apiKey", _:
            place = scheme.get("in")
            return (
                Credentials("api_key", {str(place): str(scheme.get("name"))})
                if place in {"header", "query"}
                else None
            )
        case "http", ("basic" | "bearer") as kind:
            return Credentials(kind)
        case "oauth2", _:
            return _oauth2(scheme, scopes, origin)
    return None


def _oauth2(scheme: Node, scopes: list[str], origin: str) -> Credentials | None:
    flows = scheme.get("flows") or {}
    for name, kind in _FLOWS.items():
        if name in flows:
            url = urlsplit(str(flows[name].get("tokenUrl", "")))
            elsewhere = url.netloc and f"{url.scheme}://{url.netloc}" != origin
            path = "" if elsewhere else url.path
            return Credentials(kind, token_path=path, scope=" ".join(scopes), renewable=True)
    return None
