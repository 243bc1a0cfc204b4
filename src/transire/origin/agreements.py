"""Trade agreements as dated data: when they bind, whom, and what a certification under each must say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from transire.origin.errors import AgreementUnknown

Capacity = Literal["importer", "exporter", "producer"]


class Criterion(msgspec.Struct, frozen=True):
    """One way to originate, as certifications name it."""

    title: str
    citation: str


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One trade agreement, as the United States applies it."""

    id: str
    title: str
    short: str
    citation: str
    in_force_from: date
    in_force_until: date | None
    parties: dict[str, date]
    general_note: str
    schema_id: str
    certification_citation: str
    certifiers: tuple[Capacity, ...]
    criteria: dict[str, Criterion]
    blanket_months: int
    blanket_citation: str
    validity_years: int
    validity_citation: str
    record_years: int
    record_citation: str
    possession_citation: str
    waiver_usd: Decimal
    waiver_citation: str
    statement: str
    statement_citation: str
    statement_exact: bool

    def is_in_force(self, on: date) -> bool:
        """Whether goods entered on this day could claim under the agreement.

        >>> agreement("nafta").is_in_force(date(2020, 7, 1))
        False
        """
        return self.in_force_from <= on and (self.in_force_until is None or on <= self.in_force_until)

    def day_to_browse(self, today: date) -> date:
        """The day whose rules are meant where none is named: today, or the last day of an agreement that has ended.

        >>> agreement("nafta").day_to_browse(date(2026, 11, 28)), agreement("usmca").day_to_browse(date(2026, 11, 28))
        (datetime.date(2020, 6, 30), datetime.date(2026, 11, 28))
        """
        return today if self.in_force_until is None else min(today, self.in_force_until)

    def is_party(self, country: str, on: date) -> bool:
        """Whether the country was a party on this day.

        >>> agreement("cafta_dr").is_party("CR", date(2008, 12, 31))
        False
        """
        since = self.parties.get(country)
        return since is not None and since <= on and self.is_in_force(on)

    def blanket_end(self, start: date) -> date:
        """The last day that a blanket period beginning on `start` may cover.

        >>> agreement("usmca").blanket_end(date(2026, 1, 1)).isoformat()
        '2026-12-31'
        """
        after = _later(start, months=self.blanket_months)
        # A period that begins on 29 February has no such day to end before: it ends with that February.
        return after if after.day != start.day else after - timedelta(days=1)

    def validity_end(self, certified_on: date) -> date:
        """The last day on which a claim may rest on a certification of this date.

        >>> agreement("usmca").validity_end(date(2024, 2, 29)).isoformat()
        '2028-02-29'
        """
        return _later(certified_on, months=12 * self.validity_years)


class _Agreements(msgspec.Struct, frozen=True):
    agreements: tuple[Agreement, ...]


@cache
def agreements() -> dict[str, Agreement]:
    """Every agreement of the data, by id."""
    raw = (files("transire.origin") / "data" / "agreements.json").read_bytes()
    listed = msgspec.json.decode(raw, type=_Agreements)
    return {agreement.id: agreement for agreement in listed.agreements}


def agreement(agreement_id: str) -> Agreement:
    """One agreement by its id.

    >>> agreement("usmca").certification_citation
    '19 CFR 182.12'
    """
    try:
        return agreements()[agreement_id]
    except KeyError:
        raise AgreementUnknown(got=repr(agreement_id)[:40]) from None


def agreement_of_schema(schema_id: str) -> Agreement:
    """The agreement under which a certification of this schema speaks."""
    for found in agreements().values():
        if found.schema_id == schema_id:
            return found
    raise AgreementUnknown(got=repr(schema_id)[:80])


def _later(day: date, *, months: int) -> date:
    """The same day some months later; the last day of a month that is too short for it."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
