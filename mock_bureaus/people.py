"""
The persons the mock bureaus know, and what each bureau has on file about them.

All are synthetic. What is on file stands in that bureau's own words; a bureau that
is not named has nothing on file, and neither has any bureau about anybody else.
"""

from collections.abc import Mapping

from .persons import ABROAD, File, Person, kyc_files, lending_files

__all__ = ["PEOPLE", "PHOTO", "File", "Person"]

PHOTO = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
"""One transparent pixel: stands for a face, shows none."""

_MULTI_PLATFORM = {
    "risk_name": "多平台借贷",
    "score": 30,
    "decision": "Review",
    "risk_detail": [
        {
            "type": "platform_detail",
            "description": "3个月内申请人在多个平台申请借款",
            "platform_count": 6,
            "platform_detail": [
                {"industry_display_name": "小额贷款公司", "count": 4},
                {"industry_display_name": "一般消费分期平台", "count": 2},
            ],
        }
    ],
}

_OVERDUE = {
    "risk_name": "信贷逾期",
    "score": 15,
    "decision": "Review",
    "risk_detail": [
        {
            "type": "discredit_count",
            "discredit_times": 1,
            "overdue_details": [
                {
                    "overdue_count": 1,
                    "overdue_amount_range": "(0,1000]",
                    "overdue_day_range": "(0,30]",
                    "overdue_time": "2025-08",
                }
            ],
        }
    ],
}

_APPLICATIONS = {
    "als_m3_id_nbank_allnum": "7",
    "als_m3_id_nbank_orgnum": "5",
    "als_m3_id_bank_allnum": "1",
    "als_m12_cell_nbank_allnum": "19",
    "als_lst_id_nbank_inteday": "12",
}

_SPECIAL_LIST = {"sl_id_nbank_bad_allnum": "1", "sl_cell_nbank_bad_allnum": "1"}

_TRADES = [
    {
        "accountTypeCode": "18",
        "dateOpened": "03152019",
        "balance": 1200,
        "pastDueAmount": 0,
        "highCredit": 5000,
        "thirtyDayCounter": 1,
        "sixtyDayCounter": 0,
        "ninetyDayCounter": 0,
        "rate": {"code": 1, "description": "Pays account as agreed"},
    },
    {
        "accountTypeCode": "26",
        "dateOpened": "11012021",
        "balance": 86000,
        "pastDueAmount": 950,
        "highCredit": 120000,
        "thirtyDayCounter": 2,
        "sixtyDayCounter": 1,
        "ninetyDayCounter": 0,
        "rate": {"code": 2, "description": "Pays in 31 to 60 days"},
    },
]

_INQUIRIES = [
    {"inquiryDate": "05012025", "industryCode": "BB"},
    {"inquiryDate": "09172025", "industryCode": "FP"},
]

ELDER = Person(
    id_number="11010519491231002X",
    name="测试甲",
    birthday="1949-12-31",
    mobile="19900000001",
    on_file={
        **lending_files.ELDER,
        "police_id": {"photo": PHOTO},
        "fraud_report": {
            "final_score": 15,
            "final_decision": "ACCEPT",
            "risk_items": [_OVERDUE],
        },
        "multi_lending": {"SpecialList_c": _SPECIAL_LIST},
        "data_market": {"loans_org_count": "7", "loans_credit_limit": "1400"},
        # In file, and not enough in it for a score.
        "credit_report": {"models": [], "trades": [], "inquiries": _INQUIRIES[:1]},
    },
)

STRANGER = Person(
    id_number="440524188001010014",
    name="测试乙",
    birthday="1880-01-01",
    on_file={"police_id": {"photo": ""}},
)

DEMO_PERSON = Person(
    id_number="110105199001010002",
    name="测试丙",
    birthday="1990-01-01",
    mobile="19900000001",
    bank_card="6200000000000005",
    on_file={
        **lending_files.DEMO_PERSON,
        **kyc_files.DEMO_PERSON,
        "police_id": {"photo": PHOTO},
        "fraud_report": {
            "final_score": 45,
            "final_decision": "REVIEW",
            "risk_items": [_MULTI_PLATFORM, _OVERDUE],
        },
        "multi_lending": {
            "ApplyLoanStr": _APPLICATIONS,
            "SpecialList_c": _SPECIAL_LIST,
        },
        "education": {
            "name": "测试丙",
            "sex": "女",
            "birthday": "1990-01-01",
            "school": "示例大学",
            "specialty": "经济学",
            "level": "硕士",
            "academicDegreeName": "经济学硕士学位",
            "certificateNo": "1000000000000001",
        },
        "credit_report": {
            "models": [
                {
                    "modelNumber": "05402",
                    "score": 688,
                    "reasons": [{"code": "00038"}, {"code": "00014"}],
                }
            ],
            "trades": _TRADES,
            "inquiries": _INQUIRIES,
        },
    },
)

PEOPLE: Mapping[str, Person] = {
    person.id_number: person for person in (ELDER, STRANGER, DEMO_PERSON, *ABROAD)
}
