"""Statutory clocks over leap days, holidays, daylight saving, weekends and postponements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.procedures.clocks import (
    ClockUnknown,
    Due,
    PostponementRefused,
    State,
    TimeWithoutZone,
    add_business_days,
    anniversary,
    business_day_before,
    clock_on,
    clocks,
    due,
    holidays_of,
    is_business_day,
    local_day,
    postpone,
)


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "started", "expected"),
    [
        ("usmca-request", noon(2026, 11, 2), date(2026, 12, 2)),
        ("usmca-request", noon(2024, 2, 1), date(2024, 3, 2)),  # over a leap day
        ("usmca-request", noon(2025, 2, 1), date(2025, 3, 3)),
        ("information-request", noon(2019, 12, 15), date(2020, 1, 14)),
        ("determination", noon(2023, 12, 1), date(2024, 3, 30)),
        ("determination-exceptional", noon(2026, 1, 1), date(2026, 7, 30)),
        ("nafta-letter", noon(2020, 6, 30), date(2020, 7, 30)),  # the law of the day on which it began
        ("refund-claim", noon(2024, 2, 29), date(2025, 2, 28)),
        ("refund-claim", noon(2023, 2, 28), date(2024, 2, 28)),
        ("records", noon(2024, 2, 29), date(2029, 2, 28)),
        ("protest", noon(2026, 1, 2), date(2026, 7, 1)),
        ("liquidation", noon(2026, 1, 2), date(2026, 11, 12)),
        ("detention-notice", noon(2026, 11, 23), date(2026, 12, 1)),  # over Thanksgiving and a weekend
        ("detention-answer", noon(2026, 12, 22), date(2027, 1, 4)),  # over Christmas and New Year
        ("seizure-disclosure", noon(2026, 6, 1), date(2026, 7, 15)),  # over Juneteenth and the observed 4th of July
    ],
)
def test_due_dates(clock: str, started: datetime, expected: date) -> None:
    assert due(clock, started).due == expected


def test_a_correction_ends_before_the_liquidation_too() -> None:
    found = due("summary-correction", noon(2026, 1, 2))
    assert found.due == due("liquidation", noon(2026, 1, 2)).due - timedelta(days=15)
    assert found.due < date(2026, 1, 2) + timedelta(days=300)


def test_the_day_is_that_of_the_place() -> None:
    late = datetime(2026, 11, 3, 4, 30, tzinfo=UTC)  # 23:30 on the 2nd in New York, 20:30 in Los Angeles
    assert due("usmca-request", late).started == date(2026, 11, 2)
    assert due("usmca-request", late + timedelta(hours=1)).started == date(2026, 11, 3)
    assert due("usmca-request", late + timedelta(hours=1), zone="America/Los_Angeles").started == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("started", "closes", "hours"),
    [
        (noon(2026, 2, 6), datetime(2026, 3, 9, 4, tzinfo=UTC), 23),  # due on 8 March: clocks go forward
        (noon(2026, 10, 2), datetime(2026, 11, 2, 5, tzinfo=UTC), 25),  # due on 1 November: clocks go back
        (noon(2026, 6, 1), datetime(2026, 7, 2, 4, tzinfo=UTC), 24),
    ],
)
def test_the_last_day_lasts_until_midnight_whatever_its_length(started: datetime, closes: datetime, hours: int) -> None:
    found = due("usmca-request", started)
    assert found.closes == closes
    begins = closes - timedelta(hours=hours)
    assert local_day(begins, found.zone) == found.due
    assert local_day(begins - timedelta(seconds=1), found.zone) == found.due - timedelta(days=1)
    assert found.state(begins - timedelta(seconds=1)) is State.RUNNING
    assert found.state(begins) is State.DUE_TODAY
    assert found.state(closes - timedelta(microseconds=1)) is State.DUE_TODAY
    assert found.state(closes) is State.OVERDUE
    assert (found.days_left(begins), found.days_left(closes)) == (0, -1)


def test_a_last_day_that_is_no_business_day_is_told() -> None:
    saturday = due("usmca-request", noon(2026, 11, 5))
    assert saturday.due == date(2026, 12, 5)
    assert "2026-12-04" in saturday.note
    assert due("usmca-request", noon(2026, 11, 4)).note == ""


# Postponement of a visit: asked within 15 days, by 60 days at most (19 CFR 182.74).


@pytest.fixture
def visit() -> Due:
    return due("visit-consent", noon(2026, 11, 2))


def test_a_visit_can_be_put_off_once(visit: Due) -> None:
    later = postpone(visit, 60, noon(2026, 11, 17))
    assert later.due == visit.due + timedelta(days=60) == date(2027, 1, 31)
    assert later.postponed_by == 60
    with pytest.raises(PostponementRefused, match="once"):
        postpone(later, 1, noon(2026, 11, 17))


@pytest.mark.parametrize(
    ("days", "asked"),
    [
        (61, noon(2026, 11, 3)),
        (0, noon(2026, 11, 3)),
        (-5, noon(2026, 11, 3)),
        (10, noon(2026, 11, 18)),
        (10, noon(2026, 11, 1)),
    ],
)
def test_what_the_law_does_not_allow_is_refused(visit: Due, days: int, asked: datetime) -> None:
    with pytest.raises(PostponementRefused):
        postpone(visit, days, asked)


def test_other_clocks_are_not_put_off() -> None:
    with pytest.raises(PostponementRefused):
        postpone(due("protest", noon(2026, 11, 2)), 5, noon(2026, 11, 3))


def test_a_clock_runs_only_under_its_law() -> None:
    with pytest.raises(ClockUnknown):
        due("nafta-letter", noon(2020, 7, 1))
    with pytest.raises(ClockUnknown):
        due("usmca-request", noon(2020, 6, 30))
    with pytest.raises(ClockUnknown):
        due("sundial", noon(2026, 1, 1))
    with pytest.raises(TimeWithoutZone):
        due("protest", datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_every_row_is_whole() -> None:
    for row in clocks():
        assert sum(length is not None for length in (row.days, row.business_days, row.years)) == 1, row.id
        assert row.citation
        assert row.title
        assert row.length
        assert clock_on(row.id, row.start) is row
        if row.before is not None:
            assert clock_on(row.before.clock, row.start)


# Holidays, beside the text of 5 USC 6103 worked out again.


def nth(year: int, month: int, weekday: int, number: int) -> date:
    days = [date(year, month, day) for day in range(1, 32) if day <= 31 and _is_day(year, month, day)]
    return [day for day in days if day.weekday() == weekday][number]


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def legal_holidays(year: int) -> set[date]:
    """5 USC 6103(a), (b): a Saturday's is observed on Friday; by Executive Order 11582 a Sunday's is on Monday."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25), date(year + 1, 1, 1)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    observed = {
        day - timedelta(days=1) if day.weekday() == 5 else day + timedelta(days=1) if day.weekday() == 6 else day
        for day in fixed
    }
    floating = {
        nth(year, 1, 0, 2),
        nth(year, 2, 0, 2),
        nth(year, 5, 0, -1),
        nth(year, 9, 0, 0),
        nth(year, 10, 0, 1),
        nth(year, 11, 3, 3),
    }
    return {day for day in observed | floating if day.year == year}


@pytest.mark.parametrize("year", range(2004, 2041))
def test_holidays_are_those_of_the_law(year: int) -> None:
    assert {day for day in holidays_of(year) if day.weekday() < 5} == legal_holidays(year)


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.integers(1, 60))
def test_business_days_are_counted_one_by_one(day: date, count: int) -> None:
    found = add_business_days(day, count)
    between = [day + timedelta(days=step) for step in range(1, (found - day).days + 1)]
    assert sum(map(is_business_day, between)) == count
    assert is_business_day(found)


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)))
def test_the_business_day_before(day: date) -> None:
    before = business_day_before(day)
    assert before < day
    assert is_business_day(before)
    assert not any(is_business_day(before + timedelta(days=step)) for step in range(1, (day - before).days))


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 9))
def test_an_anniversary_is_the_same_day_or_the_28th_of_february(day: date, years: int) -> None:
    found = anniversary(day, years)
    assert found.year == day.year + years
    assert (found.month, found.day) in {(day.month, day.day), (2, 28)}
