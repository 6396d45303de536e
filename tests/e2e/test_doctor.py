"""Why a bureau does not answer, layer by layer, at no price and with no secret in the output."""

from __future__ import annotations

import json
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from aiohttp import web

from mock_bureaus.keys.certificates import server_context
from tests.fault import grpc_bureau

from .desk import PERSON, Desk, open_desk

BUREAU = """\
name: acme
base_url: {url}
{more}
"""

GRPC = "transport: {kind: grpc, service: acme.v1.Score, method: Ask, descriptors: acme.binpb}"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def bureau(
    tls: ssl.SSLContext | None = None, date: str | None = None, status: int = 204
) -> AsyncIterator[str]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Date": date} if date else {})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def describe(desk: Desk, url: str, more: str = "") -> None:
    file = desk.config / "bureaus" / "acme.yaml"
    file.write_text(BUREAU.format(url=url, more=more), "utf-8")


async def examined(
    desk: Desk, name: str, *arguments: str | Path, **env: str
) -> tuple[dict[str, dict[str, Any]], int]:
    found = await desk.run("doctor", name, "--folder", desk.config, "--json", *arguments, **env)
    assert found.stdout, found.output
    for value in (*desk.secrets.values(), *PERSON.values()):
        assert value not in found.output
    layers = {one["layer"]: one for one in json.loads(found.stdout)["layers"]}
    return layers, found.exit_code


def states(layers: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: one["state"] for name, one in layers.items()}


async def test_a_bureau_that_is_well_is_told_layer_by_layer(desk: Desk) -> None:
    layers, code = await examined(desk, "creditfile")

    assert code == 0
    assert states(layers) == {
        "secrets": "ok",
        "DNS": "ok",
        "TCP": "ok",
        "TLS": "skipped",
        "client certificate": "skipped",
        "HTTP": "ok",
        "clock": "ok",
        "auth": "ok",
        "business": "skipped",
    }
    assert "--connector" in layers["business"]["said"]
    assert not any(call.billed for call in desk.bureaus.calls)


async def test_a_table_says_what_to_do(desk: Desk) -> None:
    found = await desk.run(
        "doctor", "creditfile", "--folder", desk.config, CREDITFILE_URL="http://127.0.0.1:1"
    )

    assert found.exit_code == 1
    assert "failed" in found.stdout
    assert "Do: ask whether a firewall" in found.stdout


async def test_what_rests_on_a_layer_that_failed_is_not_tried(desk: Desk) -> None:
    layers, code = await examined(desk, "creditfile", CREDITFILE_URL="http://127.0.0.1:1")

    assert code == 1
    assert states(layers)["TCP"] == "failed"
    assert {layers[name]["state"] for name in ("TLS", "HTTP", "clock", "auth")} == {"skipped"}
    assert layers["auth"]["said"] == "there is no HTTP to try it with"


async def test_a_name_that_nobody_knows_fails_at_dns(desk: Desk) -> None:
    layers, code = await examined(desk, "creditfile", CREDITFILE_URL="http://nobody.invalid")

    assert (code, states(layers)["DNS"]) == (1, "failed")


async def test_a_name_that_leads_into_the_house_fails_at_dns(desk: Desk) -> None:
    describe(desk, "http://localhost:1", "egress: {hosts: [localhost]}")

    layers, _ = await examined(desk, "acme")

    assert layers["DNS"]["state"] == "failed"
    assert "loopback" in layers["DNS"]["said"]


async def test_a_secret_that_is_missing_is_named(desk: Desk) -> None:
    (desk.made.pki.secrets / "credit_client_secret").unlink()

    layers, code = await examined(desk, "creditfile")

    assert code == 1
    assert layers["secrets"]["said"] == "there is no secret named credit_client_secret"
    assert layers["HTTP"]["state"] == "ok"
    assert layers["auth"]["state"] == "skipped"


async def test_a_login_that_is_refused_fails_at_auth_and_costs_nothing(desk: Desk) -> None:
    (desk.made.pki.secrets / "credit_client_secret").write_text("another")

    layers, code = await examined(desk, "creditfile")

    assert (code, layers["auth"]["state"]) == (1, "failed")
    assert "do not try too often" in layers["auth"]["todo"]


async def test_tls_tells_version_name_and_end(desk: Desk) -> None:
    describe(desk, desk.bureaus.secure_url, _tls(desk, client=True))
    layers, code = await examined(desk, "acme")

    assert code == 0, layers
    assert "TLSv1.3" in layers["TLS"]["said"]
    assert "127.0.0.1" in layers["TLS"]["said"]
    assert layers["client certificate"]["said"] == "ours is accepted"


async def test_a_certificate_that_we_lack_is_asked_for(desk: Desk) -> None:
    describe(desk, desk.bureaus.secure_url, _tls(desk, client=False))

    layers, code = await examined(desk, "acme")

    assert (code, layers["TLS"]["state"]) == (1, "ok")
    assert layers["client certificate"]["state"] == "failed"
    assert "set tls.client_cert" in layers["client certificate"]["todo"]
    assert layers["HTTP"]["state"] == "skipped"


async def test_a_certificate_that_has_expired_is_said_so(desk: Desk) -> None:
    async with bureau(server_context(mutual=False, expired=True)) as url:
        describe(desk, url, _tls(desk, client=False))
        layers, code = await examined(desk, "acme")

    assert (code, layers["TLS"]["state"]) == (1, "failed")
    assert "expired" in layers["TLS"]["said"]


async def test_an_authority_that_nobody_trusts_is_said_so(desk: Desk) -> None:
    describe(desk, desk.bureaus.secure_url)

    layers, _ = await examined(desk, "acme")

    assert layers["TLS"]["state"] == "failed"
    assert "tls.ca" in layers["TLS"]["todo"]


async def test_clocks_that_are_apart_are_a_warning(desk: Desk) -> None:
    async with bureau(date="Thu, 01 Jan 2026 00:00:00 GMT") as url:
        describe(desk, url)
        layers, code = await examined(desk, "acme")

    assert (code, layers["clock"]["state"]) == (0, "warning")
    assert "NTP" in layers["clock"]["todo"]


async def test_a_bureau_that_is_down_is_a_warning_at_http(desk: Desk) -> None:
    async with bureau(status=503) as url:
        describe(desk, url)
        layers, code = await examined(desk, "acme")

    assert (code, layers["HTTP"]["state"]) == (0, "warning")


async def test_a_free_question_is_asked_and_written_down(desk: Desk) -> None:
    arguments = ("--connector", "internal_blacklist", "--subject", desk.subject())

    layers, code = await examined(desk, "lender_lists", *arguments, "--consent", desk.consent())

    assert code == 0, layers
    assert layers["database"]["said"] == "select 1 is answered"
    assert layers["business"]["said"] == "internal_blacklist: NO_HIT"
    (inquiry,) = desk.ledger.inquiries()
    assert inquiry.caller == "cli"


async def test_a_question_that_costs_is_not_asked(desk: Desk) -> None:
    arguments = ("--connector", "credit_report", "--subject", desk.subject())

    layers, code = await examined(desk, "creditfile", *arguments, "--consent", desk.consent())

    assert (code, layers["business"]["state"]) == (0, "skipped")
    assert "hard_inquiry" in layers["business"]["said"]
    assert desk.bureaus.billed("credit_report") == []


async def test_a_database_that_is_not_there_fails(desk: Desk) -> None:
    nowhere = f"sqlite:///{desk.config / 'nowhere.db'}"

    layers, code = await examined(desk, "lender_lists", LENDER_LISTS_DSN=nowhere)

    assert (code, layers["database"]["state"]) == (1, "failed")


async def test_a_grpc_bureau_is_connected_to_and_no_method_is_called(desk: Desk) -> None:
    async with grpc_bureau.serving(desk.config, _unasked) as serving:
        describe(desk, f"grpc://127.0.0.1:{serving.port}", GRPC)
        layers, code = await examined(desk, "acme")

    assert (code, layers["gRPC"]["state"]) == (0, "ok")
    assert serving.asked == []

    layers, code = await examined(desk, "acme")
    assert (code, layers["TCP"]["state"]) == (1, "failed")


async def test_a_plug_in_that_is_not_listed_fails(desk: Desk) -> None:
    file = desk.config / "bureaus" / "acme.yaml"
    file.write_text("name: acme\ntransport: {kind: plugin, class: 'tests.plugs:Plug'}\n", "utf-8")

    layers, code = await examined(desk, "acme")

    assert (code, layers["plug-in"]["state"]) == (1, "failed")
    assert "gateway.yaml" in layers["plug-in"]["todo"]


async def test_a_bureau_that_is_not_there_is_a_wrong_question(desk: Desk) -> None:
    found = await desk.run("doctor", "nobody", "--folder", desk.config)

    assert found.exit_code == 2


async def _unasked(_: object, __: object) -> NoReturn:
    raise AssertionError("a method was called")


def _tls(desk: Desk, *, client: bool) -> str:
    """Lay the certificates below the config, where alone they are looked for."""
    shutil.copytree(desk.made.pki.folder / "bureau_tls", desk.config / "tls", dirs_exist_ok=True)
    ours = ", client_cert: tls/client.pem, client_key: tls/client.key" if client else ""
    return f"tls: {{ca: tls/ca.pem{ours}}}"
