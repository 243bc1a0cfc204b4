"""A rule of origin taken apart for plain words: what pages say of it in the reader's language.

The words of the treaty stay beside it and decide; what has no plain form (named goods, conditions) is shown in the
treaty's own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from transire.errors import TransireError
from transire.origin.answer import RuleUsed
from transire.origin.rule.codes import Level
from transire.origin.rule.reading import read_rule
from transire.origin.rule.tree import Alternative, AnyOther, Change, From, NoChange, Production
from transire.origin.rule.wording import plain, say_proviso, say_source

Group = Literal["including", "outside", "inside"]


@dataclass(frozen=True, slots=True)
class PlainValue:
    """At least so many per cent of regional value, by a method; None: by any that is open."""

    percent: str
    method: str | None


@dataclass(frozen=True, slots=True)
class PlainAlternative:
    """One way to meet the rule.

    `level`: every material has to come from another number at it; `group` what the numbers of the rule are to one
    another. `named` are sources that the rule names, `apart` those that do not count, `also` those that make no matter,
    `conditions` in the treaty's words.
    """

    number: int
    applied: bool
    way: Literal["change", "no_change", "production", "unread"]
    level: Level | None = None
    group: Group | None = None
    named: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    values: tuple[PlainValue, ...] = ()
    conditions: tuple[str, ...] = ()


def plain_rule(used: RuleUsed | None) -> tuple[PlainAlternative, ...]:
    """The ways to meet a rule, that which was applied marked; none where the words were not understood."""
    if used is None:
        return ()
    try:
        rule = read_rule(used.text)
    except TransireError:
        return ()
    return tuple(_alternative(number, one, used) for number, one in enumerate(rule.alternatives, start=1))


def _alternative(number: int, found: Alternative, used: RuleUsed) -> PlainAlternative:
    way = found.way
    values = tuple(PlainValue(plain(limit.percent), limit.method) for limit in found.value)
    conditions = (*([found.guard] if found.guard else []), *(say_proviso(one) for one in found.provisos))
    applied = used.alternative == number
    if isinstance(way, Change):
        sweeping = next((one for one in way.source.sources if isinstance(one, AnyOther)), None)
        return PlainAlternative(
            number=number,
            applied=applied,
            way="change",
            level=None if sweeping is None or not sweeping.other else sweeping.level,
            group=None if sweeping is None else sweeping.group,
            named=tuple(say_source(one) for one in way.source.sources if one is not sweeping),
            apart=tuple(say_source(one.source) for one in way.source.excluded),
            also=_also(way.also),
            values=values,
            conditions=conditions,
        )
    if isinstance(way, NoChange):
        also = _also(way.also)
        return PlainAlternative(number, applied, "no_change", also=also, values=values, conditions=conditions)
    if isinstance(way, Production):
        return PlainAlternative(number, applied, "production", named=way.processes, conditions=conditions)
    return PlainAlternative(number, applied, "unread", named=(way.words,))


def _also(also: From | None) -> tuple[str, ...]:
    return () if also is None else tuple(say_source(one) for one in also.sources)
