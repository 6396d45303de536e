"""What comes back: where things stand in it, what it means, what it costs."""
