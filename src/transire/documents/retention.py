"""How long a record must be kept: duties of record keeping as dated rows of law, each with its citation.

A duty runs for some years from a date that the document itself, or an entry that rests on it, tells. Which of them bind
a holder depends on whether it issued the document or received it. Pure: what is known of entries is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from transire.errors import TransireError


class RetentionRuns(TransireError):
    """A record is to be destroyed that has to be kept."""

    code = "documents.retention-runs"
    sentence = "The law says that this record has to be kept longer."
    fix = "Wait for the day that is named; until then nobody can destroy it here."
    status = 409


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One duty of record keeping. `schemas` are beginnings of schema ids, `dates` places in the credential subject."""

    id: str
    title: str
    schemas: tuple[str, ...]
    holders: Literal["any", "issuer", "recipient"]
    years: int
    starts: str
    dates: tuple[str, ...]
    begins: date = msgspec.field(name="from")
    ends: date | None = msgspec.field(name="until")
    citation: str
    confirmed: bool
    """Whether the text of the provision was read; if not, it is common professional knowledge."""


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """A duty as it runs for one document: kept through `until`."""

    duty: str
    title: str
    citation: str
    confirmed: bool
    starts: str
    started: date
    until: date

    def runs(self, today: date) -> bool:
        """Whether the record must still be kept on a day."""
        return today <= self.until


class _Table(msgspec.Struct, frozen=True):
    duties: tuple[Duty, ...]


@cache
def duties() -> tuple[Duty, ...]:
    """Every duty of the table."""
    raw = files("transire.documents").joinpath("data/retention.json").read_bytes()
    return msgspec.json.decode(raw, type=_Table).duties


def keeping_of(
    schema_id: str, subject: Mapping[str, Any], *, issued: bool, known_on: date, entered: Iterable[date] = ()
) -> tuple[Keeping, ...]:
    """The duties that bind a holder of a document, and until when.

    `issued`: the holder issued it. `known_on`: the day from which on it exists at the latest. `entered`: the dates of
    the entries that rest on it, as far as the holder knows them. The latest of all dates counts.

    >>> found = keeping_of("entry-summary/1", {"entryDate": "2026-11-20"}, issued=True, known_on=date(2026, 11, 22))
    >>> [(each.citation, each.until.isoformat()) for each in found]
    [('19 USC 1508(c)(1)', '2031-11-20')]
    """
    later = tuple(entered)
    return tuple(
        _keeping(duty, started)
        for duty in duties()
        if schema_id.startswith(duty.schemas) and duty.holders in ("any", "issuer" if issued else "recipient")
        if _is_law(duty, started := _start(duty, subject, known_on, later))
    )


def _start(duty: Duty, subject: Mapping[str, Any], known_on: date, entered: tuple[date, ...]) -> date:
    told = [day for place in duty.dates if (day := _date_at(subject, place)) is not None]
    if duty.holders == "issuer":
        return max(told, default=known_on)
    return max((*told, *entered), default=known_on)


def _is_law(duty: Duty, day: date) -> bool:
    return duty.begins <= day and (duty.ends is None or day <= duty.ends)


def _keeping(duty: Duty, started: date) -> Keeping:
    return Keeping(
        duty=duty.id,
        title=duty.title,
        citation=duty.citation,
        confirmed=duty.confirmed,
        starts=duty.starts,
        started=started,
        until=_years_after(started, duty.years),
    )


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; of the 29th of February the 1st of March, where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _date_at(subject: Mapping[str, Any], place: str) -> date | None:
    value: Any = subject
    for name in place.strip("/").split("/"):
        value = value.get(name) if isinstance(value, Mapping) else None
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
