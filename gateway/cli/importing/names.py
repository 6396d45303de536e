"""Which names of requests' fields we know, and what each means to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from .shape import Way

_ASKED: Final[Mapping[str, str]] = {
    "subject.id_number": "idnumber idno idnum idcard idcardno idcardnumber nationalid"
    " nationalidnumber nationalidno identitynumber identityno identitycard certno certnum"
    " certid cardid cid ssn socialsecuritynumber socialnum personalnumber personid documentnumber"
    " documentno taxid rfc curp pan gmsfhm sfz sfzh",
    "subject.name": "name fullname realname custname customername accountname personname"
    " subjectname idname borrowername namefull xm",
    "subject.given_name": "firstname givenname givennames forename primernombre"
    " namefirst namegiven",
    "subject.family_name": "lastname surname familyname apellidopaterno namelast namefamily"
    " namesurname",
    "subject.second_family_name": "secondlastname secondfamilyname apellidomaterno",
    "subject.date_of_birth": "dateofbirth dob birthdate birthday fechanacimiento csrq",
    "subject.mobile": "mobile mobileno mobilenumber mobilephone cell cellphone phone phoneno"
    " phonenumber telephone msisdn accountmobile",
    "subject.email": "email emailaddress mail",
    "subject.bank_card": "bankcard bankcardno bankcardnumber cardno cardnumber",
    "subject.sex": "sex gender xb",
    "subject.nationality": "nationality citizenship nacionalidad",
    "subject.certificate_number": "certificateno certificatenumber",
    "subject.address.line1": "addressline1 line1 street streetaddress address residentialaddress",
    "subject.address.line2": "addressline2 line2",
    "subject.address.city": "city cityname town",
    "subject.address.district": "district county",
    "subject.address.region": "state province stateabbreviation addressregion",
    "subject.address.postal_code": "zip zipcode postalcode postcode",
    "subject.address.country": "country countrycode",
    "subject.employer.name": "employer employername companyname",
    "subject.employer.uscc": "uscc employeruscc creditcode unifiedsocialcreditcode",
    "call.reference": "reference referenceid referenceno clientreference clientreferenceid"
    " clientref customerreference customerreferenceidentifier requestid transid transactionid"
    " orderno outorderid uorderid serialno traceid correlationid xrequestid xcorrelationid"
    " idempotencykey",
    "call.callback_url": "callbackurl callbackuri notifyurl webhookurl webhook",
    "inquiry.purpose_code": "purpose purposecode permissiblepurpose permissiblepurposecode"
    " inquirypurpose enquirypurpose queryreason",
    "consent.granted_at": "consentgivenat consentgrantedat consentat consentdate consenttime"
    " consenttimestamp",
    "consent.id": "consentid consentreference authorizationid",
    "application.id": "applicationid applicationno loanapplicationid",
    "application.term_months": "termmonths loanterm",
    "device.ip": "ip ipaddress clientip",
    "device.fingerprint": "devicefingerprint fingerprint",
    "device.user_agent": "clientuseragent browseruseragent",
    "now": "timestamp ts requesttime requesttimestamp xtimestamp timestampms",
    "nonce": "nonce noncestr xnonce",
}
"""References by the names that fields of requests have; in any spelling."""

SECRET: Final = re.compile(
    r"(api|app|access|partner|secret|client|license|licence|account)?_?-?(key|secret|token|password"
    r"|passwd|pwd)|x-?api-?key|licen[cs]e|(client|partner|member|app)_?-?(id|code|no|number)"
    r"|(user|login)_?-?(name|code)?|login_?-?id",
    re.IGNORECASE,
)
"""Names of what must not stand in a file."""

SIGNATURE: Final = re.compile(r"(x-?)?(sign|signature|checkcode|mac|hmac)(-?value)?", re.IGNORECASE)


def plain(name: str) -> str:
    """Take a name down to its letters, so that all spellings are one."""
    return "".join(letter for letter in name.rpartition(":")[2].lower() if letter.isalnum())


def snake(name: str) -> str:
    """Write a name as ours are: `employerTier` is `employer_tier`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(":")[2])
    words = re.sub(r"[^0-9a-zA-Z]+", "_", parted).strip("_").lower()
    return words if words[:1].isalpha() else f"n{words}"


def asked(way: Way) -> str | None:
    """Give the reference that a field of a request means; what it lies in counts first."""
    names = by_name(_ASKED)
    return next((names[one] for one in spellings(way) if one in names), None)


def spellings(way: Way) -> tuple[str, ...]:
    """Give the names that a field may be known by: with what it lies in, and alone."""
    names = tuple(plain(name) for name in way if plain(name))
    return ("".join(names[-2:]), names[-1]) if names else ()


@cache
def _by_name_of(table: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {name: reference for reference, names in table for name in names.split()}


def by_name(table: Mapping[str, str]) -> Mapping[str, str]:
    """Turn a table of names around."""
    return _by_name_of(tuple(table.items()))
