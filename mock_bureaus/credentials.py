"""What the mock bureaus expect their clients to know."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache, partial

from . import keys


def _pem(make: Callable[[], str]) -> str:
    """Offer a key that was made with this process; never one that somebody wrote down."""
    made: str = field(default_factory=make, metadata={"shape": "PEM"}, repr=False)
    return made


def _shaped(default: str) -> str:
    """Offer what must have the form, or the length, of this."""
    shaped: str = field(default=default, metadata={"shape": "as the default"})
    return shaped


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    One client's credentials at every bureau.

    The defaults open nothing but these mocks, which listen on loopback only: they
    are names, not secrets. A demo that wants to look real generates its own, but for
    the keys: those are PEM, and the same for as long as the process lives.
    """

    police_licence: str = "demo-police-licence"
    police_user_code: str = "demo01"
    fraud_partner_code: str = "demo"
    fraud_partner_key: str = "demo-partner-key"
    fraud_app_name: str = "demo_web"
    lending_user: str = "demo-lending-user"
    lending_password: str = "demo-lending-password"  # noqa: S105 - opens mocks only
    lending_api_code: str = "3000001"
    education_app_id: str = "demo-education-app"
    education_app_secret: str = "demo-education-secret"  # noqa: S105 - opens mocks only
    market_key: str = "demo-market-key"
    credit_client_id: str = "demo-credit-client"
    credit_client_secret: str = "demo-credit-secret"  # noqa: S105 - opens mocks only
    credit_member_number: str = "999ZZ00001"
    credit_security_code: str = "demo"
    statementlab_private_key: str = _pem(partial(keys.rsa_private_pem, "statementlab_private_key"))
    kycdesk_key: str = "demo-kycdesk-key"
    kycflow_app_token: str = "sbx:demo"  # noqa: S105 - opens mocks only
    kycflow_secret_key: str = "demo-kycflow-secret"  # noqa: S105 - opens mocks only
    kycflow_webhook_secret: str = "demo-kycflow-webhook"  # noqa: S105 - signs mocks' callbacks
    creditpassport_client_id: str = "demo-passport-client"
    creditpassport_client_secret: str = "demo-passport-secret"  # noqa: S105 - opens mocks only
    creditpassport_private_key: str = _pem(
        partial(keys.rsa_private_pem, "creditpassport_private_key")
    )
    """The lender's own: what the bureau sends is sealed for it."""
    watchlist_key: str = "demo-watchlist-key"
    companyregistry_key: str = "demo-registry-key"
    cashline_client_id: str = "demo-cashline-client"
    cashline_secret: str = "demo-cashline-secret"  # noqa: S105 - opens mocks only
    loanradar_member_id: str = "8000000001"
    loanradar_terminal_id: str = "8000000002"
    loanradar_private_key: str = _pem(partial(keys.rsa_private_pem, "loanradar_private_key"))
    sealdegree_access_id: str = "demo-degree-access"
    sealdegree_key: str = _shaped("000102030405060708090a0b0c0d0e0f")
    cardcheck_appkey: str = "demo-card-appkey"
    pathsign_pubkey: str = "demo-path-pubkey"
    pathsign_secret: str = "demo-path-secret"  # noqa: S105 - opens mocks only
    uscredit_user: str = "demo-uscredit-user"
    uscredit_password: str = "demo-uscredit-password"  # noqa: S105 - opens mocks only
    uscredit_client_id: str = "demo-uscredit-client"
    uscredit_client_secret: str = "demo-uscredit-secret"  # noqa: S105 - opens mocks only
    uscredit_subscriber_code: str = "2222222"
    netaccess_industry_code: str = "B"
    netaccess_member_code: str = "00000001"
    netaccess_prefix_code: str = "0622"
    netaccess_password: str = "demo-netaccess"  # noqa: S105 - opens mocks only
    tuefline_user: str = _shaped("NB00000001_DEMO")
    """At most 30 characters: so wide is its place in a request."""
    tuefline_password: str = _shaped("demo-tuefline")
    """Likewise."""
    circlescore_api_key: str = "demo-circle-key"
    circlescore_user: str = "demo-circle-user"
    circlescore_password: str = "demo-circle-password"  # noqa: S105 - opens mocks only
    circlescore_private_key: str = _pem(
        partial(keys.ec_private_pem, "circlescore_private_key", "P-384")
    )
    circlescore_bureau_public_key: str = _pem(
        partial(keys.ec_public_pem, "circlescore_bureau", "P-384")
    )
    """The bureau's own, for the client to check answers with."""


SHAPED_FIELDS = frozenset(each.name for each in fields(Credentials) if "shape" in each.metadata)
"""What a random word can not stand for: keys, and what has a width."""


@cache
def demo() -> Credentials:
    """Give the defaults, with their keys, which take a while to make."""
    return Credentials()
