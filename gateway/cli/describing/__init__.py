"""What a config folder may say: as JSON Schemas, as pages, and as the fields that it can name."""
