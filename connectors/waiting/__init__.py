"""Waiting, and for how long."""
