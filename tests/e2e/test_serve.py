"""A gateway started by its command answers, drains, and will not start on a folder with faults."""

from __future__ import annotations

import json
import socket
import threading
from io import StringIO
from pathlib import Path

import pytest

from connectors.errors import LedgerDown
from gateway.app import Streams, running
from gateway.fillers import Forgetful
from tests import cli

pytestmark = pytest.mark.timeout(180)  # processes, each of which reads all of the code anew


async def test_it_answers_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = ("serve", cli.CONFIG, "--demo", "--listen", "127.0.0.1:0")
    async with cli.running(*command, cwd=tmp_path) as server:
        port = (await cli.said(server, "listening on port")).partition("port ")[2].partition(";")[0]
        await cli.said(server, "--key ")
        demo = tmp_path / ".demo"
        proof = {
            "--target": f"127.0.0.1:{port}",
            "--ca": str(demo / "ca.pem"),
            "--cert": str(demo / "client.pem"),
            "--key": str(demo / "client.key"),
            "--api-key-file": str(demo / "api_key"),
            "--subject": str(demo / "subject.json"),
        }
        options = [part for option in proof.items() for part in option]

        consent = ("--consent", demo / "consent.json")
        mask = ("--fields", "education")
        answered = await cli.run("ask", "loan_v1", *options, *consent, *mask, cwd=tmp_path)
        heard = (*consent, "--json", "--stream")
        as_json = await cli.run("ask", "loan_v1", *options, *heard, cwd=tmp_path)
        refused = await cli.run("ask", "loan_v1", *options, cwd=tmp_path)

        assert answered.code == 0
        assert "education_check" in answered.out
        assert json.loads(as_json.out)["user_info"]["education"]["major"] == "经济学"
        assert "education_check: HIT, " in as_json.err
        assert refused.code == 1
        assert "CONSENT_MISSING" in refused.out

        assert await cli.stopped(server) == 0


async def test_a_wrong_folder_is_told_in_full_and_never_served(tmp_path: Path) -> None:
    config = tmp_path / "config"
    (config / "bureaus").mkdir(parents=True)
    (config / "gateway.yaml").write_text("listen: {main: here}\njurisdiction: CN\n")
    (config / "bureaus" / "acme.yaml").write_text("name: acme\nbase_ur: https://acme.example\n")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = await cli.run("serve", config, "--listen", f"127.0.0.1:{port}", cwd=tmp_path)

    assert ended.code == 1
    assert ended.out == ""
    assert f"{config / 'gateway.yaml'}:1:16: listen.main: must be HOST:PORT" in ended.err
    assert f"{config / 'bureaus' / 'acme.yaml'}:2:1: base_ur: unknown key" in ended.err


async def test_an_address_that_is_taken_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    await cli.run("create", "folder", folder, cwd=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = await cli.run("serve", folder, "--listen", address, cwd=tmp_path)

    assert ended.code == 1
    assert "can not start" in ended.err
    assert "Traceback" not in ended.err


async def test_a_demo_whose_address_is_taken_says_so_too(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        ended = await cli.run("serve", cli.CONFIG, "--demo", "--listen", address, cwd=tmp_path)

    assert ended.code == 1
    assert "can not start" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("listen", "code"), [("127.0.0.1:99999", 2), ("here", 2), ("0.0.0.0:0", 1)]
)
async def test_an_address_that_is_none_or_leaves_the_machine_in_plain_text_is_refused(
    tmp_path: Path, listen: str, code: int
) -> None:
    """grpcio takes 99999 for another port, and says nothing."""
    folder = tmp_path / "trial"
    await cli.run("create", "folder", folder, cwd=tmp_path)
    ended = await cli.run("serve", folder, "--listen", listen, cwd=tmp_path)

    assert ended.code == code
    assert ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("store", ["ledger", "profile"])
async def test_a_store_that_can_not_be_opened_is_said_and_leaves_nothing_running(
    tmp_path: Path, store: str
) -> None:
    folder = tmp_path / "trial"
    await cli.run("create", "folder", folder, cwd=tmp_path)
    (folder / "data" / f"{store}.db").mkdir(parents=True)
    ended = await cli.run("serve", folder, "--listen", "127.0.0.1:0", cwd=tmp_path)

    assert ended.code == 1
    # Before it, the log may have told that the ledger was opened.
    assert ended.err.splitlines()[-1].startswith("can not start")
    assert "Traceback" not in ended.err
    with pytest.raises((LedgerDown, Forgetful)):
        async with running(folder, {}, Streams(StringIO(), StringIO()), "127.0.0.1:0"):
            pass
    assert "ledger" not in {thread.name for thread in threading.enumerate()}


async def test_a_folder_made_by_create_is_served(tmp_path: Path) -> None:
    folder = tmp_path / "trial"
    assert (await cli.run("create", "folder", folder, cwd=tmp_path)).code == 0
    gateway = folder / "gateway.yaml"
    gateway.write_text(gateway.read_text("utf-8") + "drain_delay: 0s\n", "utf-8")
    (tmp_path / "subject.json").write_text('{"name": "Zhang San", "id_number": "1"}')

    async with cli.running("serve", folder, "--listen", "127.0.0.1:0", cwd=tmp_path) as server:
        port = (await cli.said(server, "listening on port")).partition("port ")[2].partition(";")[0]
        asked = ("ask", "trial", "--target", f"127.0.0.1:{port}", "--insecure", "--subject")
        key = ("--api-key-file", folder / "trial_caller.api_key")
        ended = await cli.run(*asked, "subject.json", *key, cwd=tmp_path)

        assert ended.code == 1
        assert "subject.id_number: id_number" in ended.out
        assert await cli.stopped(server) == 0


async def test_mocks_run_alone_until_they_are_told_to_stop(tmp_path: Path) -> None:
    async with cli.running("mock", cwd=tmp_path) as mocks:
        await cli.said(mocks, "control http://127.0.0.1:")
        await cli.said(mocks, "police_licence")

        assert await cli.stopped(mocks) == 0
