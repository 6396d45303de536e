"""What a caller may order: `config/products/NAME.yaml`."""

from .spec import Deadline, Merge, Prefer, ProductSpec
from .uses import AnyUse, ConnectorUse, Shadow, WaterfallUse
from .waterfall import Waterfall

__all__ = [
    "AnyUse",
    "ConnectorUse",
    "Deadline",
    "Merge",
    "Prefer",
    "ProductSpec",
    "Shadow",
    "Waterfall",
    "WaterfallUse",
]
