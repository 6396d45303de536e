"""What an SQL statement may be: one question, with every value bound."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sqlalchemy import text

from ..faults import ConfigError

_TOKEN: Final = re.compile(
    r"""
      (?P<quoted>  '(?:[^']|'')*' | "(?:[^"]|"")*" )
    | (?P<word>    [^\W\d]\w* )
    | (?P<refused> ; | -- | /\* | \\ | \$ | ['"`] )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)

_WRITING: Final = re.compile(
    r"""
    alter|analyze|attach|call|copy|create|delete|detach|do|drop|execute|grant|insert|into|lock
    |merge|pragma|reindex|revoke|set|truncate|update|upsert|vacuum
    """,
    re.VERBOSE,
)
"""Words that a question does not need; a column of such a name is written in quotes."""


def check_statement(statement: str, names: Iterable[str]) -> None:
    """
    Raise `ConfigError` unless `statement` is one SELECT that binds exactly `names`.

    The database is opened read-only besides: this is to tell it before a person
    is asked about. Refuses more than it must, as it does not parse: comments,
    backslashes and dollar quotes are places to hide a second statement in.
    """
    words = []
    for token in _TOKEN.finditer(statement):
        if token["refused"]:
            raise ConfigError(f"a query is one plain statement, without {token['refused']}")
        if token["word"]:
            words.append(token["word"].lower())
    if not words or words[0] not in {"select", "with"}:
        raise ConfigError("a query begins with SELECT or WITH")
    if writing := next(filter(_WRITING.fullmatch, words), None):
        raise ConfigError(f"a query only reads, without {writing.upper()}")
    _check_names(statement, frozenset(names))


def _check_names(statement: str, given: frozenset[str]) -> None:
    bound = frozenset(text(statement).compile().params)
    if unknown := bound - given:
        raise ConfigError(f"a query binds :{min(unknown)}, which is not given")
    if unused := given - bound:
        raise ConfigError(f"a query does not bind :{min(unused)}, which is given")
