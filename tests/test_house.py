"""The house's own rules, which no tool off the shelf knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter
from ruamel.yaml import YAML

from connectors.auth import AnyAuth
from connectors.codec import AnyCodec
from connectors.mapping import AnyRow
from connectors.mapping.spec import OVER
from connectors.mapping.types.functions import FUNCTIONS
from connectors.seal import SealList
from connectors.sign import SignList
from connectors.transport import AnyTransport
from connectors.verify import AnyVerify
from gateway.checks import AnyCheck
from gateway.fillers import AnyFiller
from gateway.rules import AnyRule

from .unit.mapping_case import whole

ROOT = Path(__file__).parent.parent
PACKAGES = ("connectors", "gateway", "mock_bureaus", "datachannel_client")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FOLDERS = sorted({path.parent for path in SOURCES})
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

MEDIAN, NINE_TENTHS, LONGEST, CROWD = 90, 180, 300, 12
"""Lines of a module, of most, of any; modules of a folder. Functions are ruff's."""

PLACES: dict[str, frozenset[str]] = {
    r"\btime\.time\(": frozenset(),
    r"\bdatetime\.now\(": frozenset({"gateway/clock.py"}),
    r"\bos\.environ\b": frozenset({"gateway/cli/"}),
    r"(?<![.\w])eval\(": frozenset(),
    r"\bpickle\b": frozenset(),
    r"\byaml\.load\b": frozenset(),
    r"\bverify\s*=\s*False\b": frozenset(),
    r"(?<!\.)\brandom\.(random|choice|uniform)\(": frozenset(),
    r"\b(TODO|FIXME)\b": frozenset(),
}
"""What a module may not say, and the only modules, or folders, that may."""

EMPTY_WORDS = re.compile(r"(Manager|Helper|Util|Utils|Base|Impl|Factory)$")

FAMILIES: dict[str, Any] = {
    "transport": AnyTransport,
    "codec": AnyCodec,
    "auth": AnyAuth,
    "seal": SealList,
    "sign": SignList,
    "verify": AnyVerify,
    "validate": tuple[AnyRule, ...],
    "fill": tuple[AnyFiller, ...],
    "checks": tuple[AnyCheck, ...],
}
"""What `docs/kinds.md` shows, by the key under which it stands in a file."""

YAML_BLOCK = re.compile(r"^( *)```ya?ml\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


@cache
def text(path: Path) -> str:
    return path.read_text("utf-8")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(text(path).splitlines())


def test_modules_are_short() -> None:
    sizes = [lines(path) for path in SOURCES if path.name != "__init__.py"]

    assert median(sizes) <= MEDIAN
    assert quantiles(sizes, n=10)[-1] <= NINE_TENTHS
    assert {name(path): lines(path) for path in SOURCES if lines(path) > LONGEST} == {}


def test_folders_can_be_taken_in_at_a_glance() -> None:
    modules = {
        name(folder): sum(path.name != "__init__.py" for path in folder.glob("*.py"))
        for folder in FOLDERS
    }

    assert {folder: count for folder, count in modules.items() if count > CROWD} == {}


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    said = {name(path): (ast.get_docstring(ast.parse(text(path))) or "") for path in SOURCES}
    first = {module: docstring.partition("\n\n")[0] for module, docstring in said.items()}

    # One that lists, or draws, after its sentence ends it with a colon.
    assert [module for module, sentence in first.items() if sentence[-1:] not in {*".:?"}] == []
    assert [module for module, sentence in first.items() if ". " in sentence] == []


def test_no_class_is_called_by_an_empty_word() -> None:
    named = {
        f"{name(path)}: {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.ClassDef)
    }

    assert {each for each in named if EMPTY_WORDS.search(each)} == set()


@pytest.mark.parametrize("said", PLACES)
def test_what_is_dangerous_stands_in_its_place(said: str) -> None:
    found = {name(path) for path in SOURCES if re.search(said, text(path))}

    assert {each for each in found if not each.startswith(tuple(PLACES[said]))} == set()


def examples(path: Path) -> Iterator[object]:
    for found in YAML_BLOCK.finditer(text(path)):
        yield from YAML(typ="safe", pure=True).load_all(found[2])


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_pages_show_as_yaml_is_yaml(page: Path) -> None:
    blocks = len(re.findall(r"^ *```ya?ml", text(page), re.MULTILINE))

    # A block that nothing ends would show as none.
    assert len(YAML_BLOCK.findall(text(page))) == blocks
    assert all(example is not None for example in examples(page))


def kinds(family: object) -> Iterator[str]:
    """Find every literal of `kind` in a union, however it is wrapped."""
    if isinstance(family, type) and issubclass(family, BaseModel):
        yield from get_args(family.model_fields["kind"].annotation)
    else:
        for part in get_args(family):
            yield from kinds(part)


@pytest.mark.parametrize("family", FAMILIES)
def test_each_kind_is_shown(family: str) -> None:
    """A new kind is documented when its example is in `docs/kinds.md`."""
    adapter: TypeAdapter[object] = TypeAdapter(FAMILIES[family])
    shown: set[str] = set()
    for example in examples(ROOT / "docs" / "kinds.md"):
        assert isinstance(example, dict)
        if family in example:
            model = adapter.validate_python(example[family])
            shown |= {each.kind for each in (model if isinstance(model, tuple) else (model,))}

    assert set(kinds(FAMILIES[family])) == shown
    pages = "".join(text(page) for page in PAGES)
    assert {kind for kind in shown if f"**{kind}**" not in pages} == set()


def test_each_word_of_a_mapping_is_shown() -> None:
    """What a page shows of a mapping is one, and it shows each type, place and function."""
    page = ROOT / "docs" / "kinds.md"
    shown = [example for example in examples(page) if isinstance(example, dict)]
    words = {"mapping", "mapping_families", "retention"}
    for example in shown:
        if words & example.keys():
            whole(
                example.get("mapping", {}),
                example.get("mapping_families", []),
                example.get("retention", []),
            )

    types = {str(get_args(row)[1].tag) for row in get_args(get_args(AnyRow)[0])} - {"each"}
    places = {"path", "xpath", "value", "months_between", "list", "each", *OVER}
    told = types | places | {"mapping_families", "retention"}
    assert {word for word in told if f"**{word}**" not in text(page)} == set()
    assert {word for word in FUNCTIONS if not re.search(rf"`{word}[`(]", text(page))} == set()
