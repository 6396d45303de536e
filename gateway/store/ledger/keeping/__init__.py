"""One start of one process as the ledger knows it, and what it does for those that died."""
