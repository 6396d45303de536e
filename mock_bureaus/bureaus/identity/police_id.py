"""A police identity check: SOAP around XML that travels as escaped text, both ways."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from ...contract import Answer, Desk, Received
from ...credentials import Credentials
from ...people import Person
from ..opening import Opening

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "urn:police-id:services"
XML_TYPE = "text/xml; charset=utf-8"

ROWS_AT_MOST = 100
MALFORMED, UNLICENSED, UNKNOWN_USER, INCOMPLETE, TOO_MANY, BROKEN = (
    "-11",
    "-71",
    "-72",
    "-51",
    "-52",
    "-90",
)


class _Refusal(Exception):
    """The bureau will not look at the conditions, and says why in its own code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class PoliceId:
    """Compares number and name; says 一致, 不一致, or that no such number exists."""

    known: Credentials
    people: Mapping[str, Person]

    async def check(self, received: Received) -> Answer:
        if "SOAPAction" not in received.headers:
            return soap_fault("no SOAPAction header!")
        try:
            licence, conditions = _arguments(received.body)
        except (etree.XMLSyntaxError, LookupError):
            return soap_fault("Bad envelope: idCheck(in0, in1) expected")
        try:
            return self._answer(licence, conditions)
        except _Refusal as refusal:
            return system_error(refusal.code, refusal.message)

    def _answer(self, licence: str, conditions: str) -> Answer:
        if licence != self.known.police_licence:
            raise _Refusal(UNLICENSED, "授权文件无效")
        rows = self._asked(conditions)
        judged = (self._judge(number, row) for number, row in enumerate(rows, 1))
        return enveloped(f"<ROWS>{''.join(judged)}</ROWS>", billed=True)

    def _asked(self, conditions: str) -> list[etree._Element]:
        try:
            root = etree.fromstring(conditions.encode(), _parser())
        except etree.XMLSyntaxError:
            raise _Refusal(MALFORMED, "查询条件格式错误") from None
        if root.findtext("INFO/SBM") != self.known.police_user_code:
            raise _Refusal(UNKNOWN_USER, "用户识别码无效")
        # The first row only repeats the captions of the columns.
        rows = root.findall("ROW")[1:]
        if len(rows) > ROWS_AT_MOST:
            raise _Refusal(TOO_MANY, "查询条件超过上限")
        if not rows or not all(map(_complete, rows)):
            raise _Refusal(INCOMPLETE, "查询条件不完整")
        return rows

    def _judge(self, number: int, row: etree._Element) -> str:
        id_number, name = row.findtext("GMSFHM", ""), row.findtext("XM", "")
        person = self.people.get(id_number)
        file = person.on_file.get("police_id") if person else None
        if person is None or file is None:
            items = "<ITEM><errormesage>库中无此号</errormesage></ITEM>"
        else:
            match = name == person.name
            items = (
                "<ITEM><gmsfhm/><result_gmsfhm>一致</result_gmsfhm></ITEM>"
                f"<ITEM><xm/><result_xm>{'一致' if match else '不一致'}</result_xm></ITEM>"
                f"<ITEM><xp>{file['photo'] if match else ''}</xp></ITEM>"
            )
        return (
            f'<ROW no="{number}"><INPUT><gmsfhm>{escape(id_number)}</gmsfhm>'
            f"<xm>{escape(name)}</xm></INPUT><OUTPUT>{items}</OUTPUT></ROW>"
        )


def enveloped(inner: str, *, billed: bool = False) -> Answer:
    return _soap(
        f'<ns1:idCheckResponse xmlns:ns1="{SERVICE}"><ns1:out>{escape(inner)}</ns1:out>'
        "</ns1:idCheckResponse>",
        billed=billed,
    )


def system_error(code: str, message: str) -> Answer:
    return enveloped(
        f'<RESPONSE errorcode="{code}"><ROWS><ROW><ErrorCode>{code}</ErrorCode>'
        f"<ErrorMsg>{message}</ErrorMsg></ROW></ROWS></RESPONSE>"
    )


def soap_fault(reason: str) -> Answer:
    return _soap(
        "<soap:Fault><faultcode>soap:Client</faultcode>"
        f"<faultstring>{escape(reason)}</faultstring></soap:Fault>",
        status=500,
    )


def _soap(content: str, *, status: int = 200, billed: bool = False) -> Answer:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>{content}</soap:Body></soap:Envelope>'
    )
    return Answer(status, text.encode(), XML_TYPE, billed=billed)


FAILURE = system_error(BROKEN, "系统繁忙")


def _arguments(body: bytes) -> tuple[str, str]:
    names = {"soap": SOAP, "n": SERVICE}
    call = etree.fromstring(body, _parser()).find("soap:Body/n:idCheck", names)
    if call is None:
        raise LookupError("idCheck")
    return call.findtext("n:in0", "", names), call.findtext("n:in1", "", names)


def _complete(row: etree._Element) -> bool:
    # FSD is the place of use, YWLX the purpose: the police want to know both.
    asked = (row.findtext("GMSFHM"), row.findtext("XM"))
    return all((*asked, row.get("FSD"), row.get("YWLX")))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def open_desks(opening: Opening) -> tuple[Desk, ...]:
    police = PoliceId(opening.known, opening.people)
    return (Desk(opening.bureau, "/police/services/IdCheck", police.check, FAILURE),)
