"""What is made instead of copied: connectors of each kind, keys, a folder to begin with."""
