"""A config folder that is right, and ways to make it wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gateway.catalog.assembly import Assembled
from gateway.catalog.dry_run import build
from gateway.catalog.reading import CatalogError, read_catalog
from gateway.config.finding import Located

MARK = "# !"
"""Ends a line at which something is expected to be wrong."""

BUREAU = """\
name: acme
base_url: https://acme.example
auth: {kind: bearer, token: "${secrets.token}"}
purpose_codes: {CREDIT_ORIGINATION: "01"}
"""

SCORE = """\
name: score
bureau: acme
billing:
  price: {amount: "0.50", currency: CNY}
policy:
  purposes: [CREDIT_ORIGINATION]
  consent: required
request:
  path: /score
  json:
    id: ${subject.id_number}
    why: ${inquiry.purpose_code}
outcomes:
  - {outcome: HIT, status: 200, body: {code: "0"}}
mapping:
  fraud.gang_risk: {path: risk, type: ratio}
"""

PRODUCT = """\
name: credit
fields: [fraud, credit_summary]
purposes: [CREDIT_ORIGINATION]
connectors:
  - {connector: score, required: true}
"""

CALLER = """\
name: scoring
tenant: lender
identities: {san: [scoring.lan]}
products: [credit]
purposes: [CREDIT_ORIGINATION]
"""


@dataclass
class ConfigFolder:
    """Files by path below the folder."""

    root: Path
    files: dict[str, str] = field(
        default_factory=lambda: {
            "bureaus/acme.yaml": BUREAU,
            "connectors/score.yaml": SCORE,
            "products/credit.yaml": PRODUCT,
            "callers/scoring.yaml": CALLER,
        }
    )

    def change(self, file: str, old: str, new: str) -> None:
        assert self.files[file].count(old) == 1, old
        self.files[file] = self.files[file].replace(old, new)

    def write(self) -> Path:
        for name, text in self.files.items():
            file = self.root / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return self.root

    def build(self, env: Mapping[str, str] | None = None) -> Assembled:
        catalog, _ = read_catalog(self.write())
        return build(catalog, env or {}, "CNY")

    def findings(self) -> tuple[Located, ...]:
        try:
            self.build()
        except CatalogError as error:
            return error.findings
        return ()

    def marked(self) -> set[tuple[str, int]]:
        """Where something is expected to be wrong."""
        return {
            (name, number)
            for name, text in self.files.items()
            for number, line in enumerate(text.splitlines(), 1)
            if line.endswith(MARK)
        }

    def found(self) -> set[tuple[str, int]]:
        return {(one.file.relative_to(self.root).as_posix(), one.line) for one in self.findings()}
