"""From a config folder to a pipeline: read, held together, built."""
