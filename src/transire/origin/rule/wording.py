"""The canonical sentence of a rule: one wording for every construct, that reads back to the same tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from transire.origin.rule.codes import CodeRange, Level
from transire.origin.rule.tree import (
    Alternative,
    AnyOther,
    Bound,
    Change,
    ChemicalReaction,
    Circumstance,
    CutAndSewn,
    Excluded,
    From,
    Goods,
    Here,
    Method,
    NoChange,
    NotBy,
    Production,
    Proportion,
    Proviso,
    Rule,
    Several,
    Source,
    Stated,
    Unread,
    ValueLimit,
    VisibleLining,
)

LEVEL_NAME: Final[dict[Level, str]] = {
    "chapter": "chapter",
    "heading": "heading",
    "subheading": "subheading",
    "item": "tariff item",
}
METHOD_NAME: Final[dict[Method, str]] = {
    "transaction_value": "transaction value",
    "net_cost": "net cost",
    "build_up": "build-up",
    "build_down": "build-down",
}
_BOUND: Final[dict[Bound, str]] = {
    "at_most": "no more than",
    "at_least": "no less than",
    "less_than": "less than",
    "more_than": "more than",
}
_MEASURE: Final = {"weight": "weight", "dry_weight": "dry weight", "volume": "volume"}
_SHAPE: Final = {
    "cut": "both cut and sewn or otherwise assembled",
    "cut_or_knit": "both cut (or knit to shape) and sewn or otherwise assembled",
    "cut_or_knit_or_both": "cut or knit to shape, or both, and sewn or otherwise assembled",
}
_TERRITORY: Final = "in the territory of one or more of the parties"


def say_rule(rule: Rule) -> str:
    """The whole rule as a sentence.

    >>> from transire.origin.rule.reading import read_rule
    >>> say_rule(read_rule("A change to headings 84.14 through 84.15 from any heading outside that group."))
    'A change to headings 8414 through 8415 from any other heading outside that group.'
    """
    *earlier, last = [say_alternative(one) for one in rule.alternatives]
    return "; or ".join([*earlier, last]) + "."


def say_alternative(alternative: Alternative) -> str:
    """One alternative, with its label, without a full stop."""
    way, tail = _way(alternative.way), ""
    if alternative.value:
        tail += f", provided there is {say_value(alternative.value)}"
    for proviso in alternative.provisos:
        tail += _tied(proviso)
    if alternative.guard:
        way = f"{alternative.guard}: {way[0].lower()}{way[1:]}"
    return _label(alternative.label) + way + tail


def _label(label: str) -> str:
    if not label:
        return ""
    first, _, rest = label.partition("(")
    return f"({first})" + (f"({rest}" if rest else "") + " "


def _way(way: Change | NoChange | Production | Unread) -> str:
    if isinstance(way, Unread):
        return way.words
    if isinstance(way, Production):
        return f"Production of {say_target(way.target)} as the result of {_or(way.processes)}"
    if isinstance(way, NoChange):
        target = "" if way.target is None else f" to {say_target(way.target)}"
        return f"No change in tariff classification{target} is required{_also(way.also)}"
    text = f"A change to {say_target(way.target)} from {_sources(way.source)}{_also(way.also)}"
    return text + (", whether or not a change in tariff classification occurs" if way.any_classification else "")


def _also(also: From | None) -> str:
    return "" if also is None else f", whether or not there is also a change from {_sources(also)}"


def _sources(found: From) -> str:
    return _or_from([say_source(one) for one in found.sources]) + _exceptions(found.excluded)


def _exceptions(excluded: Sequence[Excluded]) -> str:
    """The exceptions; those without a target or a circumstance of their own share one "except"."""
    text, shared = "", False
    for one in excluded:
        is_plain = one.target is None and one.when is None and not _is_combination(one.source)
        text += f", or from {say_source(one.source)}" if is_plain and shared else _except(one)
        shared = is_plain
    return text


def _is_combination(source: Source) -> bool:
    return isinstance(source, Several) and source.how == "any_combination"


def _except(excluded: Excluded) -> str:
    opening = "from " if excluded.target is None else f"a change to {say_target(excluded.target)} from "
    return f", except {opening}{say_source(excluded.source)}{_circumstance(excluded.when)}"


def _circumstance(when: Circumstance | None) -> str:
    if when is None:
        return ""
    joint = " unless " if when.unless else " when "
    if when.kind == "simple_assembly":
        return f"{joint}resulting from a simple assembly"
    if when.kind == "gri_2a":
        return f"{joint}that change is pursuant to General Rule of Interpretation 2(a)"
    return joint + when.words


def say_target(goods: Goods) -> str:
    """Goods as the target of a change: "vermouth of heading 2205", "any other good of subheading 2811.29"."""
    text = _named(goods)
    for one in goods.less:
        text += f", other than {say_target(one)}"
    return text + (f", {goods.which}" if goods.which else "")


def say_source(source: Source) -> str:
    """A source as the list after "from" has it."""
    if isinstance(source, Here):
        return f"within that {LEVEL_NAME[source.level]}"
    if isinstance(source, AnyOther):
        return _any_other(source)
    if isinstance(source, Several):
        return _several(source)
    return _named(source) + (f" {source.which}" if source.which else "")


def _any_other(source: AnyOther) -> str:
    word = LEVEL_NAME[source.level]
    text = f"any {'other ' if source.other else ''}{word}"
    if source.within:
        text += f" within {say_codes(source.within)}"
    if source.group == "including":
        text += f", including another {word} within " + (say_codes(source.group_codes) or "that group")
    elif source.group is not None:
        text += " outside that group" if source.group == "outside" else " within that group"
    return text


def _several(source: Several) -> str:
    parts = [_named(one) for one in source.parts]
    if source.how == "both":
        return "a combination of both: " + ", ".join(f"- {part}" for part in parts)
    if source.how == "any_combination":
        return ", ".join(parts) + " or combinations thereof"
    return "more than one of the following: " + ", ".join(f"- {part}" for part in parts)


def _named(goods: Goods) -> str:
    where = f"that {LEVEL_NAME[goods.here]}" if goods.here else say_codes(goods.codes)
    if goods.other:
        name = f"any other {goods.words or 'good'}"
    elif goods.words or goods.here:
        name = goods.words or "a good"
    else:
        return where
    return f"{name} of {where}" if where else name


def say_codes(codes: Sequence[CodeRange]) -> str:
    """Codes with the word of their level.

    >>> say_codes((CodeRange("841311", "841382"), CodeRange("841430", "841430")))
    'subheadings 8413.11 through 8413.82 or 8414.30'
    """
    if not codes:
        return ""
    many = len(codes) > 1 or codes[0].first != codes[0].last
    return f"{LEVEL_NAME[codes[0].kind]}{'s' if many else ''} {_or([_range(one) for one in codes])}"


def _range(codes: CodeRange) -> str:
    first, last = dotted(codes.first), dotted(codes.last)
    return first if first == last else f"{first} through {last}"


def dotted(code: str) -> str:
    """A code as the schedules print it.

    >>> dotted("84137020")
    '8413.70.20'
    """
    return ".".join([code[:4], *(code[at : at + 2] for at in range(4, len(code), 2))])


def say_value(limits: Sequence[ValueLimit]) -> str:
    """A value content: "a regional value content of not less than 50 percent where the net cost method is used"."""
    return f"a regional value content of not less than {', or '.join(map(_limit, limits))}"


def _limit(limit: ValueLimit) -> str:
    text = f"{plain(limit.percent)} percent"
    if limit.method is not None:
        text += f" where the {METHOD_NAME[limit.method]} method is used"
    if limit.when:
        text += f" and {limit.when}"
    if limit.start is not None:
        text += f", beginning on {say_day(limit.start)}"
    return text + (f" and ending on {say_day(limit.end)}" if limit.end is not None else "")


def plain(number: Decimal) -> str:
    """A number without an exponent.

    >>> plain(Decimal("1E+1"))
    '10'
    """
    return f"{number:f}"


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def say_day(day: date) -> str:
    """A day as the treaties write it.

    >>> say_day(date(2020, 7, 1))
    'July 1, 2020'
    """
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _tied(proviso: Proviso) -> str:
    if isinstance(proviso, NotBy):
        if proviso.when.kind == "stated":
            return f", except for changes {proviso.when.words}"
        return f", except{_circumstance(proviso.when)}"
    if isinstance(proviso, Stated) and proviso.joint != "provided that":
        return f"{':' if proviso.joint == ':' else f', {proviso.joint}'} {proviso.words}"
    return f", provided that {say_proviso(proviso)}"


def say_proviso(proviso: Proviso) -> str:
    """A proviso without the words that tie it to its sentence."""
    if isinstance(proviso, CutAndSewn):
        return f"the good is {_SHAPE[proviso.shape]} {_TERRITORY}"
    if isinstance(proviso, VisibleLining):
        of = f"with respect to {proviso.of}, " if proviso.of else ""
        return (
            f"{of}the visible lining fabric listed in Note {proviso.note} to chapter {proviso.chapter} satisfies the "
            "tariff change requirements provided therein"
        )
    if isinstance(proviso, ChemicalReaction):
        return "the good is the product of a chemical reaction" + (f" {proviso.words}" if proviso.words else "")
    if isinstance(proviso, Proportion):
        return _proportion(proviso)
    return proviso.when.words if isinstance(proviso, NotBy) else proviso.words


def _proportion(share: Proportion) -> str:
    counted = {True: "the originating ", False: "the non-originating ", None: ""}[share.originating]
    return (
        f"{counted}{_named(share.of)} constitutes {_BOUND[share.bound]} {plain(share.percent)} percent by "
        f"{_MEASURE[share.measure]} of {share.whole}"
    )


def _or(items: Iterable[str]) -> str:
    *earlier, last = items
    return f"{', '.join(earlier)} or {last}" if earlier else last


def _or_from(items: Sequence[str]) -> str:
    """Sources in a row, each with its own "from", so that none runs into the next."""
    return ", or from ".join(items)
