"""The person asked about: what is filled, what is wrong, what an ID number tells."""
