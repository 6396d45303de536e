"""Bureaus that warn."""
