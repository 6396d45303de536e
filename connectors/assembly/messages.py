"""From a request's YAML to what writes and signs it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..bureau import Bureau
from ..faults import ConfigError, Findings
from ..kit import Kit
from ..message.documents import Documents
from ..message.request import Request, Written, compile_request
from ..sign import AnySign, Signatures, build_signatures
from ..template import Language
from ..transport import Grpc, Http, Sql, check_statement

PATH_HOLE: Final = re.compile(r"(?<!\$)\{([\w-]+)\}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message, compiled."""

    documents: Documents
    request: Written
    signatures: Signatures

    @property
    def references(self) -> frozenset[str]:
        """What it depends on, documents aside."""
        read = self.documents.references | self.request.references | self.signatures.references
        return frozenset(name for name in read if not name.startswith("documents."))


@dataclass(frozen=True, slots=True)
class Bench:
    """What all messages of one connector are compiled with."""

    kit: Kit
    bureau: Bureau
    language: Language
    documents: Documents
    sign: tuple[AnySign, ...]
    """The connector's signatures, or the bureau's."""

    def message(self, request: Request) -> Message:
        """Compile. Raises `ConfigError` with all that is wrong, each below ``request``."""
        findings = Findings()
        written: Written | None = None
        signatures: Signatures | None = None
        with findings.at("request"):
            written = self._written(request)
        models = self.sign if request.sign is None else ()
        with findings.at("sign"):
            check_places(request, self.bureau, models)
            language = self.language.written_in(charset_of(self.bureau))
            signatures = build_signatures(models, self.kit, language, self.bureau.host)
        written, signatures = findings.settle(written), findings.settle(signatures)
        wanted = written.references | signatures.references
        return Message(self.documents.only(wanted), written, signatures)

    def _written(self, request: Request) -> Written:
        transport = self.bureau.spec.transport
        is_database = isinstance(transport, Sql)
        written = compile_request(request, self.language, charset_of(self.bureau))
        if (request.query is not None) is not is_database:
            raise ConfigError(
                "a database is asked by `query`" if is_database else "`query` is for databases",
                ("query",),
            )
        if request.query is not None:
            try:
                check_statement(request.query, request.bind)
            except ConfigError as error:
                raise ConfigError(str(error), ("query",)) from None
        if isinstance(transport, Grpc):
            transport.check(self.kit, request)
        return replace(written, draft=self.bureau.below(written.draft))


def charset_of(bureau: Bureau) -> str:
    """Give the charset of the messages that go to a bureau."""
    transport = bureau.spec.transport
    return transport.charset if isinstance(transport, Http) else "utf-8"


def connector_language(kit: Kit, bureau: Bureau) -> Language:
    """Say what a connector's templates may refer to."""
    language = bureau.language
    for root, types in kit.schema.roots.items():
        language = language.having(root, types)
    return (
        language.having("call", {"reference": str, "callback_url": str})
        .having("now", {"": datetime})
        .having("nonce", {"": str})
        .opening("inquiry.inputs", str)
        .opening("application.attachments", bytes)
    )


def check_places(request: Request, bureau: Bureau, models: Sequence[AnySign]) -> None:
    """Refuse a place for credentials or a signature that the message does not have."""
    if request.query is not None:
        if models:
            raise ConfigError("a database has no `sign`")
        return
    places = [model.into for model in models if model.into is not None]
    if (credentials := getattr(bureau.spec.auth, "into", None)) is not None:
        places.append(credentials)
    field = next((into.field for into in places if into.field is not None), None)
    has_fields = request.form is not None or request.multipart is not None
    if field is not None and not (has_fields or isinstance(request.json_, Mapping)):
        raise ConfigError(f"nothing can be put into field {field}: the body has no fields")
    left = frozenset(PATH_HOLE.findall(request.path)) - request.path_params.keys()
    if wrong := sorted(left ^ frozenset(into.path for into in places if into.path is not None)):
        raise ConfigError(f"{{{wrong[0]}}} is either not in the path, or nothing fills it")
