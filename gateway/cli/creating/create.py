"""`create`: a first connector, a caller's key, and a config folder to begin with."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Annotated

import typer

from connectors.faults import ConfigError

from ...app import secrets_of
from ...catalog.reading import CatalogError, read_catalog, read_own_settings
from ...security.keys import Keys
from .. import printing, process
from ..currency import USUAL, currency_of
from ..demo_folder import write_private
from .kinds import SCAFFOLDS, Kind, descriptors, scaffold

create = typer.Typer(no_args_is_help=True, help="Make what one would else begin by copying.")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEY_BYTES = 32


@create.command()
def connector(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and _.")],
    kind: Annotated[Kind, typer.Option()],
    folder: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The config folder.")
    ] = Path("config"),
) -> None:
    """
    Write a bureau, a connector and its tests, with a comment at each thing to change.

    Each is complete, and passes `check` and `test` as it stands: change it a line at a time.

    Example: bureau-gateway create connector acme_score --kind http-json

    Exit codes: 0 written, 2 the name is none, or the file is there already.
    """
    if not _NAME.fullmatch(name):
        raise typer.BadParameter("a name is lower-case letters, digits and _")
    file = folder / "connectors" / f"{name}.yaml"
    _write_new(file, scaffold(name, kind, currency_of(folder)))
    if kind is Kind.GRPC:
        (folder / f"{name}.binpb").write_bytes(descriptors(name))
    process.say(f"{file}\nNow: bureau-gateway check {folder}; bureau-gateway test {folder}")
    if kind is Kind.PLUGIN:
        process.say("Before it: gateway.yaml must list its class under `plugins`")


@create.command()
def api_key(
    caller: Annotated[str, typer.Argument(help="The caller, by its name in the config.")],
    config: Annotated[Path, typer.Option(exists=True, file_okay=False, help="The config folder.")],
) -> None:
    """
    Make a caller's API key, and the hash that the gateway knows it by.

    The key is shown this once and kept nowhere. The hash belongs into a secret that the
    caller's `identities.api_keys` names.

    Example: bureau-gateway create api-key scoring_service --config config

    Exit codes: 0 made, 1 the config or its master key is at fault, 2 there is no such caller.
    """
    try:
        catalog, folder = read_catalog(config)
        env = process.environment()
        settings = read_own_settings(folder, env)
        master = secrets_of(settings, config, env).read(settings.keys.master)
        keys = Keys.of(master.reveal(), "keys.master")
    except CatalogError as error:
        raise typer.Exit(printing.blame(error)) from None
    except ConfigError as error:
        process.complain(str(error))
        raise typer.Exit(process.FAILED) from None
    if caller not in catalog.callers:
        known = ", ".join(sorted(catalog.callers))
        raise typer.BadParameter(f"there is no caller {caller}; there is {known}")
    key = secrets.token_urlsafe(_KEY_BYTES)
    process.say(f"key   {key}")
    process.say(f"hash  {keys.api_key_hash(key)}")
    names = catalog.callers[caller].spec.identities.api_keys
    process.complain(f"store the hash as {' or '.join(names) or 'a secret that the caller names'}")


@create.command()
def folder(
    directory: Annotated[Path, typer.Argument(file_okay=False, help="Must not be there yet.")],
) -> None:
    """
    Write a config folder for a trial: one product, one connector, one caller and its key.

    Example: bureau-gateway create folder trial; bureau-gateway serve trial

    Exit codes: 0 written, 2 the folder is there already.
    """
    if directory.exists() and any(directory.iterdir()):
        raise typer.BadParameter(f"{directory} is not empty")
    shipped = SCAFFOLDS / "folder"
    for name in ("gateway.yaml", "products/trial.yaml", "callers/trial_caller.yaml"):
        _write_new(directory / name, (shipped / name).read_text("utf-8"))
    _write_new(directory / "connectors" / "score.yaml", scaffold("score", Kind.HTTP_JSON, USUAL))
    hidden = directory / "secrets"
    hidden.mkdir(mode=0o700)
    master, key = secrets.token_hex(_KEY_BYTES), secrets.token_urlsafe(_KEY_BYTES)
    keys = Keys.of(master, "folder")
    write_private(hidden / "master_key", master)
    write_private(hidden / "trial_caller_key_hash", keys.api_key_hash(key))
    write_private(hidden / "score_token", "the-token-that-the-bureau-gave-you")
    write_private(directory / "trial_caller.api_key", key)
    _write_new(directory / ".gitignore", "data/\nsecrets/\n*.api_key\n")
    process.say(f"{directory}\nNow: bureau-gateway check {directory}")


def _write_new(file: Path, text: str) -> None:
    """Write, and never over what somebody else wrote."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise typer.BadParameter(f"{file} is there already") from None
