"""`serve` and `mock`: what runs until it is told to stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from connectors.errors import LedgerDown
from mock_bureaus import MockBureaus
from mock_bureaus.keys.certificates import server_context

from ..app import Streams, running
from ..catalog.dry_run import look_through
from ..catalog.reading import CatalogError, read_own_settings
from ..config.folder import walk
from ..config.settings import Settings, address, is_loopback
from ..fillers import Forgetful
from ..store.ledger.opening import SQLITE
from . import demo_folder, printing, process

_NOT_THERE = (OSError, RuntimeError, LedgerDown, Forgetful)
"""What a folder without findings may still lack; a RuntimeError is grpcio's for a taken address."""


def _listenable(text: str | None) -> str | None:
    try:
        return None if text is None else address(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def serve(
    config: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The config folder.")
    ] = Path("config"),
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="Instead of the configured address.", callback=_listenable
        ),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where --demo keeps what it makes.")] = Path(".demo"),
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help="With mock bureaus, keys and certificates of its own.")
    ] = False,
) -> None:
    """
    Run the gateway that a config folder describes.

    SIGTERM or SIGINT drains it: what is under way is answered first; twice ends it at once.
    SIGHUP drains it too: it reads nothing anew, and a changed config folder needs a restart.
    Log lines are JSON, on standard error or in the configured file. The words of exceptions
    may hold what no log should: they go to a file of their own, `log.protected`; where that is
    not said, to `protected.log` beside a SQLite ledger, else below `data` in the working directory.

    Example: bureau-gateway serve config --listen 127.0.0.1:7443

    Exit codes: 0 drained, 1 the config folder has findings, or nothing can listen there.
    """
    process.leave_no_core()
    process.run(_serve_demo(config, folder, listen) if demo else _serve(config, listen))


def mock(
    port: Annotated[int, typer.Option(help="Of the bureaus; 0: any that is free.")] = 0,
    control_port: Annotated[int, typer.Option(help="Of the control side.")] = 0,
    seed: Annotated[int, typer.Option(help="Of all chance: latencies and faults.")] = 0,
) -> None:
    """
    Run the mock bureaus alone, on loopback, with a port that directs them.

    Example: bureau-gateway mock --port 8701 --control-port 8702, and then
    curl -X PUT http://127.0.0.1:8702/bureaus/police_id/latency -d '{"p50_ms": 300}'

    Exit code: 0 when it is told to stop.
    """
    process.run(
        _mock(
            MockBureaus(
                port=port, control_port=control_port, seed=seed, mutual_tls=server_context()
            )
        )
    )


async def _serve(root: Path, listen: str | None) -> int:
    env = process.environment()
    try:
        settings = read_own_settings(walk(root), env)
        if listen is not None and settings.tls is None and not is_loopback(listen):
            process.complain("can not start: without TLS only a loopback address is listened on")
            return process.FAILED
        with opened(settings, root) as streams:
            async with process.until_told() as told, running(root, env, streams, listen) as gateway:
                process.settle_memory()
                process.say(f"listening on port {gateway.port}; SIGTERM or Ctrl-C stops it")
                await told.wait()
                process.mention("draining")
    except CatalogError as error:
        # It stops at the first file without which it can not go on; a dry run looks at all of them.
        return printing.blame(CatalogError([*error.findings, *look_through(root, env)]))
    except _NOT_THERE as error:
        return _can_not_start(error)
    return process.FINE


async def _serve_demo(config: Path, folder: Path, listen: str | None) -> int:
    try:
        async with (
            process.until_told() as told,
            demo_folder.running_demo(config, folder, process.environment(), listen) as demo,
        ):
            process.say(demo.how_to_ask())
            await told.wait()
            process.mention("draining")
    except CatalogError as error:
        return printing.blame(error)
    except _NOT_THERE as error:
        return _can_not_start(error)
    return process.FINE


def _can_not_start(error: Exception) -> int:
    process.complain(f"can not start: {error}")
    return process.FAILED


async def _mock(bureaus: MockBureaus) -> int:
    async with process.until_told() as told, bureaus:
        process.say(f"bureaus {bureaus.url}\nmutual TLS {bureaus.secure_url}")
        process.say(f"control {bureaus.control_url}\n")
        process.say("What they want to be told (values are in mock_bureaus/credentials.py):")
        for name in demo_folder.credential_names():
            process.say(f"  {name}")
        await told.wait()
    return process.FINE


@contextmanager
def opened(settings: Settings, root: Path) -> Iterator[Streams]:
    """Open the log and the protected log; a path is relative to the config folder."""
    with ExitStack() as stack:
        protected = stack.enter_context(_appended(_protected(settings, root)))
        log = process.error_stream()
        if settings.log.file is not None:
            log = stack.enter_context(_appended(root / settings.log.file))
        yield Streams(log, protected)


def _protected(settings: Settings, root: Path) -> Path:
    """Tell where the words of exceptions go: never into a folder that may be read-only unasked."""
    if settings.log.protected is not None:
        return root / settings.log.protected
    ledger = settings.stores.ledger
    if ledger.startswith(SQLITE):
        return (root / ledger.removeprefix(SQLITE)).with_name("protected.log")
    return Path("data", "protected.log")


def _appended(file: Path) -> TextIO:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    return file.open("a", encoding="utf-8")
