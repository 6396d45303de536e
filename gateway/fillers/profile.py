"""What this lender already knows of this customer."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from pydantic import Field

from connectors.contract import Values
from connectors.faults import Findings
from connectors.kit import Strict
from connectors.units import Seconds

from ..rules.contract import SubjectPath, known
from ..subject.filling import FieldOrigin, Filling
from ..subject.known import Forgetful
from .contract import Filler, FillerKit, Need


class Profile(Strict):
    """
    Reads the preset database, by `customer_id`, and only what is both absent and wanted.

    ``{kind: profile, fields: [name, mobile], max_age: 90d}``
    """

    kind: Literal["profile"] = "profile"
    fields: Annotated[tuple[SubjectPath, ...], Field(min_length=1)]
    max_age: Seconds
    """Since the value was last confirmed."""
    timeout: Seconds = 1.0
    """A slow database must not eat the deadline of the bureaus."""

    def build(self, tools: FillerKit) -> Filler:
        findings = Findings()
        for index, path in enumerate(self.fields):
            with findings.at("fields", index):
                known(tools.kit, path)
        findings.close()

        async def fill(subject: Values, need: Need) -> tuple[Filling, ...]:
            customer = subject.get("customer_id")
            paths = [path for path in self.fields if path in need.wanted and path not in subject]
            if not paths or not isinstance(customer, str) or not customer:
                return ()
            return await self._recall(tools, need.tenant, customer, paths)

        return fill

    async def _recall(
        self, tools: FillerKit, tenant: str, customer: str, paths: list[str]
    ) -> tuple[Filling, ...]:
        try:
            async with asyncio.timeout(self.timeout):
                known_values = await tools.recall(tenant, customer, paths, self.max_age)
        except TimeoutError:
            raise Forgetful from None
        return tuple(
            Filling(
                path, stored.value, FieldOrigin.STORED, f"{self.kind}.{path}", stored.confirmed_at
            )
            for path, stored in known_values.items()
            if path in paths
        )
