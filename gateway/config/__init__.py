"""Reads what people wrote in the config folder, and says what is wrong with it, and where."""
