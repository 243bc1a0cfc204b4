"""What the tariff commands say, line by line: a listing of the schedule, and the duty and fees of a case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from transire.tariff.answer import CaseAnswer, Charge, LineAnswer, Problem
from transire.tariff.notices import Notice
from transire.tariff.rate_reader import read_rate
from transire.tariff.rates import Rate, Unread
from transire.tariff.schedule import Listing
from transire.tariff.special_column import read_special


def listing_lines(found: Listing) -> Iterator[str]:
    """A number as the schedule prints it, with how each rate is read."""
    yield found.number
    yield from (f"{'  ' * depth}{text}" for depth, text in enumerate(found.description, 1))
    yield f"units     {', '.join(found.units) or 'none'}"
    yield f"general   {_said(found.general)}"
    if found.doubt:
        yield f"          in doubt ({found.doubt}): it is not computed with"
    yield from _special_lines(found.special)
    yield f"column 2  {_said(found.column_2)}"
    if found.additional:
        yield f"additional duties  {found.additional}"
    yield from (f"footnote  {note.text}" for note in found.footnotes)
    yield f"source    {found.source}"


def _special_lines(printed: str) -> Iterator[str]:
    column = read_special(printed)
    head = "special   "
    for one in column.rates:
        yield f"{head}{_read(one.rate)} for {', '.join(one.codes)}"
        head = "          "
    if column.bare is not None:
        yield f"{head}{_read(column.bare)} for every programme"
    if column.left:
        yield f"{head}not read: {column.left}"
    if not printed:
        yield f"{head}blank"


def _said(printed: str) -> str:
    return _read(read_rate(printed)) if printed else "blank"


def _read(rate: Rate) -> str:
    return f"{rate} (not read as a rate: {rate.why})" if isinstance(rate, Unread) else str(rate)


def answer_lines(answer: CaseAnswer) -> Iterator[str]:
    """A case: its lines, its fees, its totals, and what has to be known beside them."""
    title = f"{answer.reference}, entered" if answer.reference else "Entered"
    yield f"{title} {answer.entry_date.isoformat()}"
    for line in answer.lines:
        yield ""
        yield from _line(line)
    yield ""
    yield "Fees of the entry"
    yield from _charges(answer.fees) if answer.fees else iter(["  none that is known"])
    yield from _problems(answer.problems)
    yield from _notices(answer.notices)
    yield ""
    totals = answer.totals
    for name, amount in (
        ("entered value", totals.entered_value),
        ("duty", totals.duty),
        ("fees", totals.fees),
        ("total", totals.total),
    ):
        yield f"{name:<14} {_money(amount):>16}"


def _line(line: LineAnswer) -> Iterator[str]:
    yield f"Line {line.line}  {line.tariff_number}  {line.description[-1] if line.description else ''}"
    value = "not known" if line.entered_value is None else f"{line.entered_value} US dollars"
    yield f"  entered value {value}; column: {line.column or 'not known'}"
    if line.quantities:
        yield f"  quantities    {', '.join(line.quantities)}"
    yield from _charges(line.charges)
    if line.exemption:
        yield f"  no processing fee: {line.exemption}"
    yield from _problems(line.problems)
    yield from _notices(line.notices)
    yield f"  duty on the line {_money(line.duty)}"


def _charges(charges: tuple[Charge, ...]) -> Iterator[str]:
    for charge in charges:
        rate = f"  {charge.rate}" if charge.rate else ""
        yield f"  {charge.code:<14} {charge.title}{rate}"
        yield f"    {charge.formula} = {charge.exact}, that is {_money(charge.amount)}"
        yield f"    {charge.citation}; as of {charge.as_of.isoformat()}"


def _problems(problems: tuple[Problem, ...]) -> Iterator[str]:
    for one in problems:
        yield f"  NOT COMPUTED  {one.sentence} ({one.code})"
        if one.got:
            yield f"    got {one.got}"
        if one.expected:
            yield f"    expected {one.expected}"
        yield f"    {one.fix}"


def _notices(notices: tuple[Notice, ...]) -> Iterator[str]:
    for one in notices:
        yield f"  note  {one.sentence} {one.got} ({one.code})"


def _money(amount: Decimal | None) -> str:
    return "not known" if amount is None else f"{amount:,.2f} USD"
