"""One alternative of a rule, weighed as a whole: target, change, tolerance, value content and provisos.

Nothing here is worded: what was found is kept, and `telling` says it for the alternative that is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from transire.origin.case import Method
from transire.origin.determination.bill import SHIFTING_USES
from transire.origin.determination.conditions import Condition, test_proviso
from transire.origin.determination.content import Content, Openness, content_of
from transire.origin.determination.facts import described, is_named, naming, text_of
from transire.origin.determination.line import Line
from transire.origin.determination.notes import NotesInForce
from transire.origin.determination.shift import Asked, Shift
from transire.origin.determination.subject import Subject
from transire.origin.determination.tolerance import Tolerated, tolerated, waives_content
from transire.origin.determination.verdict import Need, Verdict, all_of, any_of, negated
from transire.origin.ranges import held
from transire.origin.rule.tree import Alternative, Change, Goods, NoChange, Production, Rule, Unread, ValueLimit


class Setting(NamedTuple):
    """What is the same for all alternatives of a rule."""

    subject: Subject
    rule: Rule
    citation: str
    notes: NotesInForce
    openness: dict[Method, Openness]
    method: Method | None
    limits: tuple[ValueLimit, ...] | None = None
    """Value requirements that stand in the place of the rule's (NAFTA Regulations s.13)."""
    compiled: dict[int, Shift] | None = None
    """Shifts compiled before, by the alternative's place, where no fact of the good enters."""


@dataclass(slots=True)
class Moved:
    """What the change in tariff classification came to."""

    verdict: Verdict
    failing: list[Line] = field(default_factory=list)
    open: list[Line] = field(default_factory=list)
    tolerance: Tolerated | None = None
    needs: list[Need] = field(default_factory=list)
    combined: Verdict = False
    """Whether materials are together what an exclusion forbids together."""


@dataclass(slots=True)
class Weighed:
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
    moved = _moved(setting, number, way)
    made = _made(subject, way)
    content, waived = _content(setting, alternative)
    conditions = [test_proviso(proviso, subject, setting.notes, setting.citation) for proviso in alternative.provisos]
    parts: list[Verdict] = [target, moved.verdict if moved else True, made, *(one.verdict for one in conditions)]
    if content is not None:
        parts.append(True if waived is not None and waived.verdict is True else content.verdict)
    verdict = all_of(parts)
    if verdict is None:
        needs += _open_parts(moved, content, waived, conditions)
    return Weighed(number, alternative, target, moved, content, waived, conditions, verdict, needs)


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
        named = is_named(subject.facts, way.target)
        if named is None:
            needs.append(_described(setting, way.target))
        verdicts.append(named)
        if way.target.other:
            verdicts.append(_is_none_of_the_named(setting, alternative, needs))
    if alternative.guard:
        opens = described(subject.facts, alternative.guard)
        if opens is None:
            why = "the alternative is for such goods only"
            needs.append(Need(f"{subject.member}.facts[as_stated: {alternative.guard}]", why, setting.citation))
        verdicts.append(opens)
    return all_of(verdicts)


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
    words = naming(goods) or naming(goods.less[0])
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
    content = content_of(setting.subject, limits, setting.openness, setting.method)
    if content.verdict is True:
        return content, None
    waived = waives_content(setting.subject)
    return content, waived if waived is not None and waived.verdict is True else None


def lines_that_must_change(setting: Setting) -> tuple[list[Line], list[Line]]:
    """The non-originating lines to which the change applies, and those whose part in the good is not told.

    Where only the component that determines the classification counts, that is what its lines are declared to be; if
    none is, every line may be part of it.
    """
    lines = [line for line in setting.subject.bill.lines if not line.originating and line.use in SHIFTING_USES]
    if setting.notes.effects:
        lines = [line for line in lines if not setting.notes.disregards(line)]
    if setting.notes.component is None:
        return lines, []
    declared = any(_role(line) == "determining" for line in setting.subject.bill.lines)
    deciding = [line for line in lines if _role(line) == "determining"]
    return deciding, [] if declared else [line for line in lines if _role(line) is None]


def _role(line: Line) -> str | None:
    return None if line.textile is None else line.textile.role


def _moved(setting: Setting, number: int, way: Change | NoChange | Production) -> Moved | None:
    if not isinstance(way, Change):
        return None
    shift = _shift(setting, number, way)
    lines, unsure = lines_that_must_change(setting)
    failing: list[Line] = []
    pending: list[tuple[Line, tuple[Asked, ...]]] = []
    for line in lines:
        _look(shift, line, failing, pending)
    unplaced: list[Line] = []
    for line in unsure:
        own: list[Line] = []
        _look(shift, line, own, pending)
        unplaced += own
    moved = Moved(True, failing, [line for line, _ in pending] + unplaced)
    if failing or moved.open:
        _settle(setting, moved, pending, unplaced)
    _combine(setting, shift, moved, lines)
    return moved


def _combine(setting: Setting, shift: Shift, moved: Moved, lines: Sequence[Line]) -> None:
    together = shift.combined([(line.digits, line.facts) for line in lines])
    moved.combined = together.verdict
    moved.verdict = all_of((moved.verdict, negated(together.verdict)))
    moved.needs += [_need(setting, None, asked) for asked in together.asked]


def _shift(setting: Setting, number: int, way: Change) -> Shift:
    if setting.subject.facts or setting.compiled is None:
        return Shift(way, setting.rule, setting.subject.digits, setting.subject.facts)
    found = setting.compiled.get(number)
    if found is None:
        found = setting.compiled[number] = Shift(way, setting.rule, setting.subject.digits)
    return found


def _look(shift: Shift, line: Line, failing: list[Line], pending: list[tuple[Line, tuple[Asked, ...]]]) -> None:
    """Sort a line: it changes, it fails, or it is open. What went into it may change in its place (s.4(8))."""
    judged = shift.judge(line.digits, line.facts)
    if judged.verdict is True:
        return
    if line.inside is None:
        if judged.verdict is False:
            failing.append(line)
        else:
            pending.append((line, judged.asked))
        return
    inner_failing: list[Line] = []
    inner_pending: list[tuple[Line, tuple[Asked, ...]]] = []
    for inner in line.inside:
        if not inner.originating and inner.use in SHIFTING_USES:
            _look(shift, inner, inner_failing, inner_pending)
    if not inner_failing and not inner_pending:
        return
    if line.made is not None and line.made().originates is True:
        return
    if judged.verdict is None:
        pending.append((line, judged.asked))
        return
    failing += inner_failing
    pending += inner_pending


def _settle(
    setting: Setting, moved: Moved, pending: Sequence[tuple[Line, tuple[Asked, ...]]], unplaced: Sequence[Line]
) -> None:
    """Failing lines may be tolerated; open ones too, and then what they leave open does not matter."""
    subject, excepted = setting.subject, setting.notes.tolerance_of
    all_lines = [*moved.failing, *moved.open]
    moved.tolerance = tolerated(subject, all_lines, excepted)
    if moved.tolerance.verdict is True:
        return
    both = bool(moved.open and moved.failing)
    alone = tolerated(subject, moved.failing, excepted) if both else moved.tolerance
    if moved.failing and alone.verdict is False:
        moved.tolerance, moved.verdict = alone, False
        return
    moved.verdict = None
    if moved.failing and alone.verdict is None:
        moved.needs += alone.needs
    for line, asked in pending:
        if not asked:
            why = "a longer code tells whether it makes the change"
            moved.needs.append(Need(f"materials[{line.id}].tariff", why, setting.citation))
        moved.needs += [_need(setting, line, one) for one in asked]
    for line in unplaced:
        why = "only the component that determines the classification of the good must make the change"
        moved.needs.append(Need(f"materials[{line.id}].textile.role", why, setting.notes.component or setting.citation))


def _need(setting: Setting, line: Line | None, asked: Asked) -> Need:
    owner = setting.subject.member if asked.of_good or line is None else f"materials[{line.id}]"
    name = f"{asked.fact}: {asked.words}" if asked.words else asked.fact
    return Need(f"{owner}.facts[{name}]", "the rule distinguishes it", setting.citation)


def percent_needed(weighed: Weighed) -> Decimal | None:
    """The content that the best method of an alternative needs."""
    if weighed.content is None or weighed.content.best is None:
        return None
    return weighed.content.best.needed
