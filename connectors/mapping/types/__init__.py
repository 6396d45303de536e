"""What a bureau's values become: one type, one reader."""
