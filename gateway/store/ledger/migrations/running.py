"""Runs the migrations with Alembic, and says at once where there are none to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from connectors.errors import LedgerDown

NEWEST = "0001"
"""What the newest migration calls itself; a test holds it to the scripts."""

_VERSIONS = Path(__file__).parent


def version(connection: Connection) -> str | None:
    """Tell of which version the tables are; None where Alembic has never seen them."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def migrate(connection: Connection, key: bytes) -> None:
    """
    Bring the tables up to date, within the transaction that is open.

    Raises `LedgerDown` where they are of a version that this gateway does not know.
    """
    found = version(connection)
    if found == NEWEST:
        return
    # Alembic takes as long to import as all the rest of a start: most starts need none of it.
    from alembic.operations import Operations  # noqa: PLC0415 - slow
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - slow
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow

    scripts = ScriptDirectory(str(_VERSIONS))
    if found is not None and found not in {each.revision for each in scripts.walk_revisions()}:
        raise LedgerDown(f"the ledger is of version {found}, and this gateway of {NEWEST}")

    def steps(revision: Any, _: object) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - as Alembic's own commands do

    options = {"fn": steps, "ledger_key": key}
    context = MigrationContext.configure(connection, opts=options)
    with Operations.context(context):
        context.run_migrations()
