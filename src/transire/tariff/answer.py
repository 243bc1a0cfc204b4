"""What the computation of a case answers: every figure with its formula, its citation and the day of its source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from transire.errors import TransireError
from transire.tariff.notices import Notice


class Charge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure: duty on a tariff number, or a fee of a class. `amount` is in US dollars and cents.

    `exact` is the amount before rounding, `as_of` the date of the edition or of the row of law that it rests on.
    """

    code: str
    title: str
    formula: str
    exact: str
    amount: Decimal
    citation: str
    as_of: date
    rate: str = ""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal as data: the members of `TransireError.as_problem`."""

    code: str
    sentence: str
    fix: str
    got: str | None = None
    expected: str | None = None
    where: str | None = None


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. `duty` is null where it cannot be computed; then `problems` says why."""

    line: int
    tariff_number: str
    entered_value: Decimal | None
    duty: Decimal | None
    column: str = ""
    description: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()
    fees: tuple[Charge, ...] = ()
    exemption: str = ""
    quantities: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    problems: tuple[Problem, ...] = ()


class Totals(msgspec.Struct, frozen=True):
    """The totals of the entry in US dollars; null where a part of one is not known."""

    entered_value: Decimal | None
    duty: Decimal | None
    fees: Decimal | None
    total: Decimal | None


class CaseAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One case. `problems` are those of the case as a whole."""

    entry_date: date
    lines: tuple[LineAnswer, ...]
    fees: tuple[Charge, ...]
    totals: Totals
    reference: str | None = None
    notices: tuple[Notice, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every figure could be computed."""
        return self.totals.total is not None

    def as_json(self) -> dict[str, Any]:
        """The answer for the JSON doors; amounts are texts."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made


def problem_of(refusal: TransireError, where: str) -> Problem:
    """A refusal as data; `where` is the place in the case, unless the refusal knows a closer one."""
    said = refusal.as_problem()
    return Problem(**{**said, "where": said.get("where", where)})
