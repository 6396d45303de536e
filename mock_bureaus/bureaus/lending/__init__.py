"""Bureaus that count what somebody borrows elsewhere."""
