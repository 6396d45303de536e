"""Americans, by social security numbers that nobody was ever given."""

from . import kyc_files
from .person import Person

_REVOLVING = {
    "accountType": "18",
    "revolvingOrInstallment": "R",
    "openOrClosed": "O",
    "openDate": "03152019",
    "balanceAmount": "2400",
    "creditLimit": "10000",
    "amountPastDue": "0",
    "delinquencies30Days": "01",
    "delinquencies60Days": "00",
    "delinquencies90to180Days": "00",
    "monthsHistory": "48",
    "paymentHistory": "CCCC1CCC",
}
_INSTALLMENT = {
    "accountType": "00",
    "revolvingOrInstallment": "I",
    "openOrClosed": "O",
    "openDate": "11012021",
    "balanceAmount": "8600",
    "amountPastDue": "350",
    "delinquencies30Days": "02",
    "delinquencies60Days": "01",
    "delinquencies90to180Days": "00",
    "monthsHistory": "26",
    "paymentHistory": "12CCCCCC",
}
_INQUIRY = {"date": "05012025", "terms": "UNK", "type": "18"}

_TRADES = (
    {
        "portfolioType": "revolving",
        "dateOpened": "2019-03-15",
        "currentBalance": "000002400",
        "creditLimit": "000010000",
        "pastDue": "000000000",
        "accountRating": "01",
    },
    {
        "portfolioType": "installment",
        "dateOpened": "2021-11-01",
        "currentBalance": "000008600",
        "pastDue": "000000350",
        "accountRating": "02",
    },
)

JOHN = Person(
    id_number="111111111",
    name="JOHN SAMPLE",
    birthday="1990-08-04",
    on_file={
        **kyc_files.JOHN,
        "uscredit": {
            "riskModel": [
                {
                    "modelIndicator": "V4",
                    "score": "0712",
                    "evaluation": "P",
                    "scoreFactors": [
                        {"importance": "1", "code": "04"},
                        {"importance": "2", "code": "14"},
                    ],
                }
            ],
            "tradeline": [_REVOLVING, _INSTALLMENT],
            "inquiry": [_INQUIRY],
        },
        "netaccess": {
            "since": "2010-03-01",
            "trades": _TRADES,
            "score": "+712",
            "factors": ("018", "004"),
        },
    },
)

JANE = Person(
    id_number="222222222",
    name="JANE SAMPLE",
    birthday="2002-02-22",
    on_file={
        # Thin: one line of credit, and too little for a score.
        "uscredit": {"tradeline": [_REVOLVING]},
        "netaccess": {"since": "2024-06-01", "trades": _TRADES[:1]},
    },
)

JACK = Person(
    id_number="333333333",
    name="JACK SAMPLE",
    birthday="1955-03-03",
    on_file={
        # What looks like a score says why there is none.
        "uscredit": {
            "riskModel": [{"modelIndicator": "V4", "score": "9001", "evaluation": "N"}],
            "tradeline": [_INSTALLMENT],
        },
        "netaccess": {"status": "<freeze><indicator>true</indicator></freeze>"},
    },
)

JILL = Person(
    id_number="444444444",
    name="JILL SAMPLE",
    birthday="2012-04-04",
    on_file={"netaccess": {"status": "<minor>true</minor>"}},
)

AMERICANS = (JOHN, JANE, JACK, JILL)
