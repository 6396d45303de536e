"""What every bureau of the benchmark answers: JSON, 25 fields of which are mapped, or 120."""

from __future__ import annotations

import json

SIZE, LARGE = 2_048, 30_720
MORE = 95
"""Attributes that are mapped of the large answer, besides."""

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


def answer(size: int = SIZE) -> bytes:
    """Fill up with rows that nobody maps, as real answers do."""
    rows: list[object] = []
    data = dict(_DATA)
    if size > SIZE:
        data["more"] = {f"m{number}": _more(number) for number in range(MORE)}
    document = {"code": "0000", "reference": "B202603010001", "data": data, "rows": rows}
    written = len(_written(document))
    while written < size:
        number = len(rows)
        rows.append({"month": f"2025-{number % 12 + 1:02d}", "paid": number, "late": 0})
        written += len(_written(rows[-1])) + 1
    return _written(document)


def _more(number: int) -> object:
    return (number, f"{number}.25", f"code {number}")[number % 3]


def more() -> dict[str, object]:
    """Give the rows of the mapping that the large answer has besides."""
    types = ("int", "decimal", "string")
    return {
        f"attributes.m{number}": {"path": f"data.more.m{number}", "type": types[number % 3]}
        for number in range(MORE)
    }


def _written(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
