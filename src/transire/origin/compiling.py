"""Compiling a catalogue from an official file: a table of numbers and texts, one rule or one set of notes a row.

The table has a heading line that names its columns: `hs_scope` (or `scope`), `rule_text` (or `text`), and where it has
them `chapter` and `source`. Nothing is put right in silence: what is wrong with a text is listed beside the catalogue.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from transire.origin.agreements import Agreement, agreement
from transire.origin.catalogue import Catalogue, CatalogueNote, Defect, ProductRule, Trade
from transire.origin.errors import RuleNotUnderstood, RulesUnreadable
from transire.origin.rule.codes import CodeRange
from transire.origin.rule.notes import FreshObtained, Note, SeparationDenies, ThreadFormed
from transire.origin.rule.read_notes import read_note, split_notes
from transire.origin.rule.reading import Reading, read
from transire.origin.rule.scan import Anomaly
from transire.origin.rule.tree import Alternative, Goods, Rule, Unread
from transire.origin.rule.wording import dotted, say_alternative

_COLUMNS: Final = {"scope": ("hs_scope", "scope"), "text": ("rule_text", "text", "rule")}
_ONE: Final = re.compile(r"(?<![\w.])(\d[\d.]*\d)(?:-(\d[\d.]*\d))?(?![\w.])", re.ASCII)
_TRADE: Final = re.compile(r"\(([A-Z]{2})-([A-Z]{2}) trade\)", re.ASCII)
_OTHER_TRADE: Final = "(all other trade)"
_FROM_DAY: Final = re.compile(r"\(from (\d{4}-\d{2}-\d{2})\)", re.ASCII)
_TWELVE_MONTHS: Final = "Effective 12 months from the date of entry into force"
_GUARD: Final = re.compile(r"The following rule applies to (?P<goods>a good .+?):?$")
_CUT: Final = re.compile(r"\[(?:\.\.\.|\u2026)\]")


class OtherEdition(msgspec.Struct, frozen=True, kw_only=True):
    """What rows are an edition of that stand in another law than the rest of their table."""

    edition: str
    hs: str


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """What a table is an edition of."""

    edition: str
    hs: str
    """The edition of the Harmonized System in which its numbers are written, such as 2007; empty: not stated."""
    source: str
    citation: str
    """Where a rule stands, with {place} for what the row says of it."""
    start: date
    end: date | None = None
    as_of: date | None = None
    """The day whose text it is, where the source says so; on earlier days the law may have read otherwise."""
    others: dict[str, OtherEdition] = {}
    """Rows that stand in another law than the rest, by how their source begins."""
    notes: tuple[CatalogueNote, ...] = ()
    """What the law says above the table: general provisions, and notes that stand over whole sections."""


class _Editions(msgspec.Struct, frozen=True):
    editions: dict[str, Edition]


@cache
def edition_of(agreement_id: str) -> Edition:
    """What the shipped catalogue of an agreement is an edition of.

    >>> edition_of("nafta").hs
    '2007'
    """
    raw = (files("transire.origin") / "data" / "editions.json").read_bytes()
    return msgspec.json.decode(raw, type=_Editions).editions[agreement(agreement_id).id]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table."""

    chapter: str
    scope: str
    text: str
    source: str


class _Found(msgspec.Struct):
    rules: list[ProductRule]
    notes: list[CatalogueNote]
    anomalies: list[Defect]
    guard: str = ""


def read_rows(lines: Iterable[str]) -> tuple[Row, ...]:
    """The rows of a table, separated by tabs or by commas.

    Raises: RulesUnreadable where a column is missing or no row follows.

    >>> read_rows(["hs_scope,rule_text", "84.14,A change to heading 84.14 from any other heading."])[0].scope
    '84.14'
    """
    listed = [line for line in lines if line.strip()]
    if len(listed) < 2:
        raise RulesUnreadable(expected="a heading line and rows", got=f"{len(listed)} lines")
    delimiter = "\t" if "\t" in listed[0] else ","
    table = csv.DictReader(listed, delimiter=delimiter)
    names = {
        part: next((name for name in known if name in (table.fieldnames or ())), "") for part, known in _COLUMNS.items()
    }
    if not all(names.values()):
        raise RulesUnreadable(expected="columns hs_scope and rule_text", got=", ".join(table.fieldnames or ()))
    return tuple(
        Row(
            chapter=(row.get("chapter") or "").strip(),
            scope=(row[names["scope"]] or "").strip(),
            text=(row[names["text"]] or "").strip(),
            source=(row.get("source") or "").strip(),
        )
        for row in table
    )


def compile_catalogue(rows: Sequence[Row], law: Agreement, edition: Edition) -> Catalogue:
    """The catalogue that the rows make."""
    found = _Found([], list(edition.notes), [])
    for row in rows:
        _compile(row, law, edition, found)
    return Catalogue(
        agreement=law.id, edition=edition.edition, hs=edition.hs, as_of=edition.as_of, source=edition.source,
        texts=len(rows),
        rules=tuple(found.rules), notes=tuple(found.notes), anomalies=tuple(found.anomalies),
    )  # fmt: skip


def catalogue_bytes(found: Catalogue) -> bytes:
    """The catalogue as a file: one rule, note or anomaly a line, so that editions can be compared."""
    head = msgspec.json.encode(msgspec.structs.replace(found, rules=(), notes=(), anomalies=()))
    parts = [head[: head.index(b'"rules"')].rstrip(b",")]
    for name in ("rules", "notes", "anomalies"):
        lines = b",\n".join(msgspec.json.encode(one) for one in getattr(found, name))
        parts.append(f'"{name}":[\n'.encode() + lines + b"\n]")
    return b",\n".join(parts) + b"}\n"


def _compile(row: Row, law: Agreement, edition: Edition, found: _Found) -> None:
    notes, text = split_notes(row.text)
    if not notes and not read(text).understood and (whole := _as_note(row, law, edition)):
        found.notes += whole
        _report_cut(row, found)
        return
    for number, words in notes:
        guard = _GUARD.match(words)
        if guard is not None:
            found.guard = f"For {guard['goods']}"
        else:
            _note(number, words, row, law, edition, found)
    if text:
        _rule(text, row, edition, found)


def _as_note(row: Row, law: Agreement, edition: Edition) -> list[CatalogueNote]:
    """The row as a note without that word before it ("chapter rule 2"); empty where it is none."""
    try:
        return _entries("", row.text, row, law, edition)
    except RuleNotUnderstood:
        return []


def _note(number: str, words: str, row: Row, law: Agreement, edition: Edition, found: _Found) -> None:
    try:
        found.notes += _entries(number, words, row, law, edition)
    except RuleNotUnderstood as refusal:
        found.anomalies.append(
            Defect(scope=_scope_name(row), kind="not_understood", words=words[:300], reason=str(refusal.expected))
        )


def _entries(number: str, words: str, row: Row, law: Agreement, edition: Edition) -> list[CatalogueNote]:
    ranges, less = _ranges(row.scope) or _chapters(row), _taken_out(row.scope)
    goods = Goods(codes=ranges, less=tuple(Goods(codes=(one,)) for one in less))
    start = _start(row, edition)
    if words.startswith(_TWELVE_MONTHS):
        start = date(law.in_force_from.year + 1, law.in_force_from.month, law.in_force_from.day)
    place = f"chapter {int(row.chapter[:2])}" if not row.scope else _place(row)
    title = f"Note {number} to {place}" if number else place if " rule " in place else f"Note to {place}"
    return [
        CatalogueNote(
            ranges=_spoken_of(note, ranges), title=title, note=note, citation=_cite(row, edition, title),
            start=start, end=edition.end,
        )
        for note in read_note(words, goods)
    ]  # fmt: skip


def _spoken_of(note: Note, ranges: tuple[CodeRange, ...]) -> tuple[CodeRange, ...]:
    """The numbers a note speaks of: its own, where it names goods by codes; else those it stands above."""
    if isinstance(note, (ThreadFormed, SeparationDenies, FreshObtained)):
        return ranges
    goods = getattr(note, "used_in", None) or getattr(note, "goods", None)
    return goods.codes if isinstance(goods, Goods) and goods.codes else ranges


def _rule(text: str, row: Row, edition: Edition, found: _Found) -> None:
    reading = read(text)
    rule, ranges = reading.rule, _ranges(row.scope) or _targets(reading)
    if found.guard:
        rule = Rule(alternatives=tuple(_guarded(one, found.guard) for one in rule.alternatives))
        found.guard = ""
    if not ranges:
        found.anomalies += [*_reported(row, reading.anomalies), _unscoped(row, text)]
        return
    rule, outside = _in_scope(rule, ranges)
    other = next((one for begins, one in edition.others.items() if row.source.startswith(begins)), None)
    found.anomalies += _reported(row, (*reading.anomalies, *outside))
    found.rules.append(
        ProductRule(
            scope=",".join(_said(one) for one in ranges),
            ranges=ranges,
            tree=msgspec.Raw(msgspec.json.encode(rule)),
            trade=_trade(row.scope),
            citation=_cite(row, edition, _place(row)),
            start=_start(row, edition),
            end=edition.end,
            edition="" if other is None else other.edition,
            hs="" if other is None else other.hs,
        )
    )


def _guarded(alternative: Alternative, guard: str) -> Alternative:
    return msgspec.structs.replace(alternative, guard=guard)


def _in_scope(rule: Rule, ranges: tuple[CodeRange, ...]) -> tuple[Rule, tuple[Anomaly, ...]]:
    """The rule with alternatives set aside whose goods lie outside the numbers that it stands beside."""
    kept, outside = [], []
    for one in rule.alternatives:
        target = None if isinstance(one.way, Unread) else one.way.target
        if target is None or all(any(code.overlaps(other) for other in ranges) for code in target.codes):
            kept.append(one)
            continue
        words = say_alternative(msgspec.structs.replace(one, label=""))
        reason = "the goods it names lie outside the numbers that it stands beside"
        outside.append(Anomaly(kind="off_scope", words=words, reason=reason))
        kept.append(Alternative(label=one.label, way=Unread(words=words, reason=reason)))
    return Rule(alternatives=tuple(kept)), tuple(outside)


def _reported(row: Row, anomalies: Iterable[Anomaly]) -> Iterator[Defect]:
    for one in anomalies:
        yield Defect(scope=_scope_name(row), kind=one.kind, words=one.words[:300], reason=one.reason)


def _report_cut(row: Row, found: _Found) -> None:
    cut = _CUT.search(row.text)
    if cut is not None:
        reason = "the source does not print all of the note; its numbers are those of the scope"
        words = row.text[max(0, cut.start() - 60) : cut.end() + 40]
        found.anomalies.append(Defect(scope=_scope_name(row), kind="cut_short", words=words, reason=reason))


def _unscoped(row: Row, text: str) -> Defect:
    return Defect(
        scope=_scope_name(row), kind="not_understood", words=text[:300], reason="no tariff number to stand beside"
    )


def _ranges(scope: str) -> tuple[CodeRange, ...]:
    """The numbers of a scope as printed; empty where it elides some ("1901.90.32,...") or has none."""
    listed = re.split(r" except | \(", scope)[0]
    if "..." in listed:
        return ()
    if (chapter := re.match(r"chapter (\d{1,2})$", listed.strip())) is not None:
        return (CodeRange(chapter[1].zfill(2), chapter[1].zfill(2)),)
    return tuple(_range(match) for match in _ONE.finditer(listed))


def _taken_out(scope: str) -> tuple[CodeRange, ...]:
    _, _, less = scope.partition(" except ")
    return tuple(_range(match) for match in _ONE.finditer(less))


def _range(match: re.Match[str]) -> CodeRange:
    first, last = match[1].replace(".", ""), (match[2] or match[1]).replace(".", "")
    if len(first) != len(last) or first > last:
        raise RulesUnreadable(expected="a range of one level that runs forward", got=match[0])
    return CodeRange(first, last)


def _chapters(row: Row) -> tuple[CodeRange, ...]:
    first, _, last = row.chapter.partition("-")
    return (CodeRange(first.zfill(2), (last or first).zfill(2)),)


def _targets(reading: Reading) -> tuple[CodeRange, ...]:
    """The numbers of a rule whose scope does not spell them: those its alternatives name, once each."""
    targets = [None if isinstance(one.way, Unread) else one.way.target for one in reading.rule.alternatives]
    return tuple(dict.fromkeys(code for target in targets if target is not None for code in target.codes))


def _said(codes: CodeRange) -> str:
    first, last = dotted(codes.first), dotted(codes.last)
    return first if first == last else f"{first}-{last}"


def _scope_name(row: Row) -> str:
    return row.scope or f"chapter {row.chapter}"


def _trade(scope: str) -> Trade | None:
    if _OTHER_TRADE in scope:
        return Trade(other=True)
    between = _TRADE.search(scope)
    return None if between is None else Trade(between=tuple(sorted((between[1], between[2]))))


def _start(row: Row, edition: Edition) -> date:
    day = _FROM_DAY.search(row.source)
    return edition.start if day is None else date.fromisoformat(day[1])


_NUMBERED: Final = re.compile(
    r"(?:GN \d+\(\w\) ?)?ch\.(?P<chapter>\d+)(?: r\.(?P<rule>\w+(?:\([A-Z]\))?))?(?: (?P<which>chapter rule \d+))?"
)


def _place(row: Row) -> str:
    """Where a rule stands, in words: "chapter 84, rule 40", or its numbers where the source says no more."""
    match = _NUMBERED.match(row.source)
    if match is None:
        chapter = f"chapter {int(row.chapter[:2])}, " if row.chapter else ""
        return f"{chapter}{row.scope}"
    more = f", rule {match['rule']}" if match["rule"] else f", {match['which']}" if match["which"] else ""
    return f"chapter {match['chapter']}{more}"


def _cite(row: Row, edition: Edition, place: str) -> str:
    """The citation of a row: its own where it names a paragraph or another law, else that of the edition."""
    if (regulation := re.match(r"CUSMA ROO Regs (?P<regs>SOR/[\d-]+) (?P<section>s\.\d+)", row.source)) is not None:
        return f"USMCA Rules of Origin Regulations {regulation['section']} ({regulation['regs']})"
    if (note := re.match(r"GN (?P<note>\d+\(\w\)\([ivx]+\)\([A-Z]\))", row.source)) is not None:
        return f"General Note {note['note']}, HTSUS"
    return edition.citation.format(place=place)
