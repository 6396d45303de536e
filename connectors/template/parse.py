"""
The grammar of templates.

    template    = { text | "$${" | "${" expression "}" }
    expression  = reference [":" default] { "|" converter } ["??" literal]
    converter   = name ["(" argument { "," argument } ")"]
    argument    = 'text' | "text" | integer | secrets.NAME | tables.NAME
    literal     = 'text' | "text" | integer | null

Only ``env.NAME`` has a default after a colon; it runs to the next ``|`` or ``}``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..faults import ConfigError

_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class Name:
    """An argument that names a secret or a table."""

    text: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """A converter as it is called."""

    name: str
    arguments: tuple[str | int | Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """What stands after ``??``."""

    value: str | int | None


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands between ``${`` and ``}``."""

    reference: str
    env_default: str | None
    conversions: tuple[Conversion, ...]
    fallback: Fallback | None
    source: str
    column: int

    def fault(self, message: str) -> ConfigError:
        return ConfigError(f"{message} at column {self.column}, in {self.source[:_EXCERPT]}")


def parse(source: str) -> tuple[str | Expression, ...]:
    """Split a template into its texts and expressions; raises `ConfigError` with the column."""
    parts: list[str | Expression] = []
    text: list[str] = []
    at = 0
    while (dollar := source.find("$", at)) >= 0:
        text.append(source[at:dollar])
        if source.startswith("$${", dollar):
            text.append("${")
            at = dollar + 3
        elif source.startswith("${", dollar):
            parts.append("".join(text))
            text.clear()
            reader = _Reader(source, dollar)
            parts.append(reader.expression())
            at = reader.at
        else:
            text.append("$")
            at = dollar + 1
    parts.append("".join(text) + source[at:])
    return tuple(part for part in parts if part != "")


class _Reader:
    """Reads one expression from left to right, each character once."""

    def __init__(self, source: str, at: int) -> None:
        self._source = source
        self._start = at
        self.at = at + len("${")

    def expression(self) -> Expression:
        reference = self._name("a reference")
        env_default = self._env_default(reference)
        conversions: list[Conversion] = []
        while self._takes("|"):
            conversions.append(self._conversion())
        fallback = Fallback(self._literal()) if self._takes("??") else None
        if not self._takes("}"):
            raise self._fault("expected | or ?? or }")
        return Expression(
            reference,
            env_default,
            tuple(conversions),
            fallback,
            self._source[self._start : self.at],
            self._start + 1,
        )

    def _env_default(self, reference: str) -> str | None:
        if not self._source.startswith(":", self.at):
            return None
        if not reference.startswith("env."):
            raise self._fault("only env.NAME has a default after a colon; others say ??")
        ends = [end for mark in "|}" if (end := self._source.find(mark, self.at)) >= 0]
        if not ends:
            raise self._fault("expected }")
        default = self._source[self.at + 1 : min(ends)]
        self.at = min(ends)
        return default.strip()

    def _conversion(self) -> Conversion:
        name = self._name("a converter")
        if not self._takes("("):
            return Conversion(name)
        arguments = [self._argument()]
        while self._takes(","):
            arguments.append(self._argument())
        if not self._takes(")"):
            raise self._fault("expected , or )")
        return Conversion(name, tuple(arguments))

    def _argument(self) -> str | int | Name:
        if (constant := self._constant()) is not None:
            return constant
        return Name(self._name("an argument"))

    def _literal(self) -> str | int | None:
        if (constant := self._constant()) is not None:
            return constant
        at = self.at
        if self._name("a default") != "null":
            self.at = at
            raise self._fault("a default is a quoted text, an integer or null")
        return None

    def _constant(self) -> str | int | None:
        """Read a quoted text or an integer; None where neither stands."""
        self._skip()
        for quote in "'\"":
            if self._takes(quote):
                return self._quoted(quote)
        end = self.at + self._source.startswith("-", self.at)
        while self._source[end : end + 1] in _DIGITS:
            end += 1
        digits = self._source[self.at : end]
        if not digits.strip("-"):
            return None
        self.at = end
        return int(digits)

    def _quoted(self, quote: str) -> str:
        end = self._source.find(quote, self.at)
        if end < 0:
            raise self._fault(f"expected {quote}")
        text = self._source[self.at : end]
        self.at = end + 1
        return text

    def _name(self, wanted: str) -> str:
        self._skip()
        end = self.at
        while (char := self._source[end : end + 1]).isalnum() or char in _NAME_MARKS:
            end += 1
        if end == self.at:
            raise self._fault(f"expected {wanted}")
        name = self._source[self.at : end]
        self.at = end
        return name

    def _takes(self, mark: str) -> bool:
        self._skip()
        found = self._source.startswith(mark, self.at)
        self.at += len(mark) * found
        return found

    def _skip(self) -> None:
        while self._source[self.at : self.at + 1] in _SPACES:
            self.at += 1

    def _fault(self, message: str) -> ConfigError:
        excerpt = self._source[self._start : self._start + _EXCERPT]
        return ConfigError(f"{message} at column {self.at + 1}, in {excerpt}")


# Sets, for the empty text at a template's end is in every string.
_DIGITS = frozenset("0123456789")
_NAME_MARKS = frozenset("_-.[]")
_SPACES = frozenset(" \t\n")
