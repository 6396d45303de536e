"""How many decimals a currency has (ISO 4217)."""

from __future__ import annotations

import re
from typing import Final

_OTHERS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

_DECIMALS: Final = {code: number for number, codes in _OTHERS.items() for code in codes.split()}

CODE: Final = re.compile("[A-Z]{3}")


def decimals(currency: str) -> int:
    """Give the number of decimals of a currency; all but a few have two."""
    return _DECIMALS.get(currency, 2)
