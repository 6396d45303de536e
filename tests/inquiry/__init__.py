"""Inquiries that are sent again, cut short, or come back for."""
