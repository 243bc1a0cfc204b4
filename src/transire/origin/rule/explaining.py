"""A rule in plain words: what a producer must be able to say of its materials, alternative by alternative.

The words help to read the sentence and never replace it: a page that shows them shows the sentence too.
"""

from __future__ import annotations

from collections.abc import Sequence

from transire.origin.rule.tree import (
    Alternative,
    AnyOther,
    Change,
    ChemicalReaction,
    CutAndSewn,
    Excluded,
    From,
    Here,
    NoChange,
    NotBy,
    Production,
    Proportion,
    Proviso,
    Source,
    Unread,
    ValueLimit,
    VisibleLining,
)
from transire.origin.rule.wording import LEVEL_NAME, METHOD_NAME, plain, say_codes, say_day, say_proviso, say_source
from transire.origin.rule.wording import say_target as _target


def explain(alternative: Alternative) -> str:
    """What one alternative asks.

    >>> from transire.origin.rule.reading import read_rule
    >>> explain(read_rule("A change to heading 8481 from any other heading.").alternatives[0])
    'Every material that does not originate comes from another heading than the good.'
    """
    way = alternative.way
    if isinstance(way, Unread):
        return f"This alternative cannot be used here: {way.reason}."
    parts = [_way(way), *(_proviso(one) for one in alternative.provisos)]
    if alternative.value:
        parts.append(f"the regional value content is at least {' or '.join(map(_limit, alternative.value))}")
    goods = "" if not alternative.guard else f"{alternative.guard}: "
    if not isinstance(way, Production) and way.target is not None and _narrows(way):
        goods += f"For {_target(way.target)}: "
    said = "; and ".join(part for part in parts if part)
    return f"{goods}{said[0].upper()}{said[1:]}."


def _narrows(way: Change | NoChange) -> bool:
    target = way.target
    return target is not None and bool(target.words or target.which or target.other or target.less)


def _way(way: Change | NoChange | Production) -> str:
    if isinstance(way, Production):
        return f"the good is produced by {' or '.join(way.processes)}"
    if isinstance(way, NoChange):
        return "materials may be of any tariff number"
    text = f"every material that does not originate comes from {_from(way.source, way)}"
    if way.also is not None:
        text += f", or from {_from(way.also, way)}"
    return text + (", whatever its tariff number" if way.any_classification else "")


def _from(found: From, way: Change) -> str:
    return " or ".join(_source(one, way) for one in found.sources) + _exceptions(found.excluded)


def _source(source: Source, way: Change) -> str:
    if isinstance(source, Here):
        return f"the same {LEVEL_NAME[source.level]} as the good"
    if not isinstance(source, AnyOther):
        return f"{say_source(source)}"
    level = LEVEL_NAME[source.level]
    within = f" of {say_codes(source.within)}" if source.within else ""
    group = say_codes(source.group_codes or way.target.codes)
    if source.group == "outside":
        return f"a {level}{within} outside {group}"
    if source.group == "inside":
        return f"another {level} of {group}"
    if not source.other:
        return f"any {level}{within}"
    return f"another {level}{within} than the good"


def _exceptions(excluded: Sequence[Excluded]) -> str:
    plain_ones = [say_source(one.source) for one in excluded if one.target is None and one.when is None]
    other = [_except(one) for one in excluded if one.target is not None or one.when is not None]
    return (f", but not from {' or '.join(plain_ones)}" if plain_ones else "") + "".join(other)


def _except(excluded: Excluded) -> str:
    to = "" if excluded.target is None else f" (for {_target(excluded.target)})"
    when = "" if excluded.when is None else f" {'unless' if excluded.when.unless else 'when'} {_when(excluded)}"
    return f", but not from {say_source(excluded.source)}{to}{when}"


def _when(excluded: Excluded) -> str:
    assert excluded.when is not None
    return {
        "simple_assembly": "the change is a simple assembly",
        "gri_2a": "the good is only unassembled or incomplete (General Rule of Interpretation 2(a))",
    }.get(excluded.when.kind, excluded.when.words)


def _limit(limit: ValueLimit) -> str:
    text = f"{plain(limit.percent)} %"
    if limit.method is not None:
        text += f" by the {METHOD_NAME[limit.method]} method"
    if limit.when:
        text += f" where {limit.when}"
    if limit.start is not None:
        text += f" from {say_day(limit.start)}"
    return text + (f" until {say_day(limit.end)}" if limit.end is not None else "")


def _proviso(proviso: Proviso) -> str:
    if isinstance(proviso, NotBy):
        kinds = {"simple_assembly": "a simple assembly", "gri_2a": "General Rule of Interpretation 2(a)"}
        return f"the change does not come from {kinds.get(proviso.when.kind, proviso.when.words)}"
    if isinstance(proviso, (CutAndSewn, VisibleLining, ChemicalReaction, Proportion)):
        return say_proviso(proviso)
    return f"{'' if proviso.joint == 'provided that' else proviso.joint + ' '}{proviso.words}"
