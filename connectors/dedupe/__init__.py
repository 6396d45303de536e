"""What a bureau promises about a question that may have reached it already."""
