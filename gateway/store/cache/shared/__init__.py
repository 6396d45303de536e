"""The cache that processes share: what is kept there, and the way to it."""
