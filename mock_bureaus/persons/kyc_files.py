"""What the bureaus of identity, of income and of other countries' credit have on file."""

from collections.abc import Mapping

from .person import File

CUSTOMERS: Mapping[str, str] = {
    "c-1001": "110105199001010002",
    "c-1002": "11010519491231002X",
    "c-2001": "111111111",
    "c-3001": "ABCPE1234F",
    "c-3002": "ABCPE1234G",
}
"""The lender's own numbers of its customers, where a bureau is told nothing else."""

RAVI: Mapping[str, File] = {
    "kycdesk": {
        "name": "RAVI SAMPLE",
        "aadhaar": {
            "number": "999999990019",
            "masked": "XXXXXXXX0019",
            "dob": "10-02-1988",
            "gender": "M",
            "address": "1 SAMPLE ROAD, BENGALURU 560001",
        },
    },
    "creditpassport": {
        "scores": [{"score_type": "FOREIGN_GENERIC", "value": 741}],
        "tradelines": [
            {
                "type": "CREDIT_CARD",
                "status": "OPEN",
                "currency": "INR",
                "current_balance": 12049,
                "credit_limit": 50000,
                "past_due": 0,
                "opened": "2019-08-31",
            }
        ],
    },
}

MEENA: Mapping[str, File] = {
    # A tax account, and no consent to more.
    "kycdesk": {"name": "MEENA SAMPLE"},
}

DEMO_PERSON: Mapping[str, File] = {
    "creditpassport": {
        "scores": [{"score_type": "FOREIGN_GENERIC", "value": 688}],
        "tradelines": [
            {
                "type": "INSTALLMENT",
                "status": "OPEN",
                "currency": "CNY",
                "current_balance": 86000,
                "credit_limit": 120000,
                "past_due": 950,
                "opened": "2021-11-01",
            }
        ],
    },
    "cashline": {
        "lend_score": {"score": 80, "reason_codes": ["PCS0221", "PCS0223"]},
        "monthly_income": "15200.00",
        "currency": "CNY",
    },
}

JOHN: Mapping[str, File] = {
    "cashline": {
        "lend_score": {"score": 64, "reason_codes": ["PCS0102"]},
        "monthly_income": "4210.55",
        "currency": "USD",
    },
}
