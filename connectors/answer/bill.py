"""How a bureau's bill is laid out: a file of comma-separated values, a row for each charge."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ..kit import Strict


class BillingFile(Strict):
    """Where a bill names the call that it charges for, and what it charges."""

    reference: str = Field(min_length=1)
    """The column that names the call."""
    names: Literal["our_reference", "bureau_reference"] = "our_reference"
    """By which of its references."""
    amount: str | None = None
    """The column of what is charged; left out, a charge is the connector's price."""
    decimal: Literal[".", ","] = "."
    """What stands before the fraction of an amount; the other of the two groups digits by three."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    charset: str = "utf-8-sig"

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            # Asked of text: some codecs turn bytes into bytes.
            "".encode(self.charset)
        except (LookupError, UnicodeError):
            raise ValueError(f"{self.charset} is no character set") from None
        if self.amount is not None and self.delimiter == self.decimal:
            # Quoted it could be told apart; that a bureau always quotes, nobody knows.
            raise ValueError("`delimiter` and `decimal` are the same character")
        return self
