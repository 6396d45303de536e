"""Rows that many callers wait for, written in few commits."""
