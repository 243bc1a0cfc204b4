"""Structured logs of a node: one JSON object a line on standard error, or coloured lines on a terminal.

What may be logged: identifiers, heights, codes, counts, times. Never a secret, a key, a token, or a document's content;
`SILENT` names that a careless call could pass are struck out before anything is written.
"""

from __future__ import annotations

import logging
import sys
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


def configure_logs(level: str) -> None:
    """Set up structlog for this process."""
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        strike_out,
    ]
    if sys.stderr.isatty():
        # The plain formatter: the richer ones print local variables, and those can be keys.
        processors.append(structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback))
    else:
        processors += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
