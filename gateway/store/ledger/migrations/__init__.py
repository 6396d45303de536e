"""Brings a ledger's database to today's tables, whichever version it was of."""
