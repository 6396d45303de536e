"""Asking again: when that is free, and never so often that it makes an outage worse."""
