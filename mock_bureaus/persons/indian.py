"""Indians, by tax account numbers (PAN) of a made-up form."""

from . import kyc_files
from .person import Person

_HISTORY = "000" * 14 + "030000XXX060"
"""A block of three characters a month, the last month first: days past due, or a word."""

_CARD = {
    "02": "NOT DISCLOSED",
    "04": "10",
    "05": "1",
    "08": "31082019",
    "12": "50000",
    "13": "12049",
    "28": _HISTORY,
}
_LOAN = {
    "02": "NOT DISCLOSED",
    "04": "05",
    "05": "1",
    "08": "15012023",
    "12": "300000",
    "13": "184000",
    "14": "9200",
    "28": "STD" + "000" * 17,
}

RAVI = Person(
    id_number="ABCPE1234F",
    name="RAVI SAMPLE",
    birthday="1988-02-10",
    mobile="9000000001",
    on_file={
        **kyc_files.RAVI,
        "tuefline": {
            "score": "00750",
            "reasons": {"25": "05", "26": "17"},
            "trades": (_CARD, _LOAN),
            "inquiries": ({"01": "17092025", "04": "NOT DISCLOSED", "05": "05", "06": "250000"},),
        },
    },
)

MEENA = Person(
    id_number="ABCPE1234G",
    name="MEENA SAMPLE",
    birthday="2001-05-20",
    mobile="9000000002",
    # A line of credit all the same: to have no score is not to have no file.
    on_file={**kyc_files.MEENA, "tuefline": {"score": "000-1", "trades": (_CARD,)}},
)

INDIANS = (RAVI, MEENA)
