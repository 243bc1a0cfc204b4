"""Statutory clocks: when something is due by the law of its day, in days, business days or years.

A clock starts with an event, whose time the ledger knows as an instant. Days are counted by the calendar of the place
where customs decides: the day of the event is day nought, and the last day lasts until midnight there, whether that day
has 23, 24 or 25 hours. Business days leave out Saturdays, Sundays and the legal holidays of the United States
(5 USC 6103), as they are observed. Clocks are dated rows of law in `clocks.json`, each with its citation.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import msgspec

from transire.errors import TransireError


class ClockUnknown(TransireError):
    """A clock that is not in the table, or not on that day."""

    code = "clocks.unknown"
    sentence = "No clock of this name runs by the law of that day."
    fix = "Choose a clock of the table, and a start on which its law was in force."


class PostponementRefused(TransireError):
    """A postponement that the law does not allow."""

    code = "clocks.postponement"
    sentence = "The due date cannot be put off so."
    fix = "Ask within the days that the law gives for it, and for no more days than it allows."


class TimeWithoutZone(TransireError):
    """An instant is asked for: a time with its zone."""

    code = "clocks.time-without-zone"
    sentence = "The start of a clock is a time with its zone."
    fix = "Give the time of the ledger, which is in UTC."


class Postponement(msgspec.Struct, frozen=True):
    """By how many days at most a clock may be put off, and within how many days of its start that is asked."""

    asked_within_days: int
    most_days: int
    citation: str


class Before(msgspec.Struct, frozen=True):
    """A clock that also ends some days before another one does."""

    clock: str
    days: int


class Clock(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "until"}):
    """One row of the table; exactly one of `days`, `business_days` and `years` is set."""

    id: str
    title: str
    starts: str
    start: date
    end: date | None
    citation: str
    confirmed: bool
    days: int | None = None
    business_days: int | None = None
    years: int | None = None
    postponement: Postponement | None = None
    before: Before | None = None

    @property
    def length(self) -> str:
        """The length in words."""
        if self.business_days is not None:
            return f"{self.business_days} business days"
        return f"{self.days} days" if self.days is not None else f"{self.years} years"


class _Table(msgspec.Struct, frozen=True):
    zone: str
    zone_citation: str
    clocks: tuple[Clock, ...]


class State(Enum):
    """Where a clock stands."""

    RUNNING = "running"
    DUE_TODAY = "due today"
    OVERDUE = "overdue"


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """When something is due. `closes` is the first instant after the last day, in UTC.

    `postponed_by` are days that were added. `note` says what a person has to know of the last day.
    """

    clock: str
    title: str
    started: date
    due: date
    closes: datetime
    zone: str
    citation: str
    confirmed: bool
    postponed_by: int = 0
    note: str = ""

    def days_left(self, now: datetime) -> int:
        """Whole days until the last day where customs decides; negative once it is over."""
        return (self.due - local_day(now, self.zone)).days

    def state(self, now: datetime) -> State:
        """Where the clock stands at an instant."""
        if _aware(now) >= self.closes:
            return State.OVERDUE
        return State.DUE_TODAY if self.days_left(now) == 0 else State.RUNNING


@cache
def _table() -> _Table:
    return msgspec.json.decode((files("transire.procedures") / "clocks.json").read_bytes(), type=_Table)


def clocks() -> tuple[Clock, ...]:
    """Every row of the table."""
    return _table().clocks


def customs_zone() -> str:
    """The zone by whose calendar customs counts days, unless a port in another one is named."""
    return _table().zone


def is_over(day: date, now: datetime, *, zone: str | None = None) -> bool:
    """Whether a last day is over where customs decides.

    >>> is_over(date(2026, 12, 2), datetime(2026, 12, 3, 4, 59, tzinfo=UTC))  # a minute before midnight there
    False
    """
    return local_day(now, zone or customs_zone()) > day


def end_of(day: date, *, zone: str | None = None) -> datetime:
    """The first instant after a day where customs decides, in UTC.

    >>> end_of(date(2026, 12, 2)).isoformat()
    '2026-12-03T05:00:00+00:00'
    """
    return _midnight_after(day, zone or customs_zone())


def clock_on(clock_id: str, day: date) -> Clock:
    """The row of a clock that holds for a start on this day; refuse one that does not run then."""
    for row in clocks():
        if row.id == clock_id and row.start <= day and (row.end is None or day <= row.end):
            return row
    raise ClockUnknown(got=f"{clock_id[:40]} on {day.isoformat()}", expected=", ".join(row.id for row in clocks()))


def due(clock_id: str, started: datetime, *, zone: str | None = None) -> Due:
    """When something is due by a clock that started at an instant.

    >>> due("usmca-request", datetime(2026, 11, 3, 2, 0, tzinfo=UTC)).due.isoformat()  # still 2 November there
    '2026-12-02'
    """
    where = zone or _table().zone
    first = local_day(started, where)
    row = clock_on(clock_id, first)
    last = _last_day(row, first)
    if row.before is not None:
        other = due(row.before.clock, started, zone=where)
        last = min(last, other.due - timedelta(days=row.before.days))
    return _due(row, first, last, where, 0)


def dates_of_entry(entered: date, imported: date) -> tuple[Due, ...]:
    """The last days that the law sets for an entry, the earliest first; a protest counts from scheduled liquidation.

    >>> [one.clock for one in dates_of_entry(date(2026, 11, 14), date(2026, 11, 14))][:2]
    ['summary-correction', 'liquidation']
    """
    started = noon_of(entered)
    liquidation = due("liquidation", started)
    found = (
        due("summary-correction", started),
        liquidation,
        due("liquidation-limit", started),
        due("refund-claim", noon_of(imported)),
        due("protest", noon_of(liquidation.due)),
        due("records", started),
    )
    return tuple(sorted(found, key=lambda one: one.due))


def noon_of(day: date) -> datetime:
    """Noon of a day where customs decides: the start of a clock whose event has a day and no hour."""
    return datetime.combine(day, time(12), tzinfo=ZoneInfo(customs_zone()))


def postpone(given: Due, days: int, asked: datetime) -> Due:
    """The same clock put off, if the law lets it be and it was asked in time; at most once (19 CFR 182.74)."""
    row = clock_on(given.clock, given.started)
    rule = row.postponement
    if rule is None:
        raise PostponementRefused(got=row.title, expected="a clock that the law lets one put off")
    if given.postponed_by:
        raise PostponementRefused(got=f"put off by {given.postponed_by} days already", expected="once")
    if not 1 <= days <= rule.most_days:
        raise PostponementRefused(got=f"{days} days", expected=f"1 to {rule.most_days} days ({rule.citation})")
    asked_on = local_day(asked, given.zone)
    until = given.started + timedelta(days=rule.asked_within_days)
    if not given.started <= asked_on <= until:
        raise PostponementRefused(got=f"asked on {asked_on.isoformat()}", expected=f"asked by {until.isoformat()}")
    return _due(row, given.started, given.due + timedelta(days=days), given.zone, days)


def _due(row: Clock, first: date, last: date, zone: str, postponed_by: int) -> Due:
    return Due(
        clock=row.id,
        title=row.title,
        started=first,
        due=last,
        closes=_midnight_after(last, zone),
        zone=zone,
        citation=row.citation,
        confirmed=row.confirmed,
        postponed_by=postponed_by,
        note=""
        if is_business_day(last)
        else f"the last day is no business day; the one before it is {business_day_before(last).isoformat()}",
    )


def _last_day(row: Clock, first: date) -> date:
    if row.days is not None:
        return first + timedelta(days=row.days)
    if row.business_days is not None:
        return add_business_days(first, row.business_days)
    return anniversary(first, row.years or 0)


def anniversary(day: date, years: int) -> date:
    """The same day some years later; 28 February where there is no 29th, which is the earlier and the safe one.

    >>> anniversary(date(2024, 2, 29), 1).isoformat()
    '2025-02-28'
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def local_day(instant: datetime, zone: str) -> date:
    """The day of the calendar at a place."""
    return _aware(instant).astimezone(ZoneInfo(zone)).date()


def _midnight_after(day: date, zone: str) -> datetime:
    """The instant at which a day is over at a place."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise TimeWithoutZone(got=instant.isoformat())
    return instant


# Business days.


@cache
def holidays_of(year: int) -> frozenset[date]:
    """The legal public holidays of a year on the days on which federal offices observe them (5 USC 6103(a), (b))."""
    from holidays import country_holidays

    # The next year's New Year's Day may be observed on the last day of this one.
    listed = country_holidays("US", years=[year, year + 1], observed=True)
    return frozenset(day for day in listed if day.year == year)


def is_business_day(day: date) -> bool:
    """Whether federal offices are open: no Saturday, no Sunday, no legal holiday.

    >>> is_business_day(date(2026, 7, 3)), is_business_day(date(2026, 7, 6))  # the 4th is a Saturday
    (False, True)
    """
    return day.weekday() < 5 and day not in holidays_of(day.year)


def business_days_after(day: date) -> Iterator[date]:
    """The business days after a day, the next one first."""
    while True:
        day += timedelta(days=1)
        if is_business_day(day):
            yield day


def add_business_days(day: date, count: int) -> date:
    """The count-th business day after a day.

    >>> add_business_days(date(2026, 11, 25), 1).isoformat()  # Thanksgiving lies between
    '2026-11-27'
    """
    following = business_days_after(day)
    for _ in range(count - 1):
        next(following)
    return next(following)


def business_day_before(day: date) -> date:
    """The last business day before a day."""
    day -= timedelta(days=1)
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day
