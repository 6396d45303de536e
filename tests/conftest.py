"""What holds for all tests: no test is a stopwatch, on a machine that others use as well."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("house", deadline=None)
settings.load_profile("house")
