"""What a job's later messages, and its callbacks, can rely on: told before anything is bought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..answer.response import Response
from ..faults import ConfigError, Findings, Place
from ..kit import Kit
from ..policy.inputs import ROOTS
from ..seal.opened import Verified
from ..shape.spec import CallbackSpec
from ..sign import AnySign
from ..template.parse import Expression, parse
from ..verify import AnyVerify, JwsProof
from .checks import check_status
from .messages import Message
from .wanted import STATUS

if TYPE_CHECKING:
    from ..spec import ConnectorSpec

NOBODY = "nobody listens: `listen.callbacks` in gateway.yaml"


def needed(spec: ConnectorSpec, sign: Sequence[AnySign], later: frozenset[str]) -> frozenset[str]:
    """Give what of an inquiry later messages, or checks of their answers, can not be without."""
    if (job := spec.job) is None:
        return frozenset()
    checked = [spec.response.subject_check]
    checked += [
        each.response.subject_check
        for each in (job.poll, job.download, spec.callback)
        if each is not None and each.response is not None
    ]
    requests = [each.request for each in (job.poll, job.download) if each is not None]
    said = frozenset(_without_default((job.id, requests, checked, spec.documents, sign)))
    return frozenset(
        name
        for name in said & later
        # Its value follows from the purpose: the bureau's file has it.
        if name.partition(".")[0] in ROOTS and name != "inquiry.purpose_code"
    )


def _without_default(node: object) -> Iterator[str]:
    """Find what is referred to without a ``??``, wherever it stands."""
    if isinstance(node, str):
        try:
            parts = parse(node)
        except ConfigError:
            return  # It is no template: all that are have been compiled.
        yield from (
            part.reference
            for part in parts
            if isinstance(part, Expression) and part.fallback is None
        )
    elif isinstance(node, BaseModel):
        yield from _without_default([value for _, value in node])
    elif isinstance(node, Mapping):
        yield from _without_default(list(node.values()))
    elif isinstance(node, Sequence) and not isinstance(node, bytes):
        for each in node:
            yield from _without_default(each)


def check_later(spec: ConnectorSpec, kit: Kit, messages: Mapping[Place, Message]) -> None:
    """Refuse what would be found out only when it is paid for. Raises `ConfigError`."""
    findings = Findings()
    with findings.at(*STATUS, "request"):
        check_status(messages.get(STATUS))
    if not kit.callback_url:
        for at, message in messages.items():
            if "call.callback_url" in message.references:
                findings.add(NOBODY, *at, "request")
        if spec.callback is not None:
            findings.add(NOBODY, "callback")
    if (callback := spec.callback) is not None:
        _check_proof(callback.verify, findings)
        _check_open(spec, callback, findings)
        _check_named(spec, callback, messages, findings)
    findings.close()


def _check_proof(verify: AnyVerify, findings: Findings) -> None:
    if isinstance(verify, JwsProof) and verify.signature.path not in (None, "@"):
        findings.add(
            "only the token would be proved, and what stands beside it is read: "
            "path is @, or the token stands in a header",
            *("callback", "verify", "signature", "path"),
        )


def _check_open(spec: ConnectorSpec, callback: CallbackSpec, findings: Findings) -> None:
    """Refuse signatures in headers: a callback is read again when they are gone."""
    response: Response | None = callback.response
    at: Place = ("callback", "response")
    if response is None and spec.job is not None and not (spec.job.poll or spec.job.download):
        response, at = spec.response, ("response",)
    for index, entry in enumerate(response.open if response else ()):
        if not isinstance(entry, Verified):
            continue
        proof = entry.verify
        if not (isinstance(proof, JwsProof) and proof.signature.header is None):
            findings.add(
                "of a callback the headers are not kept: say it as `verify` of the callback",
                *(*at, "open", index, "verify"),
            )


def _check_named(
    spec: ConnectorSpec,
    callback: CallbackSpec,
    messages: Mapping[Place, Message],
    findings: Findings,
) -> None:
    """Refuse to fetch by the bureau's id what may be known by our reference alone."""
    job = spec.job
    if job is None or job.submit is None or callback.correlate.equals != "call.reference":
        return
    if not any(name.startswith("job.submit.") for name in _without_default(job.id)):
        return
    for at in (("job", "poll"), ("job", "download")):
        if at in messages and "job.id" in messages[at].references:
            findings.add(
                "a job whose submission was lost is found by call.reference, and has no job.id: "
                "refer to call.reference or callback.*, or say an `id` that is known before",
                *(*at, "request"),
            )
