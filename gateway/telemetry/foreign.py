"""Takes in what libraries log through the standard library."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from .log import JsonLog

CLOSED = ("asyncio", "grpc", "aiohttp", "concurrent.futures")
"""Loggers that quote exceptions of ours; they reach no handler but ours, whoever adds one."""


class ForeignHandler(logging.Handler):
    """
    Splits a record between the two logs.

    asyncio and grpc log our exceptions with their text, and that text may quote
    a person. So the log gets the logger's name, the place and the exception's
    class; the message and the traceback go to the protected log alone.
    """

    def __init__(self, log: JsonLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fields = {"logger": record.name, "where": f"{record.module}:{record.lineno}"}
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        self._log.foreign(record.levelname.lower(), fields, message, error)


@contextmanager
def routed(log: JsonLog) -> Iterator[None]:
    """Hand all that is logged through the standard library to `log`, for as long as it lasts."""
    handler = ForeignHandler(log)
    loggers = [logging.getLogger(), *map(logging.getLogger, CLOSED)]
    before = [(logger, logger.handlers, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [handler], False
    try:
        yield
    finally:
        for logger, handlers, propagate in before:
            logger.handlers, logger.propagate = handlers, propagate
