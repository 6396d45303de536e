"""Paths into user info, and what is done along them."""
