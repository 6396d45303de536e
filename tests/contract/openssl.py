"""The OpenSSL command line, as another opinion on signatures."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = shutil.which("openssl")

needs_openssl = pytest.mark.skipif(PROGRAM is None, reason="no openssl here")


def run(*arguments: str | Path) -> bytes:
    """Run it on files that the test has made; raises where it fails."""
    command = [PROGRAM or "openssl", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, timeout=20).stdout  # noqa: S603 (the tests' own words)
