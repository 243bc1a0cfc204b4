"""Last days as a calendar file (iCalendar, RFC 5545): whole days, each with its law, reminded of five days before.

A calendar leaves the node, so its entries name numbers and laws, and nothing of a document. The same days give the same
bytes: the stamp is the time that is handed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

MEDIA_TYPE: Final = "text/calendar"
REMIND_DAYS: Final = 5
_OCTETS: Final = 75
"""The longest line without its end; longer ones are folded (RFC 5545 section 3.1)."""


class LastDay(msgspec.Struct, frozen=True, kw_only=True):
    """One last day. `uid` stays the same for the same thing, so that a calendar that is loaded again moves it."""

    uid: str
    day: date
    title: str
    citation: str
    address: str = ""


def calendar(days: Iterable[LastDay], *, name: str, stamp: datetime) -> bytes:
    r"""The file; days in their order, the earliest first.

    >>> one = LastDay(uid="a", day=date(2026, 12, 2), title="Answer, line 3", citation="19 CFR 182.73(f)(1)")
    >>> text = calendar([one], name="Dates", stamp=datetime(2026, 11, 1, tzinfo=UTC)).decode()
    >>> [line for line in text.split("\r\n") if line.startswith(("DTSTART", "DTEND", "SUMMARY"))]
    ['DTSTART;VALUE=DATE:20261202', 'DTEND;VALUE=DATE:20261203', 'SUMMARY:Answer\\, line 3']
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Transire//Last days//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for one in sorted(days, key=lambda one: (one.day, one.uid)):
        lines += _event(one, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(one: LastDay, stamp: datetime) -> list[str]:
    title = _text(one.title)
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(one.uid)}@transire",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{one.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{title}",
        f"DESCRIPTION:{_text(one.citation)}",
        *([f"URL:{one.address}"] if one.address else []),
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{title}",
        f"TRIGGER:-P{REMIND_DAYS}D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _text(value: str) -> str:
    """A value of the type TEXT: what divides values is escaped, control characters do not get through."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    return "".join(sign for sign in escaped if sign.isprintable())


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, never within a character; what follows begins with a blank."""
    piece, room = "", _OCTETS
    for sign in line:
        width = len(sign.encode())
        if width > room:
            yield piece
            piece, room = " ", _OCTETS - 1
        piece, room = piece + sign, room - width
    yield piece
