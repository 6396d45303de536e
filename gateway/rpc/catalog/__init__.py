"""What may be ordered, from whom and at what price: CatalogService, which asks no bureau."""

from .channel import CatalogChannel, Decide

__all__ = ["CatalogChannel", "Decide"]
