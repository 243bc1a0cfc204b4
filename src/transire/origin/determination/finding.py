"""The rules and notes that bind a good: from the catalogue, or the rule that the case gives in its own words."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from transire.origin.case import AgreementId, RuleText
from transire.origin.determination.notes import NoteFound
from transire.origin.determination.shift import Shift
from transire.origin.rule.reading import read_rule
from transire.origin.rule.tree import Rule
from transire.origin.rules import rules_for


class Bound(NamedTuple):
    """A rule that binds: where it stands, and its tree; `shifts` are its changes as compiled for one good's code."""

    scope: str
    text: str
    edition: str
    citation: str
    rule: Rule
    shifts: dict[int, Shift]


class Bindings(NamedTuple):
    """What binds a good; more than one rule at the same level leaves it open."""

    rules: tuple[Bound, ...]
    notes: tuple[NoteFound, ...]
    given: bool = False
    notes_apply: bool = True


@lru_cache(maxsize=16_384)
def bindings(
    agreement: AgreementId,
    digits: str,
    on: date,
    exporter: str | None,
    importer: str | None,
    given: RuleText | None,
) -> Bindings:
    """The rules and notes for a good of this code imported on this day; a rule that is given replaces the catalogue's.

    The result is kept: a file of a million cases asks for few goods.
    """
    notes: tuple[NoteFound, ...] = ()
    if given is not None:
        rule = Bound(
            _dotted(digits), given.text, "as given in the case", "rule given in the case", _read(given.text), {}
        )
        return Bindings((rule,), notes, given=True, notes_apply=given.notes)
    found = rules_for(agreement, digits, on)
    rules = tuple(Bound(one.scope, one.text, one.edition, one.citation, _read(one.text), {}) for one in found)
    return Bindings(rules, notes)


@lru_cache(maxsize=4096)
def _read(text: str) -> Rule:
    return read_rule(text)


def _dotted(digits: str) -> str:
    rest = digits[4:]
    return ".".join([digits[:4], *(rest[at : at + 2] for at in range(0, len(rest), 2))])
