"""Leaving a bureau alone that keeps failing."""
