"""The seven stages, one module each."""
