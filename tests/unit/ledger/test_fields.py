"""Quantities and times: exact, and with one spelling."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.ledger.fields import moment_of, scaled, seconds_of, unscaled

BILLIONTHS = st.integers(0, 10**28 - 1)


@given(BILLIONTHS)
def test_a_quantity_has_one_spelling(number: int) -> None:
    assert scaled(unscaled(number)) == number


@given(BILLIONTHS, BILLIONTHS)
def test_quantities_are_compared_as_decimals_are(first: int, second: int) -> None:
    assert (Decimal(unscaled(first)) < Decimal(unscaled(second))) == (first < second)


@pytest.mark.parametrize("text", ["", "1.", ".5", "1.0", "00", "+1", "1e1", "\u0661", "1\n", "1" * 20, "0.0000000001"])
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        scaled(text)


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001
def test_times_are_seconds_since_1970(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    text = whole.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)
    assert seconds_of(text) == int(whole.timestamp())
    assert moment_of(seconds_of(text)).zfill(20) == text
