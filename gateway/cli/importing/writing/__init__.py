"""Writes an operation down as a bureau and a connector."""
