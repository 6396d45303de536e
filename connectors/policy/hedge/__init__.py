"""Asking a second time, where that is free, when an answer is late."""
