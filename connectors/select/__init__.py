"""Where things stand in a document, and what must hold of them."""
