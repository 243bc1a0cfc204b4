"""Whether the materials of a good make the change that an alternative asks for, and what a tolerance makes of the rest.

A line changes, fails, or is open. What went into a self-produced or accumulated material may change in its place
(NAFTA Regulations s.4(8), s.14; USMCA Regulations s.3(8), s.9); and a self-produced material that originates itself
need not change at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from transire.origin.case import Fact
from transire.origin.concordance import is_unprinted, unprinted_why
from transire.origin.determination.bill import SHIFTING_USES
from transire.origin.determination.line import Line
from transire.origin.determination.setting import Setting
from transire.origin.determination.shift import Asked, Shift
from transire.origin.determination.tolerance import Tolerated, tolerated
from transire.origin.determination.verdict import Need, Verdict, all_of, negated
from transire.origin.rule.tree import Change


class Moved(msgspec.Struct, eq=False):
    """What the change in tariff classification came to."""

    verdict: Verdict
    failing: list[Line] = []
    open: list[Line] = []
    tolerance: Tolerated | None = None
    needs: list[Need] = []
    combined: Verdict = False
    """Whether materials are together what an exclusion forbids together."""


class _Sorted(msgspec.Struct, eq=False):
    """Lines that do not change, and lines of which it is not told."""

    failing: list[Line] = []
    pending: list[tuple[Line, tuple[Asked, ...]]] = []
    judged_as_goods: bool = False
    """Whether self-produced materials that fail were judged as goods of their own, or still could be."""
    could_be_judged: bool = False

    def look(self, shift: Shift, line: Line) -> None:
        """Sort one line."""
        judged = shift.judge(line.digits, line.facts)
        if judged.verdict is True:
            return
        if line.inside is None:
            if judged.verdict is False:
                self.failing.append(line)
            else:
                self.pending.append((line, judged.asked))
            return
        inside = _Sorted(judged_as_goods=self.judged_as_goods)
        for inner in line.inside:
            if not inner.originating and inner.use in SHIFTING_USES:
                inside.look(shift, inner)
        if not inside.failing and not inside.pending:
            return
        if line.made is not None:
            self.could_be_judged = True
            if self.judged_as_goods and line.made().originates is True:
                return
        if judged.verdict is None:
            self.pending.append((line, judged.asked))
        else:
            self.failing += inside.failing
            self.pending += inside.pending
        self.could_be_judged |= inside.could_be_judged


def moved_under(setting: Setting, number: int, way: Change) -> Moved:
    """Whether the change of an alternative is made, tolerated, or open."""
    shift = _compiled(setting, number, way)
    lines = lines_that_must_change(setting)
    found = _sorted(shift, lines, judged_as_goods=False)
    moved = _settled(setting, found)
    if moved.verdict is not True and found.could_be_judged:
        # Dearer than a look at codes: asked only where it matters.
        moved = _settled(setting, _sorted(shift, lines, judged_as_goods=True))
    if shift.combinations:
        together = shift.combined([(line.digits, line.facts) for line in lines])
        moved.combined = together.verdict
        moved.verdict = all_of((moved.verdict, negated(together.verdict)))
        moved.needs += [_need(setting, None, asked) for asked in together.asked]
    return moved


def lines_that_must_change(setting: Setting) -> list[Line]:
    """The non-originating lines to which the change applies.

    Where only the component that determines the classification counts, those are the lines that are declared to be
    of it. Where none is, every line without another part in the good must change: that it is none of the component
    would be a way out, and is not claimed.
    """
    lines = [line for line in setting.subject.bill.lines if not line.originating and line.use in SHIFTING_USES]
    if setting.notes.disregarded:
        lines = [line for line in lines if not setting.notes.disregards(line)]
    if setting.notes.component is None:
        return lines
    declared = any(line.role == "determining" for line in setting.subject.bill.lines)
    return [line for line in lines if line.role == "determining" or (not declared and line.role is None)]


def _sorted(shift: Shift, lines: Sequence[Line], *, judged_as_goods: bool) -> _Sorted:
    found = _Sorted(judged_as_goods=judged_as_goods)
    for line, verdict in zip(lines, shift.verdicts([line.digits for line in lines]), strict=True):
        # By its code alone it may change, and not as what it is declared to be.
        if verdict is not True or line.facts:
            found.look(shift, line)
    return found


def _settled(setting: Setting, found: _Sorted) -> Moved:
    """Failing lines may be tolerated; open ones too, and then what they leave open does not matter."""
    moved = Moved(True, found.failing, [line for line, _ in found.pending])
    if not moved.failing and not moved.open:
        return moved
    subject, excepted = setting.subject, setting.notes.tolerance_of
    moved.tolerance = tolerated(subject, [*moved.failing, *moved.open], excepted)
    if moved.tolerance.verdict is True:
        return moved
    both = bool(moved.open and moved.failing)
    alone = tolerated(subject, moved.failing, excepted) if both else moved.tolerance
    if moved.failing and alone.verdict is False:
        moved.tolerance, moved.verdict = alone, False
        return moved
    moved.verdict = None
    if moved.failing and alone.verdict is None:
        moved.needs += alone.needs
    moved.needs += _open_needs(setting, found.pending)
    return moved


def _open_needs(setting: Setting, pending: Sequence[tuple[Line, tuple[Asked, ...]]]) -> list[Need]:
    needs = []
    for line, asked in pending:
        if not asked:
            why = "a longer code tells whether it makes the change"
            if is_unprinted(line.digits, setting.subject.on):
                why = unprinted_why(line.digits, setting.subject.on)
            needs.append(Need(f"materials[{line.id}].tariff", why, setting.citation))
        needs += [_need(setting, line, one) for one in asked]
    return needs


def _compiled(setting: Setting, number: int, way: Change) -> Shift:
    if setting.subject.facts or setting.compiled is None:
        return _shift(setting, way, setting.subject.facts)
    found = setting.compiled.get(number)
    if found is None:
        found = setting.compiled[number] = _shift(setting, way, ())
    return found


def _shift(setting: Setting, way: Change, facts: Sequence[Fact]) -> Shift:
    return Shift(way, setting.rule, setting.subject.digits, facts, setting.edition, setting.subject.on)


def _need(setting: Setting, line: Line | None, asked: Asked) -> Need:
    owner = setting.subject.member if asked.of_good or line is None else f"materials[{line.id}]"
    name = f"{asked.fact}: {asked.words}" if asked.words else asked.fact
    return Need(f"{owner}.facts[{name}]", "the rule distinguishes it", setting.citation)
