"""What may be wrapped around a call, one concern a module."""
