"""Each row of the ledger sealed to the one before it, and the marks by which an end is known."""
