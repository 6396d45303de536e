"""A job is submitted once for an inquiry id, on whatever message it is charged for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.errors import ConnectorsUnavailable, OutcomeUnknown

from .test_once import outcomes
from .world import HANG, HIT, PRODUCT, Act, Life, World

JOB = """\
job:
  submit:
    request: {path: /submit, json: {id: "${subject.id_number}"}}
    outcomes: [{outcome: PENDING, status: 200, body: {code: "0"}}]
  id: "${call.reference}"
  poll:
    request: {path: /poll, json: {job: "${job.id}"}}
"""
DOWNLOAD = """\
  download:
    request: {path: /download, json: {job: "${job.id}"}}
    outcomes: [{outcome: HIT, status: 200, body: {code: "0"}}]
"""


def submitting(world: World, job: str = JOB) -> World:
    name = "connectors/score.yaml"
    head, rest = world.folder.files[name].split("request:", 1)
    world.folder.files[name] = head + job + rest[rest.index("outcomes:") :]
    world.script.acts = {"extra": [HANG, HIT]}
    return world


async def cut(world: World, way: str, after: float = 3.0) -> Life:
    """Cut an inquiry short whose job has ended, and start again."""
    life = await world.life()
    asking = asyncio.create_task(life.ask(world.request()))
    await asyncio.sleep(after)
    if way == "crash":
        await life.crash()
    else:
        asking.cancel()
        await asyncio.wait({asking})
        await life.end()
    await asyncio.gather(asking, return_exceptions=True)
    return await world.life()


@pytest.mark.parametrize("way", ["crash", "cancel"])
@pytest.mark.parametrize("job", [JOB, JOB + DOWNLOAD], ids=["poll", "download"])
async def test_an_answer_that_a_free_message_brought_is_given_again(
    world: World, job: str, way: str
) -> None:
    life = await cut(submitting(world, job), way)
    left = world.states()
    report = await life.ask(world.request())
    await life.end()

    assert left == {"i-1": "UNKNOWN"}
    assert outcomes(report)["score"] == "HIT"
    assert report.user_info.fraud.HasField("gang_risk")
    assert world.hits["submit"] == 1


@pytest.mark.parametrize(("job", "hangs"), [(JOB, "poll"), (JOB + DOWNLOAD, "download")])
async def test_a_job_that_nobody_follows_any_more_is_not_submitted_again(
    world: World, job: str, hangs: str
) -> None:
    """Nor is a poll an answer where that was to be downloaded."""
    submitting(world, job).script.acts[hangs] = [HANG]
    life = await cut(world, "crash")
    await life.crash()
    world.jobs.jobs.clear()
    life = await world.life()
    left = world.states()
    with pytest.raises(OutcomeUnknown):
        await life.ask(world.request())
    await life.end()

    assert left == {"i-1": "UNKNOWN"}
    assert world.hits["submit"] == 1


async def test_a_hard_inquiry_is_held_until_its_job_has_ended(tmp_path: Path) -> None:
    world = submitting(World.at(tmp_path, effect="hard_inquiry"))
    life = await world.life()
    asking = asyncio.create_task(life.ask(world.request()))
    held = []
    for seconds in (0.2, 3.0):
        await asyncio.sleep(seconds)
        held.append(world.rows("SELECT connector FROM holds WHERE connector = 'score'"))
    asking.cancel()
    await asyncio.wait({asking})
    ends = world.rows(
        "SELECT o.outcome FROM outcomes AS o JOIN intents AS i ON i.call_id = o.call_id "
        "WHERE i.connector = 'score' AND i.effect = 'hard_inquiry' ORDER BY o.seq"
    )
    await life.end()

    assert held == [[("score",)], []]
    assert ends == [("PENDING",), ("HIT",)]


async def test_unavailable_at_a_deadline_is_a_word_that_nothing_is_submitted(world: World) -> None:
    """Clients send such an inquiry again of their own accord."""
    submitting(world, JOB + "  on_deadline: fail\n")
    world.script.acts = {"submit": [Act(before=0.4), HIT], "extra": [HIT]}
    world.folder.files["products/credit.yaml"] = PRODUCT.replace("  - {connector: extra}\n", "")
    life = await world.life()
    with pytest.raises(ConnectorsUnavailable):
        await life.ask(world.request(), within=0.4)
    await asyncio.sleep(10)

    assert world.hits["submit"] == 0
    assert world.rows("SELECT outcome, billed FROM outcomes") == [("UNREACHABLE", "NO")]
    assert outcomes(await life.ask(world.request("i-2")))["score"] == "HIT"
    await life.end()
