"""How entries become statements, on whichever database: guards first, then links of the chain."""
