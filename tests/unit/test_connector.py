"""One attempt at one connector, from its template to its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connectors.answer.outcome import OutcomeRow
from connectors.connector import Connector
from connectors.contract import Query, Reply, Values, Wire, WireReply
from connectors.errors import Lost, NeedInput, NotSent, Refused, WrongSubject
from connectors.message.draft import Draft
from connectors.policy.ledger import Owned
from connectors.rehearsal.props import Inert
from connectors.words import Outcome, Purpose
from tests.one_connector import KIT, OUTCOMES, Wires, build, bureau, connector, question, sent
from tests.onion.fakes import FakeCache

HIT = WireReply(200, {}, b'{"code": "0", "risk": "0.5"}')
REFUSED = WireReply(401)


@dataclass
class Tokens:
    """Credentials that can be renewed."""

    renewable: bool = True
    references: frozenset[str] = frozenset({"token"})
    fails: Exception | None = None
    stale: list[Values] = field(default_factory=list)

    async def values(self) -> Values:
        if self.fails:
            raise self.fails
        return {"token": f"t{len(self.stale)}"}

    def apply(self, draft: Draft, values: Values) -> Draft:
        return draft.with_header("Authorization", f"Bearer {values['token']}")

    async def renew(self, stale: Values) -> None:
        self.stale.append(stale)


def at_bottom(wires: Wires, auth: Tokens, **changes: Any) -> Connector:
    return replace(build(connector(**changes), wires), auth=auth)


async def test_a_reply_says_which_attempt_it_answers_and_when_it_came() -> None:
    reply: Reply = await at_bottom(Wires(HIT), Tokens())(question())

    assert (reply.connector, reply.version) == ("score", "1.0.0")
    assert (reply.attempts, reply.call_id) == (2, "call-1")
    assert reply.retrieved_at == KIT.clock.utc()


async def test_a_request_may_refer_to_the_call_the_time_and_a_nonce() -> None:
    tree = {"ref": "${call.reference}", "at": "${now | unix}", "nonce": "${nonce}"}
    body = json.loads((await sent(request={"json": tree})).body)

    assert body["ref"] == "ref-1"
    assert body["at"] == int(KIT.clock.utc().timestamp())
    assert len(body["nonce"]) == 32


async def test_no_two_attempts_have_one_nonce() -> None:
    wires = Wires(HIT)
    ask = build(connector(request={"json": {"nonce": "${nonce}"}}), wires)
    await ask(question())
    await ask(question())

    assert len({wire.body for wire in wires.sent}) == 2


async def test_a_purpose_is_told_in_the_bureaus_own_code() -> None:
    of = bureau(purpose_codes={"CREDIT_ORIGINATION": "01"})
    tree = {"why": "${inquiry.purpose_code}"}

    assert (await sent(of=of, request={"json": tree})).body == b'{"why":"01"}'
    collecting = replace(question().standing, purpose=Purpose.COLLECTION)
    with pytest.raises(NeedInput):
        await sent(question(standing=collecting), of=of, request={"json": tree})


async def test_credentials_go_where_they_belong() -> None:
    wires = Wires(HIT)
    await at_bottom(wires, Tokens())(question())

    assert ("Authorization", "Bearer t0") in wires.sent[0].headers
    assert "t0" not in repr(wires.sent[0])


@pytest.mark.parametrize("error", [NotSent("score"), Refused("score")])
async def test_without_credentials_nothing_is_sent(error: Exception) -> None:
    wires = Wires(HIT)
    with pytest.raises(type(error)):
        await at_bottom(wires, Tokens(fails=error))(question())

    assert wires.sent == []


async def test_what_can_not_be_written_is_not_sent() -> None:
    wires = Wires(HIT)
    with pytest.raises(NeedInput) as caught:
        await at_bottom(wires, Tokens())(question({"name": "ann"}))

    assert wires.sent == []
    assert str(caught.value) == "score: subject.id_number"
    assert caught.value.__cause__ is None


RENEWING = {"outcome": "REFUSED", "status": 401, "refresh_auth": "once"}
PLAIN = {"outcome": "REFUSED", "status": 401}


async def ask_refused(auth: Tokens, *, renewing: bool) -> Refused:
    of = bureau(
        auth={
            "kind": "oauth2_client_credentials",
            "token_url": "/token",
            "client_id": "${secrets.token}",
            "client_secret": "${secrets.token}",
        }
    )
    spec = connector(outcomes=[OUTCOMES[0], RENEWING if renewing else PLAIN])
    with pytest.raises(Refused) as caught:
        await replace(build(spec, Wires(REFUSED), of), auth=auth)(question())
    return caught.value


async def test_refused_credentials_are_renewed_where_the_file_says_so() -> None:
    auth = Tokens()
    error = await ask_refused(auth, renewing=True)
    assert error.renew is not None
    await error.renew()

    # Those that were refused, so that whoever renewed them before is not undone.
    assert auth.stale == [{"token": "t0"}]


async def test_refused_credentials_are_not_renewed_otherwise() -> None:
    assert (await ask_refused(Tokens(), renewing=False)).renew is None
    assert (await ask_refused(Tokens(renewable=False), renewing=True)).renew is None


class Broken(Wires):
    async def send(self, _: Wire) -> WireReply:
        raise Lost("score")


async def test_what_the_transport_could_not_bring_goes_up_as_it_is() -> None:
    with pytest.raises(Lost):
        await at_bottom(Broken(HIT), Tokens())(question())


async def test_a_database_is_asked_by_a_statement_whose_values_are_bound() -> None:
    of = bureau(base_url=None, transport={"kind": "sql", "dsn": "sqlite:///x.db"})
    wires = Wires(WireReply(200, {}, b'{"rows": []}'))
    statement = "SELECT risk FROM t WHERE id = :id"
    spec = connector(
        request={"query": statement, "bind": {"id": "${subject.id_number}"}},
        outcomes=[],
        mapping={"fraud.gang_risk": {"path": "rows[0].risk", "type": "ratio"}},
    )
    query: Query = question({"id_number": "' OR 1=1 --"})
    reply = await build(spec, wires, of)(query)
    (wire,) = wires.sent

    assert (wire.method, wire.target, wire.bound) == ("SQL", statement, {"id": "' OR 1=1 --"})
    assert wire.body == b""
    assert reply.outcome == "NO_HIT"
    assert "OR 1=1" not in repr(wire)


async def test_an_answer_checked_against_one_person_is_not_kept_for_another() -> None:
    """What `subject_check` compares is in the cache's key, though the request does not use it."""
    check = [{"path": "name", "equals": "${subject.name}"}]
    wires = Wires(WireReply(200, {}, b'{"code": "0", "risk": "0.5", "name": "ann"}'))
    spec = connector(response={"subject_check": check}, cache={"ttl": "1h"})
    kit = replace(KIT, cache=FakeCache(), ledger=Inert(), observer=Inert())
    call = spec.build(kit, bureau().build(kit, wires), Owned()).call

    assert (await call(question())).outcome is Outcome.HIT
    with pytest.raises(WrongSubject):
        await call(question({"id_number": "X1", "name": "bob"}))


async def test_credentials_are_not_renewed_for_a_refusal_that_was_charged_for() -> None:
    auth = Tokens()
    billing = {
        "price": {"amount": "0.50", "currency": "EUR"},
        "charged": {"body": {"charge": True}},
    }
    wires = Wires(WireReply(401, {}, b'{"charge": true}'))
    asking = replace(build(connector(billing=billing), wires), auth=auth)
    asking = replace(
        asking,
        reading=replace(
            asking.reading,
            classify=lambda _reply, _document: OutcomeRow.model_validate(OUTCOMES[2]),
        ),
    )

    with pytest.raises(Refused) as caught:
        await asking(question())
    assert caught.value.renew is None
