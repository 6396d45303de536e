"""Finds out what calls cost whose outcome nobody knew: by asking, by the bill, by hand."""
