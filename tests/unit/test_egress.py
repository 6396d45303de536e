"""Where a bureau's connections may go, and that nobody talks us into going elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.contract import Transport
from connectors.errors import NotSent
from connectors.faults import ConfigError
from connectors.transport.address import read_address
from connectors.transport.egress import Allowed, Door, LookUp
from connectors.transport.http import PORTS, Engine, Http
from connectors.transport.tls import Tls
from tests.fault.http_sending import answers, wire
from tests.fault.wires import Visit, certify, serve
from tests.one_bureau import KIT, bureau
from tests.standins import make_kit


def finds(*addresses: str) -> LookUp:
    async def look_up(_: str, __: int) -> Sequence[str]:
        return addresses

    return look_up


@pytest.fixture(params=["own", "aiohttp"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


def to(
    url: str,
    look_up: LookUp,
    *hosts: str,
    engine: Engine,
    tls: Tls | None = None,
    files: Path | None = None,
) -> Transport:
    address = read_address(url, PORTS)
    context = tls.build(make_kit(files=files or Path())) if tls else None
    return Http(engine=engine).through(Door("acme", Allowed.of(hosts), look_up), address, context)


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("169.254.169.254", "metadata"),
        ("127.0.0.1", "loopback"),
        ("127.9.9.9", "loopback"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "not public"),
        ("169.254.1.1", "link-local"),
        ("224.0.0.1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("0.0.0.0", "unspecified"),  # noqa: S104 (it is refused)
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fd00:ec2::254", "private"),
        ("ff02::1", "multicast"),
        ("::ffff:10.0.0.1", "embedded v4"),
        ("::ffff:93.184.216.34", "embedded v4"),
        ("::ffff:169.254.169.254", "embedded v4"),
        ("2002:7f00:1::", "embedded v4"),
        ("64:ff9b::a9fe:a9fe", "embedded v4"),
        ("64:ff9b:1::a00:1", "embedded v4"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "embedded v4"),
    ],
)
async def test_an_address_that_is_not_public_is_never_sent_to(address: str, rule: str) -> None:
    door = Door("acme", Allowed.of(["api.example"]), finds(address))
    with pytest.raises(NotSent) as caught:
        await door.addresses("api.example", 443)

    assert caught.value.note == f"egress: {rule} address"


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3", "10.0.0.0/8"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("fd12::1", "fd12::/16"),
        ("::ffff:10.1.2.3", "10.0.0.0/8"),
        ("64:ff9b::a00:1", "64:ff9b::/96"),
    ],
)
async def test_one_that_is_listed_may_be(address: str, listed: str) -> None:
    door = Door("acme", Allowed.of(["api.example", listed]), finds(address))

    assert list(await door.addresses("api.example", 443)) == [address]


async def test_a_public_address_needs_no_listing() -> None:
    door = Door("acme", Allowed.of(["API.example."]), finds("93.184.216.34", "2606:2800:220:1::1"))

    assert len(await door.addresses("api.example", 443)) == 2


async def test_one_address_that_leads_into_the_house_taints_the_others() -> None:
    door = Door("acme", Allowed.of(["api.example"]), finds("93.184.216.34", "10.0.0.1"))
    with pytest.raises(NotSent, match="private"):
        await door.addresses("api.example", 443)


@pytest.mark.parametrize("host", ["other.example", "api.example.evil.example", "93.184.216.34"])
async def test_a_host_that_is_not_listed_is_not_even_looked_up(host: str) -> None:
    async def never(_: str, __: int) -> Sequence[str]:
        raise AssertionError

    with pytest.raises(NotSent, match="host not listed"):
        await Door("acme", Allowed.of(["api.example"]), never).addresses(host, 443)


async def test_a_refused_address_is_never_sent_and_names_its_rule(engine: Engine) -> None:
    sent = wire("POST", body=b"secret")
    async with serve(answers) as server:
        transport = to(
            f"http://api.example:{server.port}", finds("127.0.0.1"), "api.example", engine=engine
        )
        with pytest.raises(NotSent) as caught:
            await transport.send(sent)
        await transport.aclose()

    assert caught.value.note == "egress: loopback address"
    assert not sent.attempt.sent
    assert server.visits == []


async def test_a_name_is_looked_up_once_for_a_connection_which_goes_where_was_checked(
    engine: Engine,
) -> None:
    """Whoever owns the name may answer otherwise a moment later: DNS rebinding."""
    asked: list[str] = []
    given = iter(["127.0.0.1", "169.254.169.254", "127.0.0.2"])

    async def rebinds(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return [next(given)]

    async def hangs_up(visit: Visit) -> None:
        await visit.request()
        await visit.answer(b"{}", "Connection: close", "Content-Length: 2")

    async with serve(hangs_up) as server:
        url = f"http://api.example:{server.port}"
        transport = to(url, rebinds, "api.example", "127.0.0.1", engine=engine)
        await transport.send(wire())
        for rule in ("metadata", "loopback"):
            with pytest.raises(NotSent, match=rule):
                await transport.send(wire())
        await transport.aclose()

    assert asked == ["api.example"] * 3
    assert len(server.visits) == 1


async def test_each_address_is_tried_in_its_turn(engine: Engine) -> None:
    """Nobody listens at the first."""
    async with serve(answers) as server:
        transport = to(
            f"http://api.example:{server.port}",
            finds("127.0.0.9", "127.0.0.1"),
            *("api.example", "127.0.0.0/8"),
            engine=engine,
        )
        reply = await transport.send(wire())
        await transport.aclose()

    assert reply.body == b"{}"


async def test_an_address_that_hangs_leaves_time_for_the_next(tmp_path: Path) -> None:
    """By aiohttp the first handshake takes all of it."""
    certificates = certify(tmp_path, host="api.example")
    async with serve(answers, certificates.server()) as server:
        silent = await asyncio.start_server(hangs, "127.0.0.9", server.port)
        transport = to(
            f"https://api.example:{server.port}",
            finds("127.0.0.9", "127.0.0.1"),
            *("api.example", "127.0.0.0/8"),
            engine="own",
            tls=Tls(ca="server.pem"),
            files=tmp_path,
        )
        reply = await transport.send(wire())
        await transport.aclose()
        silent.close()
        await silent.wait_closed()

    assert reply.body == b"{}"


async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass
    writer.close()


async def test_tls_verifies_the_name_and_not_the_address(engine: Engine, tmp_path: Path) -> None:
    """The certificate is for 127.0.0.1 alone, which is where the connection goes."""
    certificates = certify(tmp_path)
    async with serve(answers, certificates.server()) as server:
        transport = to(
            f"https://api.example:{server.port}",
            finds("127.0.0.1"),
            *("api.example", "127.0.0.1"),
            engine=engine,
            tls=Tls(ca="server.pem"),
            files=tmp_path,
        )
        with pytest.raises(NotSent, match="Cert"):
            await transport.send(wire())
        await transport.aclose()


async def test_no_proxy_is_taken_from_the_environment(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    async with serve(answers) as server:
        transport = to(
            f"http://api.example:{server.port}",
            finds("127.0.0.1"),
            "api.example",
            "127.0.0.1",
            engine=engine,
        )
        reply = await transport.send(wire())
        await transport.aclose()

    assert reply.status == 200
    assert server.visits[0].requests[0].startswith(b"GET / ")


async def test_a_name_that_the_system_leads_home_is_refused_though_it_is_the_base_url() -> None:
    async with serve(answers) as server:
        transport = Http().build(make_kit(), "acme", f"http://localhost:{server.port}")
        with pytest.raises(NotSent, match="loopback"):
            await transport.send(wire())
        await transport.aclose()

    assert server.visits == []


@pytest.mark.parametrize(
    "host", ["", "*.example", "10.0.0.1/8", "a b", "http://a.example", "1.2.3"]
)
def test_what_is_no_host_address_or_network_is_told_with_its_place(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        bureau(egress={"hosts": ["acme.example", host]}).build(KIT)

    assert [one.at for one in caught.value.findings] == [("egress", "hosts", 1)]


@pytest.mark.parametrize(
    ("base_url", "hosts"),
    [
        ("https://acme.example", ["other.example"]),
        ("https://acme.example", ["93.184.216.0/24"]),
        ("https://10.0.0.1", ["10.0.0.2", "acme.example"]),
        ("https://sub.acme.example", ["acme.example"]),
    ],
)
def test_a_base_url_that_is_not_listed_is_told_at_load(base_url: str, hosts: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        bureau(base_url=base_url, egress={"hosts": hosts}).build(KIT)

    assert [one.at for one in caught.value.findings] == [("egress", "hosts")]


def test_hosts_are_templates_of_the_environment() -> None:
    spec = bureau(egress={"hosts": ["${env.ACME_HOST:acme.example}", "${env.ACME_NET:10.0.0.0/8}"]})

    assert spec.build(KIT).host == "acme.example"


@pytest.mark.parametrize(
    "url", ["http://127.1", "http://2130706433", "http://0x7f.0x1", "http://1.2.3.4.5"]
)
def test_an_address_is_written_so_that_everybody_reads_the_same(url: str) -> None:
    with pytest.raises(ConfigError, match="written in full"):
        read_address(url, PORTS)


@pytest.mark.parametrize(
    "url",
    ["http://127\u30020\u30020\u30021", "https://b\u00fccher.example", "https://acme%2eexample",
     "https://acme example", "https://acme..example", "http://[fe80::1%25eth0]"],
)  # fmt: skip
def test_a_host_that_two_readers_read_differently_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="name in ASCII") as caught:
        read_address(url, PORTS)

    assert caught.value.findings[0].at == ("base_url",)


@pytest.mark.parametrize(
    ("url", "origin", "prefix"),
    [
        ("https://API.example.", "https://api.example", ""),
        ("https://api.example:443/", "https://api.example", ""),
        ("http://[::1]:80/v1/x/", "http://[::1]", "/v1/x"),
        ("http://[::1]:81/v1%20", "http://[::1]:81", "/v1%20"),
    ],
)
def test_a_base_url_is_taken_apart(url: str, origin: str, prefix: str) -> None:
    found = read_address(url, PORTS)

    assert (found.origin, found.prefix) == (origin, prefix)
