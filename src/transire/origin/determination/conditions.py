"""The provisos of an alternative: cut and sewn, visible lining, proportions by weight, reactions, stated words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from transire.origin.amounts import HUNDRED, ZERO, shown
from transire.origin.determination.facts import is_named, normalized, stated, told
from transire.origin.determination.line import Line
from transire.origin.determination.notes import NotesInForce
from transire.origin.determination.shift import circumstance
from transire.origin.determination.subject import Subject
from transire.origin.determination.verdict import Need, Verdict, all_of, any_of, negated
from transire.origin.ranges import held
from transire.origin.reading import amount_at
from transire.origin.rule.notes import ValueAlternativeBarred
from transire.origin.rule.tree import (
    ChemicalReaction,
    CutAndSewn,
    NotBy,
    Proportion,
    Proviso,
    Stated,
    VisibleLining,
)
from transire.origin.rule.wording import plain, say_codes, say_proviso


class Condition(NamedTuple):
    """One condition as it was tested."""

    test: str
    needed: str
    found: str
    verdict: Verdict
    needs: tuple[Need, ...] = ()
    citation: str = ""
    """Where it is not the rule's own."""


def test_proviso(proviso: Proviso, subject: Subject, notes: NotesInForce, citation: str) -> Condition:
    """Whether a proviso holds; what settles it where no fact was declared."""
    if isinstance(proviso, CutAndSewn):
        return _fact(proviso, "cut and sewn", "cut_and_sewn", subject, citation)
    if isinstance(proviso, ChemicalReaction):
        return _fact(proviso, "chemical reaction", "chemical_reaction", subject, citation)
    if isinstance(proviso, VisibleLining):
        return _lining(proviso, subject, notes, citation)
    if isinstance(proviso, Proportion):
        return _proportion(proviso, subject, citation)
    if isinstance(proviso, NotBy):
        return _not_by(proviso, subject, citation)
    return _stated(proviso, subject, citation)


def value_bars(subject: Subject, notes: NotesInForce) -> Iterator[Condition]:
    """Goods whose use in the production of others closes their alternatives by value content (NAFTA 8473.50)."""
    for effect in notes.effects:
        if (
            not isinstance(effect.note, ValueAlternativeBarred)
            or held(subject.digits, effect.note.goods.codes) is False
        ):
            continue
        others = " or ".join(say_codes(goods.codes) for goods in effect.note.used_in)
        words = f"used in the production of a good of {others}"
        found = stated(subject.facts, words)
        needed = f"not {words}"
        needs = () if found is not None else (_asked(subject, f"as_stated: {words}", needed, effect.citation),)
        yield Condition("use of the good", needed, _declared(found), negated(found), needs, effect.citation)


def _fact(proviso: CutAndSewn | ChemicalReaction, test: str, name: str, subject: Subject, citation: str) -> Condition:
    found = told(subject.facts, name)  # type: ignore[arg-type]
    needs = () if found is not None else (_asked(subject, name, say_proviso(proviso), citation),)
    return Condition(test, say_proviso(proviso), _declared(found), found, needs)


def _stated(proviso: Stated, subject: Subject, citation: str) -> Condition:
    found = stated(subject.facts, proviso.words)
    needs = () if found is not None else (_asked(subject, f"as_stated: {proviso.words}", proviso.words, citation),)
    return Condition("condition of the rule", say_proviso(proviso), _declared(found), found, needs)


def _not_by(proviso: NotBy, subject: Subject, citation: str) -> Condition:
    found = circumstance(proviso.when, subject.facts)
    name = proviso.when.kind if proviso.when.kind != "stated" else f"as_stated: {proviso.when.words}"
    needs = () if found is not None else (_asked(subject, name, say_proviso(proviso), citation),)
    return Condition("how the change came about", say_proviso(proviso), _declared(found), negated(found), needs)


def _lining(proviso: VisibleLining, subject: Subject, notes: NotesInForce, citation: str) -> Condition:
    """The visible lining fabric makes the change of the chapter's note, where it is listed there."""
    if proviso.of:
        concerned = stated(subject.facts, proviso.of)
        if concerned is False:
            return Condition("visible lining", say_proviso(proviso), "the good is not such a garment", True)
    linings = [line for line in _lines(subject.bill.lines) if line.role == "visible_lining"]
    shift = notes.lining(proviso.chapter)
    verdicts: list[Verdict] = []
    needs: list[Need] = []
    for line in linings:
        if line.originating:
            continue
        if shift is None:
            verdicts.append(None)
            needs.append(Need("rule", f"note {proviso.note} to chapter {proviso.chapter} is not at hand", citation))
            continue
        listed = all_of((held(line.digits, shift.codes), negated(held(line.digits, shift.less))))
        inside = (
            None
            if line.inside is None
            else all_of(
                inner.originating or negated(held(inner.digits, _headings(shift.codes))) for inner in line.inside
            )
        )
        verdict = any_of((negated(listed), False if inside is None else inside))
        verdicts.append(verdict)
        if verdict is None:
            needs.append(
                Need(f"materials[{line.id}].tariff", "a longer code tells whether the note lists it", citation)
            )
    verdict = all_of(verdicts)
    names = ", ".join(line.id for line in linings) or "no visible lining declared"
    if verdict is not True and proviso.of and stated(subject.facts, proviso.of) is None:
        needs.append(_asked(subject, f"as_stated: {proviso.of}", "only such a garment must satisfy it", citation))
        verdict = None
    return Condition("visible lining", say_proviso(proviso), names, verdict, tuple(needs) if verdict is None else ())


def _headings(codes: Sequence) -> tuple:  # type: ignore[type-arg]
    """The group as headings: the note asks for a change "from any heading outside that group"."""
    return tuple(type(one)(one.first[:4], one.last[:4]) for one in codes)


def _proportion(proviso: Proportion, subject: Subject, citation: str) -> Condition:
    """A share by weight, from the weights of the bill; anything else is a declared fact in the words of the rule."""
    needed = say_proviso(proviso)
    declared = stated(subject.facts, needed)
    if declared is not None:
        return Condition("proportion", needed, _declared(declared), declared)
    whole = _whole(proviso, subject)
    if whole is None or proviso.measure not in ("weight", "dry_weight"):
        return Condition(
            "proportion", needed, "not declared", None, (_asked(subject, f"as_stated: {needed}", needed, citation),)
        )
    counted = [line for line in _lines(subject.bill.lines) if _is_of(proviso, line)]
    parts = [line for line in counted if proviso.originating is None or line.originating == proviso.originating]
    unweighed = [line for line in {*parts, *whole} if line.weight is None]
    total = subject.weight if normalized(proviso.whole) == "good" and subject.weight else _sum(whole)
    if unweighed or not total:
        needs = tuple(Need(f"materials[{line.id}].weight", needed, citation) for line in unweighed)
        return Condition("proportion", needed, "weights are not stated", None, needs)
    share = _sum(parts) * HUNDRED
    bounds = {
        "at_most": share <= proviso.percent * total,
        "less_than": share < proviso.percent * total,
        "at_least": share >= proviso.percent * total,
        "more_than": share > proviso.percent * total,
    }
    found = f"{shown(_sum(parts))} of {shown(total)} kg, for {plain(proviso.percent)} per cent"
    return Condition("proportion", needed, found, bounds[proviso.bound])


def _whole(proviso: Proportion, subject: Subject) -> list[Line] | None:
    """The lines that make up the whole: the good, or all materials of the kind that the share is of ("the sugar")."""
    whole = normalized(proviso.whole)
    if whole in ("good", "goods"):
        return [line for line in _lines(subject.bill.lines) if line.use == "material"]
    if proviso.of.words and normalized(proviso.of.words) == whole:
        return [line for line in _lines(subject.bill.lines) if _is_of(proviso, line)]
    return None


def _is_of(proviso: Proportion, line: Line) -> bool:
    if proviso.of.codes:
        # The words beside the code say what the code holds ("sugar of chapter 17"); a fact may still deny it.
        return (
            held(line.digits, proviso.of.codes) is True and is_named(line.facts, proviso.of, line.digits) is not False
        )
    if not proviso.of.words or normalized(proviso.of.words) in ("material", "materials"):
        return True
    return is_named(line.facts, proviso.of) is True


def _lines(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, and in place of a self-produced one without a weight of its own what went into it."""
    for line in lines:
        if line.inside and line.weight is None:
            yield from _lines(line.inside)
        else:
            yield line


def _sum(lines: Sequence[Line]) -> Decimal:
    return sum((amount_at(line.weight or "0", f"{line.where}/weight") for line in lines), ZERO)


def _asked(subject: Subject, name: str, why: str, citation: str) -> Need:
    return Need(f"{subject.member}.facts[{name}]", why, citation)


def _declared(found: Verdict) -> str:
    return "not declared" if found is None else "declared" if found else "declared not to be so"
