"""A credit file in XML: a password in the document, and errors in an answer of status 200."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from ...contract import Answer, Desk, Received
from ..opening import Opening

PATH = "/netaccess/inquiry"
NAMESPACE = "urn:netaccess:report"
XML_TYPE = "text/xml; charset=utf-8"
PRODUCT = "07000"

MALFORMED, NO_PRODUCT, NO_ENVIRONMENT, INCOMPLETE, BROKEN = "001", "003", "009", "033", "099"

_SUBJECT = "product/subject/subjectRecord/indicative"
_REQUIRED = (
    f"{_SUBJECT}/name/person/first",
    f"{_SUBJECT}/name/person/last",
    f"{_SUBJECT}/address/location/zipCode",
    f"{_SUBJECT}/socialSecurity/number",
)
_ENVIRONMENT = "transactionControl/options/processingEnvironment"


@dataclass(frozen=True, slots=True)
class UsCreditXml:
    """Scores and trades; bills a file and the lack of one, but not a file that is locked."""

    opening: Opening

    async def inquire(self, received: Received) -> Answer:
        order = _order(received)
        if order is None:
            return product_error(MALFORMED, "Request is not a valid creditBureau document")
        if not self._subscriber(order):
            return answered("<errortext>Subscriber code or password is invalid</errortext>")
        if _text(order, "product/code") != PRODUCT:
            return product_error(NO_PRODUCT, "Product is not available to subscriber")
        if _text(order, _ENVIRONMENT) not in {"standardTest", "production"}:
            return product_error(NO_ENVIRONMENT, "Processing environment is invalid")
        if not all(_text(order, path) for path in _REQUIRED):
            return product_error(INCOMPLETE, "Input subject is incomplete")
        return self._file(order)

    def _subscriber(self, order: etree._Element) -> bool:
        known = self.opening.known
        subscriber = "transactionControl/subscriber"
        names = ("industryCode", "memberCode", "inquirySubscriberPrefixCode", "password")
        return [_text(order, f"{subscriber}/{name}") for name in names] == [
            known.netaccess_industry_code,
            known.netaccess_member_code,
            known.netaccess_prefix_code,
            known.netaccess_password,
        ]

    def _file(self, order: etree._Element) -> Answer:
        person = self.opening.people.get(_text(order, f"{_SUBJECT}/socialSecurity/number"))
        file = person.on_file.get("netaccess") if person else None
        last = _text(order, f"{_SUBJECT}/name/person/last").upper()
        number = _text(order, "transactionControl/userRefNumber")
        if person is None or file is None or last != person.name.split()[-1]:
            none = "<fileSummary><fileHitIndicator>regularNoHit</fileHitIndicator></fileSummary>"
            return reported(number, none, billed=True)
        if "status" in file:
            return reported(number, _summary(file["status"]), billed=False)
        summary = _summary(
            "<freeze><indicator>false</indicator></freeze>",
            f"<inFileSinceDate>{file['since']}</inFileSinceDate>",
        )
        return reported(number, f"{summary}{_trades(file)}{_score(file)}", billed=True)


def reported(number: str, record: str, *, billed: bool) -> Answer:
    return answered(
        f"<transactionControl><userRefNumber>{escape(number)}</userRefNumber></transactionControl>"
        f"<product><code>{PRODUCT}</code><subject><subjectRecord>{record}</subjectRecord>"
        "</subject></product>",
        billed=billed,
    )


def product_error(code: str, description: str) -> Answer:
    return answered(
        f"<product><error><code>{code}</code><description>{description}</description></error>"
        "</product>"
    )


def answered(content: str, *, billed: bool = False) -> Answer:
    text = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<creditBureau xmlns="{NAMESPACE}"><document>response</document>{content}</creditBureau>'
    )
    return Answer(200, text.encode(), XML_TYPE, billed=billed)


def reference(received: Received) -> str:
    order = _order(received)
    return "" if order is None else _text(order, "transactionControl/userRefNumber")


FAILURE = product_error(BROKEN, "System is temporarily unavailable")


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    return (Desk(opening.bureau, PATH, UsCreditXml(opening).inquire, FAILURE, reference),)


def _summary(status: str, more: str = "") -> str:
    return (
        "<fileSummary><fileHitIndicator>regularHit</fileHitIndicator>"
        "<ssnMatchIndicator>exact</ssnMatchIndicator>"
        f"<creditDataStatus>{status}</creditDataStatus>{more}</fileSummary>"
    )


def _trades(file: Mapping[str, Any]) -> str:
    trades = (
        "".join(f"<{name}>{value}</{name}>" for name, value in trade.items())
        for trade in file["trades"]
    )
    each = "".join(f"<trade>{trade}</trade>" for trade in trades)
    return f"<custom><credit>{each}</credit></custom>"


def _score(file: Mapping[str, Any]) -> str:
    if "score" not in file:
        return ""
    factors = "".join(f"<factor><code>{code}</code></factor>" for code in file["factors"])
    return (
        f"<addOnProduct><scoreModel><score><results>{file['score']}</results>"
        f"<factors>{factors}</factors></score></scoreModel></addOnProduct>"
    )


def _order(received: Received) -> etree._Element | None:
    if not received.headers.get("Content-Type", "").startswith("text/xml"):
        return None
    try:
        root = etree.fromstring(
            received.body, etree.XMLParser(resolve_entities=False, no_network=True)
        )
    except etree.XMLSyntaxError:
        return None
    named = root.tag == f"{{{NAMESPACE}}}creditBureau"
    return root if named and _text(root, "document") == "request" else None


def _text(order: etree._Element, path: str) -> str:
    steps = (f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return order.findtext("/".join(steps), "").strip()
