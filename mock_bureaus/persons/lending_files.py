"""What bureaus of lending and of degrees have on file about two of the Chinese persons."""

from collections.abc import Mapping

from .person import File

ELDER: Mapping[str, File] = {
    # Nobody outside the bureau is told what its codes stand for.
    "loanradar": {"apply_report_detail": {"A22160001": "610", "A22160002": "35"}},
}

DEMO_PERSON: Mapping[str, File] = {
    "loanradar": {
        "apply_report_detail": {
            "A22160001": "520",
            "A22160002": "80",
            "A22160003": "12",
            "A22160004": "5",
        }
    },
    "sealdegree": {
        "degree_level": "本科",
        "school": "示例大学",
        "study_form": "普通全日制",
        "enrol": "2008-09",
        "graduate": "2012-07",
    },
    "pathsign": {
        "loan_detail": {
            "actual_loan_platform_count": 6,
            "actual_loan_platform_count_3m": 2,
            "repayment_platform_count": 5,
        },
        "risk_evaluation": {"risk_score": "62"},
    },
}
