"""The notes of section and chapter that bind a good: what they add to its rule, take away, or let in beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from transire.origin.case import Fact
from transire.origin.determination.facts import is_named, naming
from transire.origin.determination.line import Line
from transire.origin.determination.verdict import Verdict, all_of
from transire.origin.ranges import held
from transire.origin.rule.notes import (
    ComponentDecides,
    LiningShift,
    Note,
    OriginDisregarded,
    ThreadFormed,
    Tolerance,
)
from transire.origin.rule.tree import Goods
from transire.origin.terms import Terms


class NoteFound(Protocol):
    """A note with its citation, as the catalogue gives it."""

    @property
    def note(self) -> Note: ...
    @property
    def citation(self) -> str: ...


class Effect(NamedTuple):
    """A note that takes part, and where it stands."""

    note: Note
    citation: str


class NoteSet:
    """The notes that bind goods of one code on one day, sorted once by what they do."""

    def __init__(self, found: Sequence[NoteFound], terms: Terms, digits: str) -> None:
        self.effects = tuple(Effect(one.note, one.citation) for one in found)
        self.digits = digits
        self.tolerances = tuple(one.note for one in self.effects if isinstance(one.note, Tolerance))
        self.disregarded = tuple(one.note for one in self.effects if isinstance(one.note, OriginDisregarded))
        self.component = self._component(terms)

    def _component(self, terms: Terms) -> str | None:
        """The citation by which the rule applies only to the component that determines the classification."""
        for effect in self.effects:
            if isinstance(effect.note, ComponentDecides):
                return effect.citation
        for term in terms.component_decides:
            if held(self.digits, term.goods):
                return term.citation
        return None


class NotesInForce:
    """The notes above a good's rule; none of them where the case sets them aside (`"notes": false`)."""

    def __init__(self, notes: NoteSet, facts: Sequence[Fact], *, apply: bool = True) -> None:
        self.notes = notes
        self.facts = facts
        self.effects = notes.effects if apply else ()
        self.tolerances = notes.tolerances if apply else ()
        self.disregarded = notes.disregarded if apply else ()
        self.component = notes.component if apply else None

    def lining(self, chapter: str) -> LiningShift | None:
        """The list of visible lining fabrics of a chapter, and what they must change from."""
        for effect in self.effects:
            if isinstance(effect.note, LiningShift):
                return effect.note
        return None

    def threads(self) -> list[tuple[ThreadFormed, str]]:
        """Thread, elastics and pocket bags that must be formed in the territory."""
        return [(effect.note, effect.citation) for effect in self.effects if isinstance(effect.note, ThreadFormed)]

    def tolerance_of(self, line: Line) -> Verdict:
        """What a note says of the tolerance for a material: covered, not covered, or nothing (None)."""
        for note in self.tolerances:
            if self._is(note.used_in) and _line_is(line, note.material):
                return note.applies
        return None

    def disregards(self, line: Line) -> bool:
        """Whether the origin of this part does not matter (chapter 90 note 2)."""
        return any(_line_is(line, goods) for note in self.disregarded for goods in note.materials)

    def _is(self, goods: Goods) -> bool:
        by_code = not goods.codes or held(self.notes.digits, goods.codes) is True
        return by_code and is_named(self.facts, goods, self.notes.digits) is not False


def _line_is(line: Line, goods: Goods) -> bool:
    """Whether a material is what a note names: its code, and no fact that denies the words beside it."""
    by_code: Verdict = held(line.digits, goods.codes) if goods.codes else bool(naming(goods)) or None
    named = is_named(line.facts, goods, line.digits)
    if not goods.codes:
        return named is True
    return all_of((by_code, named is not False)) is True
