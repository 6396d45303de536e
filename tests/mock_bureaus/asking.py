"""The right way to ask each bureau, for tests to use and to spoil."""

import json
from base64 import b64encode
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
from lxml import etree

from mock_bureaus import DEMO
from mock_bureaus.bureaus.checks.education import signature
from mock_bureaus.bureaus.lending.multi_lending import check_code

DEMO_ID = "110105199001010002"
ELDER_ID = "11010519491231002X"
STRANGER_ID = "440524188001010014"
UNKNOWN_ID = "110105199001010010"
NAMES = {DEMO_ID: "测试丙", ELDER_ID: "测试甲", STRANGER_ID: "测试乙"}

POLICE = "/police/services/IdCheck"
FRAUD = "/fraud/apply/v4"
LOGIN = "/lending/login"
LENDING = "/lending/query"
EDUCATION = "/education/academic-degree/query"
MARKET = "/market/data"
TOKEN = "/credit/oauth2/token"
CREDIT = "/credit/v1/reports"

SOAP_HEADERS = {"SOAPAction": '""', "Content-Type": "text/xml; charset=utf-8"}
FRAUD_QUERY = {
    "partner_code": DEMO.fraud_partner_code,
    "partner_key": DEMO.fraud_partner_key,
    "app_name": DEMO.fraud_app_name,
}
LOGIN_FORM = {
    "userName": DEMO.lending_user,
    "password": DEMO.lending_password,
    "apiCode": DEMO.lending_api_code,
}


def police_body(
    id_number: str = DEMO_ID,
    name: str = "测试丙",
    licence: str = DEMO.police_licence,
    purpose: str = "个人贷款",
) -> bytes:
    conditions = (
        f"<ROWS><INFO><SBM>{DEMO.police_user_code}</SBM></INFO>"
        "<ROW><GMSFHM>公民身份号码</GMSFHM><XM>姓名</XM></ROW>"
        f'<ROW FSD="100000" YWLX="{purpose}">'
        f"<GMSFHM>{id_number}</GMSFHM><XM>{escape(name)}</XM></ROW></ROWS>"
    )
    return (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        '<soap:Body><n:idCheck xmlns:n="urn:police-id:services">'
        f"<n:in0>{licence}</n:in0><n:in1>{escape(conditions)}</n:in1>"
        "</n:idCheck></soap:Body></soap:Envelope>"
    ).encode()


def unwrap(body: str) -> str:
    """Take the inner XML out of the police's answer."""
    return etree.fromstring(body.encode()).findtext(".//{*}out", "")


def fraud_form(id_number: str = DEMO_ID, **more: str) -> dict[str, str]:
    return {
        "account_name": NAMES.get(id_number, "测试丁"),
        "id_number": id_number,
        "account_mobile": "19900000001",
        "biz_code": "demoloanweb",
        **more,
    }


def lending_form(token: str, id_number: str = DEMO_ID, cell: str = "19900000001") -> dict[str, str]:
    asked = {
        "id": id_number,
        "cell": cell,
        "name": NAMES.get(id_number, "测试丁"),
        "meal": "ApplyLoanStr,SpecialList_c",
    }
    json_data = json.dumps(asked, separators=(",", ":"))
    return {
        "tokenid": token,
        "interCommand": "1000",
        "apiCode": DEMO.lending_api_code,
        "jsonData": json_data,
        "checkCode": check_code(json_data, DEMO.lending_api_code, token),
    }


def education_form(id_number: str = DEMO_ID) -> dict[str, str]:
    app, secret = DEMO.education_app_id, DEMO.education_app_secret
    return {
        "appId": app,
        "timestamp": "1760000000000",
        "sign": signature(app, secret, "1760000000000"),
        "name": NAMES.get(id_number, "测试丁"),
        "idcard": id_number,
        "certificateNo": "1000000000000001",
    }


def market_order(serial: str = "c-1", id_number: str = DEMO_ID) -> dict[str, str]:
    name = NAMES.get(id_number, "测试丁")
    return {"productId": "19", "customerId": serial, "name": name, "cid": id_number}


def market_headers(key: str = DEMO.market_key) -> dict[str, str]:
    return {"X-Key": key}


def credit_order(id_number: str = DEMO_ID) -> dict[str, Any]:
    name = NAMES.get(id_number, "测试丁")
    return {
        "consumers": {
            "name": [{"identifier": "current", "firstName": name[1:], "lastName": name[0]}],
            "socialNum": [{"identifier": "current", "number": id_number}],
        },
        "customerReferenceIdentifier": "req-0001",
        "customerConfiguration": {
            "creditReport": {
                "memberNumber": DEMO.credit_member_number,
                "securityCode": DEMO.credit_security_code,
                "models": [{"identifier": "05402"}],
                "endUserInformation": {
                    "endUsersName": "DEMO LENDER",
                    "permissiblePurposeCode": "01",
                },
            }
        },
    }


def client_credentials(secret: str = DEMO.credit_client_secret) -> dict[str, str]:
    pair = f"{DEMO.credit_client_id}:{secret}".encode()
    return {"Authorization": f"Basic {b64encode(pair).decode()}"}


async def lending_token(client: aiohttp.ClientSession) -> str:
    async with client.post(LOGIN, data=LOGIN_FORM) as reply:
        return str((await reply.json())["tokenid"])


async def bearer(client: aiohttp.ClientSession) -> dict[str, str]:
    form = {"grant_type": "client_credentials"}
    async with client.post(TOKEN, data=form, headers=client_credentials()) as reply:
        return {"Authorization": f"Bearer {(await reply.json())['access_token']}"}
