"""Keeping to what a bureau allows: in a second, at once, and in a day."""
