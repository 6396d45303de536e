"""The ledger in a PostgreSQL database, which several processes share."""
