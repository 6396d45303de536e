"""What every bureau of the benchmark answers: 2 KB of JSON, 25 fields of which are mapped."""

from __future__ import annotations

import json

SIZE = 2048

_DATA = {
    "counts": {f"c{number}": number * 3 for number in range(1, 20)},
    "amounts": {f"a{number}": f"{number * 1234}.50" for number in range(1, 9)},
    "ratios": {f"r{number}": f"0.{number}25" for number in range(1, 4)},
    "flags": {f"f{number}": number % 2 == 0 for number in range(1, 5)},
    "texts": {f"t{number}": f"text {number}" for number in range(1, 8)},
    "level": "M",
    "country": "CN",
    "since": "2019-03-01",
}


def answer() -> bytes:
    """Fill up with rows that nobody maps, as real answers do."""
    rows: list[object] = []
    document = {"code": "0000", "reference": "B202603010001", "data": _DATA, "rows": rows}
    while len(_written(document)) < SIZE:
        number = len(rows)
        rows.append({"month": f"2025-{number % 12 + 1:02d}", "paid": number, "late": 0})
    return _written(document)


def _written(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
