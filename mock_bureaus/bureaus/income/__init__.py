"""Bureaus that read accounts and say what comes in."""
