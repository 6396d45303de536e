"""Faults in what is said: each takes the right answer and gives another."""

import re
from dataclasses import replace

from ..contract import Answer
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
    seconds = {"Retry-After": str(round(exchange.argument))}
    return Answer(429, b"", "text/plain", seconds)


def bureau_error(exchange: Exchange) -> Answer:
    return exchange.desk.failure


def cut_short(exchange: Exchange) -> Answer:
    """Half a document in a whole message: nothing but parsing can tell."""
    body = exchange.answer.body
    return replace(exchange.answer, body=body[: len(body) // 2])


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
    asked = re.search(r"(?<!\d)\d{17}[\dX](?!\d)", exchange.received.text)
    if asked is None:
        return exchange.answer
    other = next(p for p in exchange.people.values() if p.id_number != asked[0])
    subject = exchange.people.get(asked[0], Person(asked[0], "", ""))
    text = exchange.answer.body.decode()
    for theirs, instead in zip(_identity(subject), _identity(other), strict=True):
        text = text.replace(theirs, instead) if theirs else text
    return replace(exchange.answer, body=text.encode())


def _identity(person: Person) -> tuple[str, ...]:
    year, _, month_day = person.birthday.partition("-")
    american = f"{month_day.replace('-', '')}{year}"
    return person.id_number, person.name, person.birthday, american
