"""The words of a line of curl, and what its options mean."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ..fault import Unusable

_VALUES: Final = {
    **dict.fromkeys(("-X", "--request"), "method"),
    **dict.fromkeys(("-H", "--header"), "header"),
    **dict.fromkeys(("-d", "--data", "--data-raw", "--data-ascii", "--data-binary"), "data"),
    **dict.fromkeys(("--data-urlencode",), "data"),
    **dict.fromkeys(("--json",), "json"),
    **dict.fromkeys(("-F", "--form", "--form-string"), "part"),
    **dict.fromkeys(("-u", "--user"), "user"),
    **dict.fromkeys(("-A", "--user-agent"), "ignored"),
    **dict.fromkeys(("--url",), "url"),
    **dict.fromkeys(
        ("-o", "--output", "-m", "--max-time", "--connect-timeout", "--retry", "-w", "-e", "-b"),
        "ignored",
    ),
    **dict.fromkeys(("--cacert", "--cert", "-E", "--key", "-x", "--proxy", "--resolve"), "file"),
}
"""Options that take a value, and what it is."""


@dataclass(slots=True)
class Line:
    """What a line of curl says."""

    url: str = ""
    method: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list, repr=False)
    parts: list[str] = field(default_factory=list, repr=False)
    user: bool = False
    json: bool = False
    get: bool = False
    remarks: list[str] = field(default_factory=list)


def read_line(command: str) -> Line:
    try:
        words = shlex.split(command.replace("\\\r\n", " ").replace("\\\n", " "))
    except ValueError as error:
        raise Unusable(f"curl: {str(error).lower()}") from None
    if words[:1] == ["$"]:
        words = words[1:]
    if words[:1] != ["curl"]:
        raise Unusable("curl: the line begins with `curl`")
    line, rest = Line(), iter(words[1:])
    for word in rest:
        _word(line, word, rest)
    return line


def _word(line: Line, word: str, rest: Iterator[str]) -> None:
    name, glued = word, None
    if word.startswith("--") and "=" in word:
        name, _, glued = word.partition("=")
    elif word.startswith("-") and not word.startswith("--") and word[:2] in _VALUES:
        name, glued = word[:2], word[2:] or None
    if name not in _VALUES:
        _flag(line, word)
        return
    value = glued if glued is not None else next(rest, None)
    if value is None:
        raise Unusable(f"curl: {name} wants a value")
    _value(line, name, value)


def _flag(line: Line, word: str) -> None:
    if not word.startswith("-"):
        line.url = line.url or word
    elif word in {"-G", "--get"}:
        line.get = True
    elif word in {"-I", "--head"}:
        raise Unusable("curl: HEAD has no answer to read")
    elif word in {"-k", "--insecure"}:
        line.remarks.append(
            "-k: certificates are always verified; see `tls: {ca: ...}` of a bureau"
        )


def _value(line: Line, name: str, value: str) -> None:
    match _VALUES[name]:
        case "method":
            line.method = value
        case "header":
            key, _, text = value.partition(":")
            line.headers.append((key.strip(), text.strip()))
        case "data" | "json":
            line.json |= _VALUES[name] == "json"
            line.data.append(_literal(value))
        case "part":
            line.parts.append(value)
        case "user":
            line.user = True
        case "url":
            line.url = value
        case "file":
            line.remarks.append(f"{name}: see `tls:` of a bureau, and its `egress:`")


def _literal(value: str) -> str:
    if value.startswith("@"):
        raise Unusable("curl: a body in a file is read by `import sample --request FILE`")
    return value
