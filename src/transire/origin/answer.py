"""The answer to an origin case, in types: outcome, criterion, method, rule, figures, tests, what is missing, headroom.

Only what applies appears. Figures are decimal strings, exact to at least ten significant digits, and were compared
unrounded.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from transire.origin.case import Method

Outcome = Literal["originating", "not_originating", "undetermined"]
ToleranceBase = Literal["transaction_value", "total_cost", "adjusted_value", "weight"]


class Answered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all parts of an answer share."""


class RuleUsed(Answered, frozen=True, kw_only=True):
    """The rule that was applied, and the number of the alternative, counted from 1."""

    scope: str
    text: str
    edition: str
    citation: str
    alternative: int | None = None


class Figures(Answered, frozen=True, kw_only=True):
    """The figures that the answer rests on. Contents per cent, `de_minimis_share` a fraction, the rest amounts."""

    total_cost: str | None = None
    excluded_costs: str | None = None
    net_cost: str | None = None
    value_non_originating: str | None = None
    value_originating: str | None = None
    transaction_value: str | None = None
    adjusted_value: str | None = None
    regional_value_content: str | None = None
    regional_value_content_needed: str | None = None
    de_minimis_share: str | None = None
    de_minimis_base: ToleranceBase | None = None
    materials_not_shifting: tuple[str, ...] = ()


NO_FIGURES: Final = Figures()
"""Left out of what is written, and no other that equals it."""


class Tested(msgspec.Struct, frozen=True):
    """One test of the law: what it needs, what was found, whether it is met; null where a fact is missing."""

    test: str
    citation: str
    needed: str
    found: str
    met: bool | None


class Missing(msgspec.Struct, frozen=True):
    """A fact without which the answer stays open; `fact` is the member of the case, `asked_by` the law."""

    fact: str
    why: str
    asked_by: str


class ToSource(msgspec.Struct, frozen=True):
    """A material that is worth sourcing in the region, and why."""

    material: str
    why: str


class Headroom(Answered, frozen=True, kw_only=True):
    """How far the answer holds, or what would change it. Negative: by how much the amount must change."""

    value_non_originating_may_rise: str | None = None
    value_may_fall: str | None = None
    value_originating_may_fall: str | None = None
    not_shifting_may_rise: str | None = None
    """Within the tolerance: an amount, or kg where it is measured by weight."""
    materials_to_source: tuple[ToSource, ...] = ()
    alternative: int | None = None


class Answer(Answered, frozen=True, kw_only=True):
    """The answer to one case."""

    outcome: Outcome
    case: str | None = None
    criterion: str | None = None
    method: Method | None = None
    rule: RuleUsed | None = None
    figures: Figures = NO_FIGURES
    tests: tuple[Tested, ...] = ()
    missing: tuple[Missing, ...] = ()
    headroom: Headroom = Headroom()
    notices: tuple[str, ...] = ()
