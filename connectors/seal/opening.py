"""Opens answers, and holds signed ones against their signatures, before anyone reads in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..codec.charset import decoded
from ..contract import Codec, Document, WireReply
from ..faults import Findings
from ..kit import Kit
from ..select.path import Select, scalar_text
from ..select.place import InPlace, at_path, at_xpath, selector
from ..template import Language
from ..verify import Message
from .contract import Opener
from .opened import AnyOpen, OpenList, Placed, Verified, holds

__all__ = ["AnyOpen", "OpenList", "Opening", "compile_open"]

BodyStep = Callable[[WireReply, bytes], bytes]
DocumentStep = Callable[[WireReply, Document], None]


@dataclass(frozen=True, slots=True)
class Opening:
    """All that is opened of one answer. Its functions raise `ValueError`, which quotes nothing."""

    _body: tuple[BodyStep, ...] = ()
    _document: tuple[DocumentStep, ...] = ()

    def before(self, reply: WireReply) -> bytes:
        """Verify and open the body as it came; gives what the codec reads."""
        body = reply.body
        for step in self._body:
            body = step(reply, body)
        return body

    def after(self, document: Document, reply: WireReply) -> None:
        """Open what is sealed within the document, in place."""
        for step in self._document:
            step(reply, document)


def compile_open(entries: Sequence[AnyOpen], kit: Kit, language: Language, codec: Codec) -> Opening:
    """Compile. Raises `ConfigError` with all that is wrong, each below its index."""
    findings = Findings()
    body: list[BodyStep] = []
    document: list[DocumentStep] = []
    for index, entry in enumerate(entries):
        with findings.at(index):
            if isinstance(entry, Verified):
                body.append(_verified(entry, kit, language))
            elif entry.path is None and entry.xpath is None:
                body.append(_whole(entry, kit, language))
            else:
                document.append(_placed(entry, kit, language, codec))
    findings.close()
    return Opening(tuple(body), tuple(document))


def _verified(entry: Verified, kit: Kit, language: Language) -> BodyStep:
    concerns = holds(entry.when)
    findings = Findings()
    verdict = None
    with findings.at("verify"):
        verdict = entry.verify.build(kit, language)
    verdict = findings.settle(verdict)

    def step(reply: WireReply, body: bytes) -> bytes:
        if concerns(reply) and not verdict(Message(reply.headers, body)):
            raise ValueError("signature")
        return body

    return step


def _whole(entry: Placed, kit: Kit, language: Language) -> BodyStep:
    concerns = holds(entry.when)
    opened = entry.opener(kit, language)
    return lambda reply, body: opened(body, {}) if concerns(reply) else body


def _placed(entry: Placed, kit: Kit, language: Language, codec: Codec) -> DocumentStep:
    concerns = holds(entry.when)
    opened, charset = entry.opener(kit, language), entry.charset
    in_place = _in_place(entry, codec)
    apart = {
        name: selector(codec, path, f"{name}_path")
        for name, path in (("iv", entry.iv_path), ("tag", entry.tag_path))
        if path is not None
    }

    def step(reply: WireReply, document: Document) -> None:
        if concerns(reply):
            in_place(document, lambda text: _text(opened, text, apart, document, charset))

    return step


def _in_place(entry: Placed, codec: Codec) -> InPlace:
    if entry.xpath is not None:
        return at_xpath(codec, entry.xpath)
    return at_path(codec, entry.path or "")


def _text(
    opened: Opener, text: str, apart: Mapping[str, Select], document: Document, charset: str
) -> str:
    stood = {name: scalar_text(select(document)) for name, select in apart.items()}
    octets = {name: (found or "").encode() for name, found in stood.items()}
    return decoded(opened(text.encode(), octets), charset)
