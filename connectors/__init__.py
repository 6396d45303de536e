"""
Asks external bureaus, one connector at a time, each as its own file describes it.

Knows nothing of inquiries, products or reports, and imports nothing from the
gateway.
"""
