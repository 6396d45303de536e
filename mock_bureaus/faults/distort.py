"""Faults in what is said: each takes the right answer and gives another."""

import gzip
import json
import re
from dataclasses import replace

from ..contract import Answer, said
from ..people import Person
from .exchange import Exchange

MAINTENANCE = "<!DOCTYPE html><html><body><h1>系统维护中</h1></body></html>"


def as_it_is(exchange: Exchange) -> Answer:
    return exchange.answer


def unsaid(exchange: Exchange) -> Answer:
    """Status 0: nobody will hear this answer, though it may stand on the bill."""
    return replace(exchange.answer, status=0, body=b"")


def html_page(_exchange: Exchange) -> Answer:
    return Answer(200, MAINTENANCE.encode(), "text/html; charset=utf-8")


def bare_status(exchange: Exchange) -> Answer:
    return Answer(int(exchange.argument), b"", "text/plain")


def rate_limited(exchange: Exchange) -> Answer:
    wait = {exchange.desk.wait_header: str(round(exchange.argument))}
    return Answer(429, b"", "text/plain", wait)


def rate_limited_mute(_exchange: Exchange) -> Answer:
    """Say no, and not for how long."""
    return Answer(429, b"", "text/plain")


def json_error(_exchange: Exchange) -> Answer:
    """Say it in nobody's words: a gateway in between broke down, and answered 200."""
    return said({"error": {"type": "internal", "message": "upstream failure"}})


def duplicate(exchange: Exchange) -> Answer:
    return exchange.desk.duplicate or said({"error": "duplicate order"}, status=409)


def skewed(exchange: Exchange) -> Answer:
    return exchange.desk.skewed or said({"error": "timestamp out of range"}, status=401)


def bureau_error(exchange: Exchange) -> Answer:
    return exchange.desk.failure


def cut_short(exchange: Exchange) -> Answer:
    """Half a document in a whole message: nothing but parsing can tell."""
    body = exchange.answer.body
    return replace(exchange.answer, body=body[: len(body) // 2])


def object_for_array(exchange: Exchange) -> Answer:
    """Say the one thing in a list, or the first of them, without the list; JSON only."""
    try:
        document = json.loads(exchange.answer.body)
    except ValueError:
        return exchange.answer
    text = json.dumps(_unlisted(document), ensure_ascii=False, separators=(",", ":"))
    return replace(exchange.answer, body=text.encode())


def _unlisted(document: object) -> object:
    match document:
        case [dict() as first, *_]:
            return _unlisted(first)
        case dict():
            return {name: _unlisted(value) for name, value in document.items()}
        case _:
            return document


def gzip_body(exchange: Exchange) -> Answer:
    """Pack the right answer, whether or not the client said that it unpacks."""
    answer = exchange.answer
    headers = {**answer.headers, "Content-Encoding": "gzip"}
    return replace(answer, body=gzip.compress(answer.body, mtime=0), headers=headers)


def wrong_content_type(exchange: Exchange) -> Answer:
    return replace(exchange.answer, content_type="application/octet-stream")


def wrong_charset(exchange: Exchange) -> Answer:
    """Bytes in GB 18030 that still call themselves UTF-8."""
    body = exchange.answer.body.decode().encode("gb18030")
    return replace(exchange.answer, body=body)


def wrong_subject(exchange: Exchange) -> Answer:
    """
    Put another person's identity in the place of the subject's.

    Answers that name nobody (`fraud_report`, `multi_lending`, `data_market`) stay
    as they are: with such a bureau nobody could tell.
    """
    asked = _asked(exchange)
    if not asked:
        return exchange.answer
    strangers = [number for number in exchange.people if number != asked]
    # Of the same country, if there is one: another's number would not pass for a mistake.
    other = next((n for n in strangers if len(n) == len(asked)), strangers[0])
    pairs = (exchange.people.get(asked, Person(asked, "", "")), exchange.people[other])
    text = exchange.answer.body.decode(errors="surrogateescape")
    for theirs, instead in zip(*map(_identity, pairs), strict=True):
        text = text.replace(theirs, instead) if theirs else text
    return replace(exchange.answer, body=text.encode(errors="surrogateescape"))


def _asked(exchange: Exchange) -> str:
    received = exchange.received
    subject, text = exchange.desk.subject(received), f"{received.path} {received.text}"
    known = (number for number in exchange.people if number == subject or number in text)
    found = re.search(r"(?<!\d)\d{17}[\dX](?!\d)", text)
    return next(known, found[0] if found else "")


def _identity(person: Person) -> tuple[str, ...]:
    year, _, month_day = person.birthday.partition("-")
    american = f"{month_day.replace('-', '')}{year}"
    indian = "-".join(reversed(person.birthday.split("-")))
    return person.id_number, person.name, person.birthday, american, indian
