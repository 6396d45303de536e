"""The ledger in one SQLite file, for one process."""
