"""Bureaus that keep credit files."""
