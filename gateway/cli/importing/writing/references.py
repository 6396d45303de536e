"""What a written request refers to: its inputs, its secrets, and the person that a test needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from .asking import INPUTS
from .fitting import VECTORS
from .yaml_text import Block, lines

_TEMPLATE: Final = re.compile(r"\$\{(?P<name>[a-z]+(?:\.[a-z0-9_]+)*)(?P<rest>[^}]*)\}")
_TERM: Final = 12
_CONSENT: Final = {
    "consent.id": "consent-of-a-test",
    "consent.granted_at": "2026-01-01T00:00:00Z",
}
_FILES: Final = "application.attachments."


def templates(block: Block) -> dict[str, str]:
    """Give the templates of a part of a file by their references, remarks aside."""
    text = "\n".join(line for line in lines(block) if not line.lstrip().startswith("#"))
    return {found["name"]: found[0] for found in _TEMPLATE.finditer(text)}


def required(sent: Mapping[str, str]) -> list[str]:
    """Give the inputs without which nothing can be sent."""
    return [
        name for name, template in sent.items() if name.startswith(INPUTS) and "??" not in template
    ]


def secrets(*blocks: Block) -> dict[str, str]:
    """Make up a value for each secret."""
    names = [name for block in blocks for name in templates(block) if name.startswith("secrets.")]
    return {name.removeprefix("secrets."): "made-up" for name in names}


def asked_about(
    sent: Iterable[str], person: Mapping[str, str] = VECTORS
) -> dict[str, dict[str, object]]:
    """Give the person of a test, by root: what a request refers to, and nothing else."""
    found: dict[str, dict[str, object]] = {}
    for reference in sent:
        root, _, path = reference.partition(".")
        if reference.startswith(_FILES):
            files = found.setdefault(root, {}).setdefault("attachments", {})
            files[path.partition(".")[2]] = {"text": "content-of-a-test"}  # type: ignore[index]  # only we write here
        elif reference in _CONSENT:
            found.setdefault(root, {})[path] = _CONSENT[reference]
        elif reference == "application.term_months":
            found.setdefault(root, {})["term_months"] = _TERM
        elif reference in person:
            *above, last = path.split(".")
            inside = found.setdefault(root, {})
            for name in above:
                inside = inside.setdefault(name, {})  # type: ignore[assignment]  # only we write here
            inside[last] = person[reference]
    return found
