"""Structured logs of a node: one JSON object a line on standard error, or coloured lines on a terminal.

What may be logged: identifiers, heights, codes, counts, times. Never a secret, a key, a token, or a document's content;
`SILENT` names that a careless call could pass are struck out before anything is written.
"""

from __future__ import annotations

import logging
import sys
import time
from threading import Lock
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

SILENT = frozenset(
    {"secret", "password", "token", "private", "seed", "key", "content_key", "salt", "document", "body", "cookie"}
)
STRUCK_OUT = "***"


def strike_out(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace the values of names that must never be in a log.

    >>> strike_out(None, "info", {"event": "signed in", "token": "abc"})
    {'event': 'signed in', 'token': '***'}
    """
    for name in SILENT & event.keys():
        event[name] = STRUCK_OUT
    return event


class SaidOnce:
    """Which facts are new: the same one within a while, or too many at once, need not stand in the log again.

    >>> said = SaidOnce(most=2)
    >>> [said.is_new("a"), said.is_new("a"), said.is_new("b"), said.is_new("c")]
    [True, False, True, False]
    """

    def __init__(self, *, within_s: float = 600.0, most: int = 100) -> None:
        self._within_s, self._most = within_s, most
        self._said: dict[str, float] = {}
        self._lock = Lock()

    def is_new(self, fact: str) -> bool:
        """Whether to say it; remembers that it was said."""
        now = time.monotonic()
        with self._lock:
            self._said = {each: when for each, when in self._said.items() if now - when < self._within_s}
            if fact in self._said or len(self._said) >= self._most:
                return False
            self._said[fact] = now
            return True


def configure_logs(level: str) -> None:
    """Set up structlog for this process."""
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        strike_out,
    ]
    if sys.stderr.isatty():
        # The plain formatter: the richer ones print local variables, and those can be keys.
        ending: list[Any] = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        ending = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    _configure_standard(common, ending)
    structlog.configure(
        processors=[*common, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _configure_standard(common: list[Any], ending: list[Any]) -> None:
    """The engine speaks through Python's own logging: its lines have a time and a form like all others."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=common, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending]
    )
    if logging.lastResort is not None:  # what warnings go to where nobody set up anything else
        logging.lastResort.setFormatter(formatter)
