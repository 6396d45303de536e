"""What a line of curl would send, without the secrets in it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from ..bodies import body_of
from ..constants import is_personal
from ..fault import Unusable
from ..names import SECRET, snake
from ..operation import Body, Credentials, Operation
from ..sampling import leaf_of
from ..shape import Leaf, Part, Record
from .line import Line, read_line

_OURS: Final = frozenset({"content-type", "content-length", "accept", "host", "user-agent"})
_SCHEMES: Final = frozenset({"token", "apikey", "api-key", "key", "jwt", "appcode"})
"""Of `Authorization`, besides those of HTTP."""

_PERSONAL: Final = re.compile(r"\d{5}|@|%40|[^\x00-\x7f]|%[89A-Fa-f]")


def read_curl(command: str, name: str | None) -> Operation:
    """Read a line of curl. Raises `Unusable`, which never quotes a value."""
    line = read_line(command)
    url = urlsplit(line.url if "://" in line.url else f"https://{line.url}")
    if not url.hostname:
        raise Unusable("curl: it names no URL")
    credentials, headers = _credentials(line)
    if url.username and credentials.kind == "none":
        credentials = Credentials("basic")
    query = parse_qsl(url.query, keep_blank_values=True)
    if line.get:
        query += [pair for data in line.data for pair in parse_qsl(data, keep_blank_values=True)]
    body = None if line.get else _body(line)
    path, path_params = _path(url.path or "/")
    port = f":{url.port}" if url.port else ""
    return Operation(
        name=snake(name or _named(url.path) or url.hostname.split(".")[0]),
        source="a line of curl",
        method=line.method.upper() or ("POST" if body else "GET"),
        origin=f"{url.scheme}://{url.hostname}{port}",
        path=path,
        credentials=credentials,
        path_params=path_params,
        params=tuple(Part(key, leaf_of(value)) for key, value in query),
        headers=headers,
        body=body,
        remarks=tuple(line.remarks),
    )


def _credentials(line: Line) -> tuple[Credentials, tuple[Part, ...]]:
    """Find the credentials; no value of theirs goes any further."""
    found = Credentials("basic" if line.user else "none")
    kept: list[Part] = []
    for name, value in line.headers:
        kind = value.partition(" ")[0].lower() if " " in value else ""
        if name.lower() == "authorization" and kind in {"basic", "bearer"}:
            found = Credentials(kind)
        elif found.kind == "none" and (name.lower() == "authorization" or SECRET.fullmatch(name)):
            scheme = value.partition(" ")[0] if kind in _SCHEMES else ""
            how = {"format": f"{scheme} {{token}}"} if scheme else {}
            found = Credentials("api_key", {"header": name, **how})
        elif name.lower() == "cookie":
            line.remarks.append("its cookies were left out: a request has none")
        elif name.lower() not in _OURS:
            kept.append(Part(name, leaf_of(value)))
    return found, tuple(kept)


def _body(line: Line) -> Body | None:
    if line.parts:
        return Body("multipart", Record(tuple(map(_part, line.parts))))
    text = "&".join(line.data)
    if not text:
        return None
    return body_of(text, json_only=line.json or "json" in _content_type(line))


def _content_type(line: Line) -> str:
    return next(
        (value for name, value in line.headers if name.lower() == "content-type"), ""
    ).lower()


def _part(text: str) -> Part:
    name, _, value = text.partition("=")
    if value.startswith(("@", "<")):
        return Part(name, Leaf(format="binary"))
    return Part(name, leaf_of(value.partition(";")[0]))


def _path(path: str) -> tuple[str, tuple[Part, ...]]:
    """Make parameters of what in a path may be about a person."""
    written: list[str] = []
    parts: list[Part] = []
    before = ""
    for segment in path.split("/"):
        if _PERSONAL.search(segment) or _is_of(before, segment):
            name = snake(before.rstrip("s") or "part") + ("" if not parts else str(len(parts) + 1))
            parts.append(Part(name, Leaf(example=segment, sampled=True)))
            written.append(f"{{{name}}}")
        else:
            written.append(segment)
        before = segment
    return "/".join(written), tuple(parts)


def _is_of(before: str, segment: str) -> bool:
    """Tell whether a part of a path may say who of those before it is meant."""
    several = before.endswith("s") and not before.endswith("ss")
    return bool(segment) and is_personal((before,)) and (several or not segment.islower())


def _named(path: str) -> str:
    words = [segment for segment in path.split("/") if segment and not _PERSONAL.search(segment)]
    return words[-1] if words else ""
