"""Where the parts of an answer stand that are not mapped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from pydantic import model_validator

from ..contract import Codec, Document, Values
from ..faults import ConfigError, Findings
from ..kit import Strict
from ..mapping.moments import timestamps
from ..select.path import Select, scalar_of, scalar_text
from ..template import Language, RenderError, Scope, TextTemplate, compile_text


class Place(Strict):
    """Where one value stands in the answer."""

    path: str | None = None
    xpath: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.xpath is None):
            raise ValueError("needs one of `path` and `xpath`")
        return self

    def select(self, codec: Codec) -> Select:
        key = "path" if self.xpath is None else "xpath"
        try:
            return codec.selector(self.path or self.xpath or "")
        except ValueError as error:
            raise ConfigError(str(error), (key,)) from error


class Moment(Place):
    """A point in time, in a format: ISO 8601 where none is said."""

    format: str | None = None


class SubjectCheck(Place):
    """What of the answer must equal what we know of the subject."""

    equals: str


@dataclass(frozen=True, slots=True)
class Places:
    """Reads what is not mapped."""

    reference: Select | None
    observed_at: Callable[[Document], datetime | None]
    checks: tuple[tuple[Select, TextTemplate], ...]
    captures: tuple[tuple[str, Select], ...] = ()
    """What later messages refer to, by path."""

    @property
    def references(self) -> frozenset[str]:
        """What of an inquiry answers are held against."""
        return frozenset().union(*(expected.references for _, expected in self.checks))

    def referred(self, document: Document) -> str:
        """Give the bureau's own reference; empty for none."""
        return (self.reference and scalar_text(self.reference(document))) or ""

    def captured(self, document: Document) -> Values:
        """Keep the scalars that later messages want; what is none is absent."""
        found = ((path, scalar_of(select(document))) for path, select in self.captures)
        return {path: value for path, value in found if value is not None}

    def same_subject(self, document: Document, scope: Scope, *, named: bool) -> bool:
        """
        Compare what the answer says of its subject with whom we asked about.

        An answer that holds data must say so (`named`); one that holds none need not.
        """
        for select, expected in self.checks:
            given = scalar_text(select(document))
            if given is None and not named:
                continue
            try:
                if given != expected.render(scope):
                    return False
            except RenderError:
                return False
        return True


def compile_subject_checks(
    checks: Sequence[SubjectCheck], codec: Codec, language: Language
) -> tuple[tuple[Select, TextTemplate], ...]:
    findings = Findings()
    compiled = []
    for index, check in enumerate(checks):
        with findings.at(index):
            select = check.select(codec)
            with findings.at("equals"):
                compiled.append((select, compile_text(check.equals, language)))
    findings.close()
    return tuple(compiled)


def compile_moment(
    moment: Moment | None, codec: Codec, zone: str
) -> Callable[[Document], datetime | None]:
    """Compile; what can not be read as a time counts as not said."""
    if moment is None:
        return lambda _: None
    select = moment.select(codec)
    try:
        read = timestamps(moment.format, zone)
    except ConfigError as error:
        raise ConfigError(str(error), ("format",)) from error

    def when(document: Document) -> datetime | None:
        text = scalar_text(select(document))
        point = None if text is None else read(text)
        if not isinstance(point, Mapping):
            return None
        return datetime.fromtimestamp(point["seconds"], UTC)

    return when
