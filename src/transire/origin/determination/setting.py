"""What is the same for all alternatives of a rule when they are weighed for one good."""

from __future__ import annotations

import msgspec

from transire.origin.case import Method
from transire.origin.determination.content import Openness
from transire.origin.determination.notes import NotesInForce
from transire.origin.determination.shift import Shift
from transire.origin.determination.subject import Subject
from transire.origin.rule.tree import Rule, ValueLimit


class Setting(msgspec.Struct, frozen=True, eq=False):
    """What is the same for all alternatives of a rule."""

    subject: Subject
    rule: Rule
    citation: str
    notes: NotesInForce
    openness: dict[Method, Openness]
    method: Method | None
    limits: tuple[ValueLimit, ...] | None = None
    """Value requirements that stand in the place of the rule's (NAFTA Regulations s.13)."""
    edition: str = ""
    """The edition of the Harmonized System in which the rule is printed."""
    compiled: dict[int, Shift] | None = None
    """Shifts compiled before, by the alternative's place, where no fact of the good enters."""
