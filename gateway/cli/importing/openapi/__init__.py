"""Reads OpenAPI 3.0 and 3.1: one operation of a file, whatever else it has."""
