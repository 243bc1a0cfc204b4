"""The answer of the customs system to an entry (AX), read back: what it says of the entry, and of each of its lines.

An answer is a row of records: E0 names what the records E1 after it speak of; the last E1 says whether the entry was
taken (A) or refused (R). Records of other kinds are counted and not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from transire.documents.entry import EntryLine, EntrySummary
from transire.procedures.entry_summary.catair.layout import WIDTH, layouts, read_record
from transire.procedures.entry_summary.errors import AnswerOfAnother, AnswerUnreadable

MOST_BYTES: Final = 1 << 20
CONTROL: Final = ("A", "B", "Y", "Z")
OPENING: Final = "SUMMRY"

Severity = Literal["fatal", "warning", "information", "none"]
_SEVERITIES: Final[dict[str, Severity]] = {"F": "fatal", "W": "warning", "P": "warning", "I": "information"}


class Reference(msgspec.Struct, frozen=True):
    """What a condition speaks of: a kind of record (`LINITM` a line, `TARIFF` a number) and its text."""

    kind: str
    text: str


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition. `line` is the line of the entry, `where` its JSON pointer; blank for the entry as a whole."""

    severity: Severity
    code: str
    narrative: str
    reason: str = ""
    line: int | None = None
    where: str = ""
    references: tuple[Reference, ...] = ()


class EntryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered to one entry. `accepted` is None where the answer has no last word."""

    filer: str
    entry: str
    accepted: bool | None
    code: str
    narrative: str
    version: str
    conditions: tuple[Condition, ...]
    unread: int


def read_answers(raw: bytes) -> list[EntryAnswer]:
    """Every entry that a file answers; refuse what is no answer (`entry.answer-unreadable`).

    >>> answers = read_answers(b"E0 SUMMRY 000001 REF ID: B76 03245278\\nE1A S01   SUMMARY HAS BEEN ADDED\\n")
    >>> (answers[0].entry, answers[0].accepted, answers[0].code)
    ('03245278', True, 'S01')
    """
    records = list(_records(raw))
    grouped = list(_grouped(records))
    if not grouped:
        raise AnswerUnreadable(got=f"{len(records)} records", expected="a record E0 with SUMMRY")
    return [_answer(group) for group in grouped]


def answer_to(entry: EntrySummary, raw: bytes) -> EntryAnswer:
    """The answer to this entry, each condition at its place in it; refuse a file about others."""
    answers = read_answers(raw)
    number = entry.entry_number[4:].replace("-", "")
    mine = [one for one in answers if (one.filer, one.entry) == (entry.filer_code, number)]
    if not mine:
        told = ", ".join(f"{one.filer}-{one.entry}" for one in answers[:5])
        raise AnswerOfAnother(got=told, expected=f"{entry.filer_code}-{number}")
    placed = tuple(_placed(entry, condition) for condition in mine[-1].conditions)
    return msgspec.structs.replace(mine[-1], conditions=placed)


def _records(raw: bytes) -> Iterator[str]:
    if len(raw) > MOST_BYTES:
        raise AnswerUnreadable(got=f"{len(raw):,} bytes", expected=f"at most {MOST_BYTES:,}")
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise AnswerUnreadable(got=f"byte {raw[error.start]:#04x} at {error.start}", expected="ASCII") from None
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        if len(line) > WIDTH or not line.isprintable():
            raise AnswerUnreadable(got=repr(line)[:90], expected=f"{WIDTH} columns", where=f"record {number}")
        yield line


def _grouped(records: Sequence[str]) -> Iterator[list[tuple[str, dict[str, str]]]]:
    """The records of each entry, from the E0 that opens it up to the next."""
    group: list[tuple[str, dict[str, str]]] | None = None
    for line in records:
        if line.startswith(CONTROL):
            continue
        name, fields = read_record(layouts().named("AE"), line)
        if name == "E0" and fields["kind"] == OPENING:
            if group is not None:
                yield group
            group = []
        if group is not None:
            group.append((name, fields))
    if group is not None:
        yield group


def _answer(group: Sequence[tuple[str, dict[str, str]]]) -> EntryAnswer:
    opening = group[0][1]["text"]
    filer, _, rest = opening.partition(" ")
    last = next((fields for name, fields in reversed(group) if name == "E1" and fields["disposition"]), {})
    taken = {"A": True, "R": False}.get(last.get("disposition", ""))
    return EntryAnswer(
        filer=filer,
        entry=rest[:8].strip(),
        accepted=taken,
        code=last.get("code", ""),
        narrative=last.get("narrative", ""),
        version=last.get("version", ""),
        conditions=tuple(_conditions(group[1:])),
        unread=sum(1 for name, _ in group if name not in ("E0", "E1")),
    )


def _conditions(records: Sequence[tuple[str, dict[str, str]]]) -> Iterator[Condition]:
    references: list[Reference] = []
    after_condition = False
    for name, fields in records:
        if name == "E0":
            references = [] if after_condition else references
            references = [*references, Reference(fields["kind"], fields["text"])]
        elif name == "E1" and not fields["disposition"]:
            yield Condition(
                severity=_SEVERITIES.get(fields["severity"], "none"),
                code=fields["code"],
                narrative=fields["narrative"],
                reason=fields["reason"],
                line=_line_of(references),
                references=tuple(references),
            )
        after_condition = name == "E1"


def _line_of(references: Sequence[Reference]) -> int | None:
    text = next((one.text.split(" ")[0] for one in references if one.kind == "LINITM"), "")
    return int(text) if text.isascii() and text.isdigit() else None


def _placed(entry: EntrySummary, condition: Condition) -> Condition:
    place = next((at for at, line in enumerate(entry.lines) if line.line_number == condition.line), None)
    if place is None:
        return condition
    number = next((one.text.split(" ")[0] for one in condition.references if one.kind == "TARIFF"), "")
    return msgspec.structs.replace(condition, where=f"/lines/{place}{_field_of(entry.lines[place], number)}")


def _field_of(line: EntryLine, number: str) -> str:
    """The field of the line that has this number; blank where none has it."""
    if number and number == line.tariff_number.replace(".", ""):
        return "/tariffNumber"
    for at, said in enumerate(line.additional_numbers):
        if number and number == said.tariff_number.replace(".", ""):
            return f"/additionalNumbers/{at}/tariffNumber"
    return ""
