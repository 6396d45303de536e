"""Streams on time that only passes when nothing else is left to do."""
