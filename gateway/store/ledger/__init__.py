"""Who asked what, on which consent, and what came of it."""
