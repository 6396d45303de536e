"""The servers that may carry the same handlers."""
