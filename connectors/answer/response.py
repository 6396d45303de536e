"""How an answer is read, as the YAML says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import Field, model_validator

from ..codec import AnyCodec, Json, Xml
from ..contract import Codec
from ..faults import Findings
from ..kit import Kit, Strict
from ..seal.opening import OpenList, compile_open
from ..select.path import Select
from ..template import Language
from .decoding import Decoding
from .drop import compile_drops
from .nested import Nested
from .places import Moment, Place, Places, SubjectCheck, compile_moment, compile_subject_checks


class Response(Strict):
    """
    How an answer is read, in this order, whatever the order in the file.

    Opened as bytes, read by the codec, opened in its parts, its nested
    documents read, and what is dropped taken out: before anything is stored,
    classified or mapped.
    """

    codec: AnyCodec = Json(kind="json")
    namespaces: Mapping[str, str] = Field(default_factory=dict)
    """For XPath."""
    open: OpenList = ()
    """What is decrypted, and whose signatures must hold."""
    nested: tuple[Nested, ...] = ()
    drop: tuple[str, ...] = ()
    """What is never stored and never mapped, such as a photo: paths that end with a name."""
    reference: Place | None = None
    """The bureau's own reference of this answer."""
    observed_at: Moment | None = None
    """When the bureau knew what it says."""
    subject_check: tuple[SubjectCheck, ...] = ()

    @model_validator(mode="after")
    def _xml_only(self) -> Self:
        if self.namespaces and not isinstance(self.codec, Xml):
            raise ValueError("only XML has namespaces")
        return self

    def decoder(self, kit: Kit) -> Codec:
        codec = self.codec
        if isinstance(codec, Xml):
            codec = codec.model_copy(update={"namespaces": {**codec.namespaces, **self.namespaces}})
        return codec.build(kit)

    def decoding(self, kit: Kit, codec: Codec, language: Language) -> Decoding:
        """Compile. Raises `ConfigError` with all that is wrong."""
        findings = Findings()
        opening = drops = None
        with findings.at("open"):
            opening = compile_open(self.open, kit, language, codec)
        nested = []
        for index, each in enumerate(self.nested):
            with findings.at("nested", index):
                nested.append(each.build(kit, codec))
        with findings.at("drop"):
            drops = compile_drops(self.drop, codec)
        opening, drops = findings.settle(opening), findings.settle(drops)
        return Decoding(codec, opening, (*nested, *drops))

    def places(
        self, codec: Codec, language: Language, zone: str, captures: Iterable[str]
    ) -> Places:
        """
        Compile; times that name no zone are in `zone`, and later messages refer to `captures`.

        Raises `ConfigError` with all that is wrong.
        """
        findings = Findings()
        reference = None
        with findings.at("reference"):
            reference = self.reference.select(codec) if self.reference else None
        observed_at = None
        with findings.at("observed_at"):
            observed_at = compile_moment(self.observed_at, codec, zone)
        checks = None
        with findings.at("subject_check"):
            checks = compile_subject_checks(self.subject_check, codec, language)
        captured: list[tuple[str, Select]] = []
        for path in sorted(captures):
            try:
                captured.append((path, codec.selector(path)))
            except ValueError as error:
                findings.add(f"{path}, which a later message refers to: {error}")
        checks = findings.settle(checks)
        return Places(reference, findings.settle(observed_at), checks, tuple(captured))
