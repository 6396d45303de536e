"""The bureaus by their names: one row a bureau."""

from collections.abc import Mapping

from .checks import card_check, companyregistry, education, sealed_degree
from .credit import (
    credit_report,
    creditpassport,
    fixed_width_report,
    signed_score,
    us_credit_report,
    us_credit_xml,
)
from .fraud import fraud_report, watchlist
from .identity import kycdesk, kycflow, police_id
from .income import cashline, statementlab
from .lending import data_market, loan_radar, multi_lending, path_signed
from .opening import OpenDesks

BUREAUS: Mapping[str, OpenDesks] = {
    "police_id": police_id.open_desks,
    "fraud_report": fraud_report.open_desks,
    "multi_lending": multi_lending.open_desks,
    "education": education.open_desks,
    "data_market": data_market.open_desks,
    "credit_report": credit_report.open_desks,
    "loanradar": loan_radar.open_desks,
    "sealdegree": sealed_degree.open_desks,
    "cardcheck": card_check.open_desks,
    "pathsign": path_signed.open_desks,
    "uscredit": us_credit_report.open_desks,
    "netaccess": us_credit_xml.open_desks,
    "tuefline": fixed_width_report.open_desks,
    "circlescore": signed_score.open_desks,
    "kycdesk": kycdesk.open_desks,
    "statementlab": statementlab.open_desks,
    "creditpassport": creditpassport.open_desks,
    "cashline": cashline.open_desks,
    "kycflow": kycflow.open_desks,
    "watchlist": watchlist.open_desks,
    "companyregistry": companyregistry.open_desks,
}
