"""What the doors show of a catalogue: the rules of a number in plain words, and how much of the law it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec

from transire.origin.agreements import agreement
from transire.origin.catalogue import (
    Catalogue,
    CatalogueNote,
    Defect,
    ProductRule,
    catalogue,
    notes_for,
    number_of,
    rules_below,
    rules_for,
)
from transire.origin.code import known_digits
from transire.origin.concordance import edition_on, is_unprinted, spelled
from transire.origin.rule.explaining import explain
from transire.origin.rule.tree import Rule
from transire.origin.rule.wording_notes import say_note


class AlternativeShown(msgspec.Struct, frozen=True, kw_only=True):
    """One alternative: its number in the rule, its label in the text, and what it asks."""

    number: int
    label: str
    asks: str


class RuleShown(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"start": "from", "end": "until"}
):
    """One rule as it is shown."""

    scope: str
    text: str
    alternatives: tuple[AlternativeShown, ...]
    citation: str
    edition: str
    hs: str
    start: date
    end: date | None
    complete: bool
    trade: str = ""
    notice: str = ""
    tree: Rule


class NoteShown(msgspec.Struct, frozen=True, kw_only=True):
    """One note as it is shown."""

    title: str
    text: str
    citation: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The rules and notes that bind a number on a day."""

    agreement: str
    code: str
    date: date
    rules: tuple[RuleShown, ...]
    notes: tuple[NoteShown, ...]
    notices: tuple[str, ...]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an agreement's rules the catalogue holds, and what was not understood or is wrong in the source."""

    agreement: str
    title: str
    edition: str
    hs: str
    source: str
    texts: int
    rules: int
    whole: int
    notes: int
    chapters: dict[str, int]
    anomalies: tuple[Defect, ...]


def rules_shown(agreement_id: str, code: str, on: date, own: Catalogue | None = None) -> Shown:
    """The rules that bind a number on a day, with the notes that alter them.

    >>> rules_shown("usmca", "1704.90", date(2026, 11, 28)).rules[0].alternatives[0].asks
    'Every material that does not originate comes from another heading than the good.'
    """
    law, number = agreement(agreement_id), number_of(code)
    found = rules_for(law.id, code, on, own=own)
    below = () if found else rules_below(law.id, code, on, own=own)
    notices = []
    if not law.is_in_force(on):
        notices.append(f"{law.short} is not in force on {on.isoformat()} ({law.citation}).")
    elif below:
        notices.append(f"No rule binds {number.dotted} as a whole; these stand below it.")
    elif not found:
        notices.append("The catalogue holds no rule for this number; that says nothing about the law.")
    if (unknown := _unknown(number.digits, found or below, on)) is not None:
        notices.append(unknown)
    if len(found) > 1:
        notices.append("More than one rule binds this number; the words of each say which goods or trade it is for.")
    return Shown(
        agreement=law.id,
        code=number.dotted,
        date=on,
        rules=tuple(_rule(rule, on) for rule in found or below),
        notes=tuple(_note(note) for note in notes_for(law.id, code, on, own=own)),
        notices=tuple(notices),
    )


def _unknown(digits: str, rules: Sequence[ProductRule], on: date) -> str | None:
    """That no edition prints the heading of a number, or that the one in force does not print its subheading."""
    if known_digits(digits) is None:
        return f"No edition of the Harmonized System prints {digits[:4]}."
    if is_unprinted(digits, on) and not any(digits[:6] in spelled(f"{rule.scope} {rule.text}") for rule in rules):
        return f"HS {edition_on(on)}, the edition in force, prints no subheading {digits[:4]}.{digits[4:6]}."
    return None


def _rule(rule: ProductRule, on: date) -> RuleShown:
    asked = enumerate(rule.rule.alternatives, start=1)
    return RuleShown(
        scope=rule.scope,
        text=rule.text,
        alternatives=tuple(AlternativeShown(number=at, label=one.label, asks=explain(one)) for at, one in asked),
        citation=rule.citation,
        edition=rule.edition,
        hs=rule.hs,
        start=rule.start,
        end=rule.end,
        complete=rule.complete,
        trade=_trade(rule),
        notice=rule.notice(on) or "",
        tree=rule.rule,
    )


def _trade(rule: ProductRule) -> str:
    if rule.trade is None:
        return ""
    return "all other trade" if rule.trade.other else f"trade between {' and '.join(rule.trade.between)}"


def _note(note: CatalogueNote) -> NoteShown:
    return NoteShown(title=note.title, text=say_note(note.note), citation=note.citation)


def coverage(agreement_id: str, own: Catalogue | None = None) -> Coverage:
    """What the catalogue of an agreement holds.

    >>> coverage("cafta_dr").rules
    49
    """
    law = agreement(agreement_id)
    found = own or catalogue(law.id)
    return Coverage(
        agreement=law.id,
        title=law.title,
        edition=found.edition,
        hs=found.hs,
        source=found.source,
        texts=found.texts,
        rules=len(found.rules),
        whole=sum(rule.complete for rule in found.rules),
        notes=len(found.notes),
        chapters=dict(sorted(Counter(rule.ranges[0].first[:2] for rule in found.rules).items())),
        anomalies=found.anomalies,
    )
