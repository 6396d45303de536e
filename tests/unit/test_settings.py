"""What the gateway's own file may say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from connectors.faults import ConfigError
from gateway.config.document import read
from gateway.config.environment import substitute_env
from gateway.config.settings import Settings, is_loopback, read_settings

REST = """
stores: {ledger: "sqlite:///data/ledger.db", profile: "sqlite:///data/profile.db", cache: memory}
secrets: {directory: ./secrets}
keys: {master: "${secrets.master_key}"}
jurisdiction: CN
billing_currency: EUR
"""
TLS = "tls: {cert: server.pem, key: server.key, client_ca: ca.pem}\n"


def settings(text: str, env: Mapping[str, str] | None = None) -> Settings:
    (document,) = read(Path("gateway.yaml"), text.encode())
    found = read_settings(document, env or {})
    assert isinstance(found, Settings), [str(one) for one in found]
    return found


def lines(text: str, env: Mapping[str, str] | None = None) -> list[str]:
    (document,) = read(Path("gateway.yaml"), text.encode())
    found = read_settings(document, env or {})
    assert isinstance(found, tuple)
    return [str(one).removeprefix("gateway.yaml:") for one in found]


def test_reads_the_file_of_the_specification() -> None:
    found = settings('listen: {main: "127.0.0.1:7443"}\n' + TLS + REST)

    assert found.keys.master == "master_key"
    assert found.stores.cache.memory == 64 * 2**20
    assert found.tls
    assert found.tls.client_ca == Path("ca.pem")
    assert not found.reflection
    assert found.drain_delay == 5


def test_a_shared_cache_is_a_url_whose_password_is_not_printed() -> None:
    url = "rediss://:${env.WORD}@cache.example:6380"
    text = REST.replace("cache: memory", f'cache: {{redis: "{url}", ca: redis.pem}}')
    text = text.replace("keys: {", 'keys: {cache: ["${secrets.new}", "${secrets.master_key}"], ')
    found = settings(TLS + text, {"WORD": "hunter2"})

    assert found.stores.cache.redis == "rediss://:hunter2@cache.example:6380"
    assert found.keys.cache == ("new", "master_key")
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("url", ["http://x", "redis://x?ssl_cert_reqs=none", "redis://"])
def test_a_url_that_turns_safety_off_is_none(url: str) -> None:
    """Options in it could do so."""
    (line,) = lines(TLS + REST.replace("cache: memory", f'cache: {{redis: "{url}"}}'))

    assert "stores.cache.redis" in line


def test_reads_what_may_be_left_out() -> None:
    found = settings(
        TLS
        + REST.replace("cache: memory", "cache: {memory: 1MiB}")
        + "log: {file: gateway.log}\ndrain_delay: 300ms\nreflection: true"
    )

    assert found.stores.cache.memory == 2**20
    assert found.log.file == Path("gateway.log")
    assert found.drain_delay == 0.3
    assert found.reflection


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'listen: {main: "0.0.0.0:7443"}\ninsecure: true' + REST,
            "1:16: listen.main: with `insecure: true` only a loopback address",
        ),
        (TLS + "insecure: true" + REST, "2:11: insecure: `tls` and `insecure: true` exclude"),
        (REST, "2:1: tls: is missing; for a trial on this machine: `insecure: true`"),
        ('listen: {admin: "127.0.0.1:1"}\n' + TLS + REST, "1:10: listen.admin: unknown key"),
        ("listen: {main: 7443}\n" + TLS + REST, "1:16: listen.main: must be text"),
        ('listen: {main: "x:65536"}\n' + TLS + REST, "1:16: listen.main: must be HOST:PORT"),
        (TLS + REST.replace("CN", "China"), "6:15: jurisdiction: must match"),
        (
            TLS + REST.replace("cache: memory", "cache: redis"),
            "3:91: stores.cache: must be `memory`, or such as {memory",
        ),
        (
            TLS + REST.replace("cache: memory", "cache: {memory: 0B}"),
            "3:100: stores.cache.memory: must be more than 0",
        ),
        (TLS + REST.replace('"${secrets.master_key}"', "hunter2"), "5:16: keys.master: must be a"),
        (TLS + REST.replace("sqlite:///data/l", "mysql://l"), "3:18: stores.ledger: must match"),
    ],
)
def test_says_what_is_wrong(text: str, expected: str) -> None:
    (line,) = lines(text)

    assert line.startswith(expected)
    assert "hunter2" not in line


def test_lists_the_classes_that_may_be_run() -> None:
    text = TLS + REST + 'plugins: ["lender.acme:Acme", "lender:B"]\n'

    assert settings(text).plugins == {"lender.acme:Acme", "lender:B"}
    assert settings(TLS + REST).plugins == frozenset()
    assert lines(TLS + REST + "plugins: [os.system]")[0].startswith("8:11: plugins[0]: must match")


def test_takes_values_from_the_environment() -> None:
    text = 'listen: {main: "${env.HOST:127.0.0.1}:${env.PORT:7443}"}\n' + TLS + REST

    assert settings(text).listen.main == "127.0.0.1:7443"
    assert settings(text, {"PORT": "9"}).listen.main == "127.0.0.1:9"


def test_tells_all_variables_that_are_missing() -> None:
    text = 'listen: {main: "${env.A}:${env.B}"}\n' + TLS + REST.replace("EUR", "${env.C}")

    assert lines(text) == [
        "1:16: listen.main: the environment has no A, and no default is given",
        "1:16: listen.main: the environment has no B, and no default is given",
        "8:19: billing_currency: the environment has no C, and no default is given",
    ]


def test_replaces_nothing_but_its_own_references() -> None:
    """References to secrets are names; what comes from the environment is not read again."""
    value = {"a": ["${secrets.x}", "${env.A}", 7, None], "b": "${env.E:x}"}

    assert substitute_env(value, {"A": "${env.B}", "E": ""}) == {
        "a": ["${secrets.x}", "${env.B}", 7, None],
        "b": "",
    }


@pytest.mark.parametrize("text", ["${env.}", "${env.a b}", "${env}", "${env.A:${env.B}}"])
def test_refuses_a_reference_that_is_none(text: str) -> None:
    with pytest.raises(ConfigError, match="must be"):
        substitute_env({"a": text}, {"B": "x"})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:1", True),
        ("127.9.9.9:1", True),
        ("[::1]:1", True),
        ("localhost:1", True),
        ("0.0.0.0:1", False),
        ("[::]:1", False),
        ("10.0.0.1:1", False),
        ("localhost.example:1", False),
        ("127.0.0.1", False),
    ],
)
def test_knows_what_only_this_machine_can_reach(address: str, *, expected: bool) -> None:
    assert is_loopback(address) is expected
