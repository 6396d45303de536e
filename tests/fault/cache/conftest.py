"""What the cache's tests share: a real Valkey, and processes that use it."""

from tests.cache.conftest import server, start, valkey

__all__ = ["server", "start", "valkey"]
