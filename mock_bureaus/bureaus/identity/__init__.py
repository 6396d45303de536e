"""Bureaus that say who somebody is."""
