"""Lists of a document: their rows, what is left out of them, and what is counted over them."""
