"""YAML for people: keys in order, a comment behind what needs one, short things in one line."""

from __future__ import annotations

from .blocks import MARK, Block, Entry, Remark, Row, Rows, lines

__all__ = ["MARK", "Block", "Entry", "Remark", "Row", "Rows", "lines"]
