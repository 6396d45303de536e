"""Methods that answer with more than one message."""
