"""The same call once more, without a bureau: with somebody made up, and secrets of no worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from connectors.bureau import BureauSpec
from connectors.contract import Wire
from connectors.faults import ConfigError
from connectors.inline import InlineTest
from connectors.rehearsal.props import kit_for
from connectors.rehearsal.run import scene_of
from connectors.rehearsal.scene import Ended
from connectors.spec import ConnectorSpec

from ....fields.schema import schema
from ..folder import OpenFolder, named_secrets

_VARIABLE = re.compile(r"\benv\.([A-Z][A-Z0-9_]*)")
_WORTHLESS = (
    "test-{name}",
    "00112233445566778899aabbccddeeff",
    "00112233445566778899aabbccddeeff" * 2,
)
"""What may stand for a secret: most may be anything, and some must be keys of a length."""


@dataclass(frozen=True, slots=True)
class Twin:
    """What was sent, and what came of it."""

    spec: ConnectorSpec
    sent: tuple[Wire, ...] = field(repr=False)
    ended: Ended


async def play(folder: OpenFolder, spec: ConnectorSpec, test: InlineTest) -> Twin:
    """Play one test. Raises `ConfigError`, and `AssertionError` where answers are lacking."""
    bureau = folder.bureau(spec.bureau).spec
    kit = kit_for(test, schema(), folder.catalog.tables, folder.settings.billing_currency)
    scene = scene_of(spec, bureau, test, replace(kit, files=folder.root))
    ended = await scene.performed()
    return Twin(spec, tuple(scene.stage.replay.sent), ended)


def worthless_secrets(spec: ConnectorSpec, bureau: BureauSpec) -> Iterator[dict[str, str]]:
    """Give values for all secrets, the likeliest first: those that the file's own tests use."""
    names = sorted(named_secrets(spec) | named_secrets(bureau))
    used = _used(spec, "secrets")
    for form in _WORTHLESS:
        made_up = {name: form.format(name=name) for name in names}
        yield {**made_up, **{name: value for name, value in used.items() if name in made_up}}


def worthless_variables(spec: ConnectorSpec, bureau: BureauSpec) -> dict[str, str]:
    """Give values for the environment, but for the bureau's address: nobody goes there."""
    text = spec.model_dump_json(exclude={"tests"}) + bureau.model_dump_json(
        include={"auth", "headers", "sign"}
    )
    used = _used(spec, "env")
    names = sorted(set(_VARIABLE.findall(text)))
    return {name: used.get(name, f"test-{name.lower()}") for name in names}


def _used(spec: ConnectorSpec, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for test in reversed(spec.tests):
        given: Mapping[str, str] | None = getattr(test, key)
        found |= given or {}
    return found


async def first_played(
    folder: OpenFolder, spec: ConnectorSpec, tests: Iterator[InlineTest]
) -> tuple[InlineTest, Twin | None, str]:
    """Play the first test that can be built; else give the first, and say why."""
    first: InlineTest | None = None
    said = ""
    for test in tests:
        first = first or test
        try:
            return test, await play(folder, spec, test), ""
        except ConfigError as error:
            said = said or str(error)
        except AssertionError as error:
            return test, None, str(error)
    if first is None:
        raise LookupError("no test")
    return first, None, said
