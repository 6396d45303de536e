"""
How a bureau knows us.

To add a kind: write one module beside these, name its model below, and give it
a row in `tests/contract/test_auth.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .api_key import ApiKey
from .basic import Basic
from .bearer import Bearer
from .contract import Auth
from .jwt import Jwt
from .login import Login
from .none import NoAuth
from .oauth2 import OAuth2ClientCredentials, OAuth2Password

__all__ = [
    "AnyAuth",
    "ApiKey",
    "Auth",
    "Basic",
    "Bearer",
    "Jwt",
    "Login",
    "NoAuth",
    "OAuth2ClientCredentials",
    "OAuth2Password",
]

AnyAuth = Annotated[
    NoAuth | ApiKey | Basic | Bearer | Jwt | Login | OAuth2ClientCredentials | OAuth2Password,
    Field(discriminator="kind"),
]
