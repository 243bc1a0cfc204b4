"""One alternative of a rule, weighed as a whole: target, change, tolerance, value content and provisos.

Nothing here is worded: what was found is kept, and `telling` says it for the alternative that is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from transire.origin.case import Method
from transire.origin.determination.conditions import Condition, test_proviso, value_bars
from transire.origin.determination.content import Content, content_of, required_by
from transire.origin.determination.facts import described, is_named, naming, naming_of, normalized, text_of
from transire.origin.determination.moving import Moved, moved_under
from transire.origin.determination.setting import Setting
from transire.origin.determination.subject import Subject
from transire.origin.determination.tolerance import Tolerated, waives_content
from transire.origin.determination.verdict import Need, Verdict, all_of, any_of, negated
from transire.origin.ranges import held
from transire.origin.rule.tree import Alternative, Change, Goods, NoChange, Production, Unread


class Weighed(msgspec.Struct, eq=False):
    """One alternative, weighed."""

    number: int
    alternative: Alternative
    target: Verdict
    moved: Moved | None
    content: Content | None
    waived: Tolerated | None
    conditions: list[Condition]
    verdict: Verdict
    needs: list[Need]
    made: Verdict = True
    """Whether one of the processes that the alternative names made the good."""

    @property
    def by_content(self) -> bool:
        """Whether a regional value content is part of it."""
        return self.content is not None


def weigh(setting: Setting, number: int) -> Weighed | None:
    """Weigh the alternative of this number, counted from 1; None where its target does not cover the good."""
    alternative = setting.rule.alternatives[number - 1]
    subject, way = setting.subject, alternative.way
    if isinstance(way, Unread):
        need = Need("rule", f"alternative {number} was not understood: {way.reason}", setting.citation)
        return Weighed(number, alternative, None, None, None, None, [], None, [need])
    covers = held(subject.digits, way.target.codes) if way.target is not None and way.target.codes else True
    if covers is False:
        return None
    needs: list[Need] = []
    target = _target(setting, alternative, covers, needs)
    if target is False:
        return None
    moved = moved_under(setting, number, way) if isinstance(way, Change) else None
    made = _made(subject, way)
    content, waived = _content(setting, alternative)
    conditions = [test_proviso(proviso, subject, setting.notes, setting.citation) for proviso in alternative.provisos]
    if alternative.value:
        conditions += value_bars(subject, setting.notes)
    parts: list[Verdict] = [target, moved.verdict if moved else True, made, *(one.verdict for one in conditions)]
    if content is not None:
        parts.append(True if waived is not None and waived.verdict is True else content.verdict)
    verdict = all_of(parts)
    if verdict is None:
        needs += _open_parts(moved, content, waived, conditions)
    return Weighed(number, alternative, target, moved, content, waived, conditions, verdict, needs, made)


def _open_parts(
    moved: Moved | None, content: Content | None, waived: Tolerated | None, conditions: Sequence[Condition]
) -> list[Need]:
    needs: list[Need] = []
    if moved is not None and moved.verdict is None:
        needs += moved.needs
    if content is not None and content.verdict is None and not (waived is not None and waived.verdict is True):
        needs += content.needs
    for condition in conditions:
        if condition.verdict is None:
            needs += condition.needs
    return needs


def _target(setting: Setting, alternative: Alternative, covers: Verdict, needs: list[Need]) -> Verdict:
    """Whether the good is what the alternative speaks of: its code, its name, and the words before it."""
    subject, way = setting.subject, alternative.way
    assert not isinstance(way, Unread)
    if covers is None:
        needs.append(
            Need(f"{subject.member}.tariff", "a longer code tells whether the rule covers it", setting.citation)
        )
    verdicts = [covers]
    if way.target is not None:
        named = is_named(subject.facts, way.target, subject.digits)
        if named is None:
            needs.append(_described(setting, way.target))
        verdicts.append(named)
        if way.target.other:
            verdicts.append(_is_none_of_the_named(setting, alternative, needs))
    if alternative.guard:
        opens = _guard_holds(setting, alternative.guard)
        if opens is None:
            why = "the alternative is for such goods only"
            needs.append(Need(f"{subject.member}.facts[as_stated: {alternative.guard}]", why, setting.citation))
        verdicts.append(opens)
    return all_of(verdicts)


def _guard_holds(setting: Setting, guard: str) -> Verdict:
    """Whether the good is one that the words before an alternative narrow it to.

    Those words are declared as they stand; or the principal use is declared in words that one list of alternatives
    contains and no other ("original equipment in a heavy truck"): then the good is of that one.
    """
    facts = setting.subject.facts
    opens = described(facts, guard)
    use = text_of(facts, "principal_use") if opens is None else None
    if use is None:
        return opens
    fitting = {one.guard for one in setting.rule.alternatives if one.guard and use in normalized(one.guard)}
    return guard in fitting if len(fitting) == 1 else None


def _is_none_of_the_named(setting: Setting, alternative: Alternative, needs: list[Need]) -> Verdict:
    """ "any other good of ...": not a good that another alternative names."""
    named = []
    for another in setting.rule.alternatives:
        target = getattr(another.way, "target", None)
        if another is alternative or not isinstance(target, Goods) or target.other or not naming(target):
            continue
        if target.codes and held(setting.subject.digits, target.codes) is False:
            continue
        answer = is_named(setting.subject.facts, target)
        if answer is None:
            needs.append(_described(setting, target))
        named.append(answer)
    return negated(any_of(named))


def _described(setting: Setting, goods: Goods) -> Need:
    words = naming_of(goods)
    member = f"{setting.subject.member}.facts[description: {words}]"
    return Need(member, f"the rule distinguishes {words}", setting.citation)


def _made(subject: Subject, way: Change | NoChange | Production) -> Verdict:
    """Whether one of the processes made the good. A process that is not declared is not claimed."""
    if not isinstance(way, Production):
        return True
    process = text_of(subject.facts, "process")
    return process is not None and any(one in process or process in one for one in way.processes)


def _content(setting: Setting, alternative: Alternative) -> tuple[Content | None, Tolerated | None]:
    if not alternative.value:
        return None, None
    limits = alternative.value if setting.limits is None else setting.limits
    subject = setting.subject
    required = required_by(limits, subject.terms, setting.openness, subject.on)
    content = content_of(subject, required, setting.method)
    if content.verdict is True:
        return content, None
    waived = waives_content(subject)
    return content, waived if waived is not None and waived.verdict is True else None


def percents_needed(weighed: Weighed) -> dict[Method, Decimal]:
    """The content that each method of an alternative needs."""
    return {} if weighed.content is None else {one.method: one.needed for one in weighed.content.methods}
