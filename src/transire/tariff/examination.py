"""Examines the rows of an export: what in them cannot be so. It marks doubtful rates and corrects nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from transire.tariff.anomalies import DOUBTFUL, REPEATED, Anomaly
from transire.tariff.rate_reader import read_rate
from transire.tariff.rates import Unchanged, Unread
from transire.tariff.rows import Export, ScheduleRow
from transire.tariff.special_column import read_special

_RATE_LEVELS: Final = (8, 10)
_SPECIAL_CHAPTERS: Final = ("98", "99")
_TWO_PLACES: Final = re.compile(r"[0-9]+\.[0-9]{2}%")
_ONE_PERCENT: Final = re.compile(r"[0-9.]+%")
_SHOWN: Final = 120


def examine(form: str, rows: Sequence[ScheduleRow], found: Sequence[Anomaly]) -> Export:
    """The rows with their doubts, and everything that was found."""
    marked, doubts = _mark_doubtful(rows)
    anomalies = [*found, *_of_numbers(rows), *doubts, *_of_rates(marked), *_of_the_file(rows)]
    return Export(form, tuple(marked), tuple(sorted(anomalies, key=lambda one: one.row)))


def _of_numbers(rows: Sequence[ScheduleRow]) -> Iterator[Anomaly]:
    seen: set[str] = set()
    for at, row in enumerate(rows, 1):
        if not row.number:
            continue
        if not row.digits:
            yield Anomaly("number-form", at, row.number[:40], row.number[:40], _as_below(rows, at) or "NNNN.NN.NN.NN")
        elif row.digits in seen:
            yield Anomaly("number-repeated", at, row.number, row.number, "each number once")
        seen.add(row.digits)


def _as_below(rows: Sequence[ScheduleRow], at: int) -> str:
    """What the row below lets one suppose: `1003.9` stands above `1003.90.20.00`. A hint for a person, never used."""
    below = rows[at].number if at < len(rows) else ""
    padded = f"{rows[at - 1].number}0"
    return f"{padded}, as the next row has it" if below.startswith(f"{padded}.") else ""


def _mark_doubtful(rows: Sequence[ScheduleRow]) -> tuple[list[ScheduleRow], list[Anomaly]]:
    """Mark the general rates that were copied down from the row above.

    The publisher prints rates on items of eight digits and on the lines below only. If a heading has one, the file's
    general column was filled down; then only a rate that cannot be a copy is trusted: it differs from the row above, or
    Column 2 is filled as well. In chapters 98 and 99, where a number may print a rate in one column only, Column 2 must
    also say the same, or that it does not change.
    """
    filled = any(row.general and len(row.digits) not in _RATE_LEVELS for row in rows)
    if not filled:
        return list(rows), []
    marked: list[ScheduleRow] = []
    anomalies: list[Anomaly] = []
    before = ""
    for at, row in enumerate(rows, 1):
        doubt, expected = _doubt(row, before, marked)
        if doubt in DOUBTFUL:
            anomalies.append(Anomaly(doubt, at, row.number, row.general[:_SHOWN], expected))
        marked.append(msgspec.structs.replace(row, doubt=doubt) if doubt else row)
        before = row.general
    return marked, anomalies


def _doubt(row: ScheduleRow, before: str, above: Sequence[ScheduleRow]) -> tuple[str, str]:
    """The code of the doubt about this row's general rate, and what would be right; blank for none."""
    if not row.general:
        return "", ""
    if len(row.digits) not in _RATE_LEVELS:
        return "rate-on-heading", "a blank"
    if _column_2_bears_out(row):
        return "", ""
    owner = _owner(row, above)
    if owner is not None:
        return (
            (REPEATED, "")
            if owner.general == row.general
            else ("rate-contradicts", f"{owner.general} ({owner.number})")
        )
    return ("rate-filled-down", "a rate of its own, or a blank") if row.general == before else ("", "")


def _column_2_bears_out(row: ScheduleRow) -> bool:
    if row.digits[:2] not in _SPECIAL_CHAPTERS:
        return bool(row.column_2)
    return row.column_2 == row.general or isinstance(read_rate(row.column_2), Unchanged)


def _owner(row: ScheduleRow, above: Sequence[ScheduleRow]) -> ScheduleRow | None:
    """The nearest row over this one that has a general rate of its own."""
    at = row.parent
    while at >= 0:
        if above[at].general and not above[at].doubt:
            return above[at]
        at = above[at].parent
    return None


def _of_rates(rows: Sequence[ScheduleRow]) -> Iterator[Anomaly]:
    for at, row in enumerate(rows, 1):
        texts = ((row.general if not row.doubt else "", "General"), (row.column_2, "Column 2"))
        for text, column in texts:
            rate = read_rate(text) if text else None
            if isinstance(rate, Unread):
                yield Anomaly("rate-unread", at, row.number, text[:_SHOWN], f"a rate in {column}")
        if row.special and not read_special(row.special).is_read:
            yield Anomaly("special-unread", at, row.number, row.special[:_SHOWN], "rates with their indicators")


def _of_the_file(rows: Sequence[ScheduleRow]) -> Iterator[Anomaly]:
    """What is to be said once of the whole file, with how often it is so."""
    percents = [row.general for row in rows if _ONE_PERCENT.fullmatch(row.general)]
    if len(percents) > 1 and all(_TWO_PLACES.fullmatch(text) or text.count(".") == 0 for text in percents):
        padded = sum(1 for text in percents if text.endswith("0%") and "." in text)
        if padded:
            yield Anomaly("percent-reformatted", 0, "", f"{padded:,} percentages end in a zero that is not printed")
    marked = sum(1 for row in rows if "<" in f"{row.description}{row.general}{row.column_2}{''.join(row.units)}")
    if marked:
        yield Anomaly("markup", 0, "", f"{marked:,} rows")
    blank = sum(1 for row in rows if any(not unit for unit in row.units))
    if blank:
        yield Anomaly("unit-blank", 0, "", f"{blank:,} rows")
