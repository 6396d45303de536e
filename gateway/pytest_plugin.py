"""The pytest fixture `gateway`: a real one, on its user's config folder, that asks mock bureaus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import pytest

from datachannel_client import Client
from mock_bureaus import MockBureaus
from mock_bureaus.keys.certificates import write_client_files

from .app import Streams, running
from .trial import Trial, copied, lay_out_secrets, urls

try:
    from pytest_asyncio import fixture
except ImportError:  # installed without the extra `pytest`: then pytest itself says what lacks
    from pytest import fixture  # type: ignore[no-redef]  # noqa: PT013 - by the same name


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("gateway_config", "The config folder of the fixture `gateway`.", default="config")


@pytest.fixture
def gateway_config(pytestconfig: pytest.Config) -> Path:
    """Override this, or the ini option of the same name, for another config folder."""
    return pytestconfig.rootpath / str(pytestconfig.getini("gateway_config"))


@pytest.fixture
def gateway_env() -> Mapping[str, str]:
    """Override this for variables of the config; one that ends in `_URL` is the mock bureaus'."""
    return {}


@pytest.fixture
def gateway_secrets() -> Mapping[str, str]:
    """Override this for secrets of the config; the mock bureaus' own are known."""
    return {}


@pytest.fixture
def gateway_caller() -> str | None:
    """Override this to ask as another caller than the first that has an API key."""
    return None


@fixture
async def gateway(
    gateway_config: Path,
    gateway_env: Mapping[str, str],
    gateway_secrets: Mapping[str, str],
    gateway_caller: str | None,
    mock_bureaus: MockBureaus,
    tmp_path: Path,
) -> AsyncIterator[Trial]:
    """Run a gateway on a copy of the config folder: no store, key or bureau in it is real."""
    folder = copied(gateway_config, tmp_path / "gateway")
    key = lay_out_secrets(
        folder, {**asdict(mock_bureaus.credentials), **gateway_secrets}, gateway_caller
    )
    tls = write_client_files(tmp_path / "bureau_tls")
    env = {"BUREAU_TLS": str(tls), **urls(folder, mock_bureaus), **gateway_env}
    with ExitStack() as files:
        log, protected = (
            files.enter_context((tmp_path / name).open("w", encoding="utf-8"))
            for name in ("gateway.log", "protected.log")
        )
        async with running(folder, env, Streams(log, protected)) as opened:
            target = f"127.0.0.1:{opened.port}"
            async with Client(target, api_key=key, insecure=True) as client:
                yield Trial(opened, client, mock_bureaus)
