"""Questions that the ledger answers, on whichever database."""
