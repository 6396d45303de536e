"""What the mock bureaus expect their clients to know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """
    One client's credentials at all six bureaus.

    The defaults open nothing but these mocks, which listen on loopback only: they
    are names, not secrets. A demo that wants to look real generates its own.
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


DEMO = Credentials()
