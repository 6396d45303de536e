"""Statements of accounts: one on its way through the reader, and what is read of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

POLLS = 2
"""How often a report is not ready yet, if the director does not say."""
UNREADABLE = b"UNREADABLE"
"""A statement that says this is rejected."""

REPORT: Mapping[str, Any] = {
    "statementdetails": [
        {
            "statementStatus": "VERIFIED",
            "bankName": "SAMPLE BANK",
            "accountNo": "XXXXXX0005",
            "currency": "INR",
            "summary": {
                "avgBalance": "42000.50",
                "minBalance": "1800.00",
                "monthlySalary": "65000.00",
                "monthlyEmi": "9200.00",
                "inwardBounces": 1,
                "months": 6,
            },
            "transactions": [
                {"date": "2025-11-01", "narration": "SALARY", "amount": "65000.00"},
                {"date": "2025-11-05", "narration": "EMI", "amount": "-9200.00"},
            ],
        }
    ]
}


@dataclass(slots=True)
class Transaction:
    """One statement, on its way."""

    number: str
    theirs: str
    """The client's own number of it."""
    callback_url: str
    files: dict[str, bytes] = field(default_factory=dict)
    polls: int | None = None
    """None: nothing is processed yet."""
    outcome: str = "COMPLETED"
    asked: int = 0

    @property
    def status(self) -> str:
        if self.polls is None or self.asked < min(1, self.polls):
            return "ACCEPTED"
        return "IN_PROGRESS" if self.asked < self.polls else self.outcome

    def decide(self) -> None:
        self.polls = 0
