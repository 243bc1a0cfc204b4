"""Invoices that come in as PDF: what was read is a draft that a person confirms part by part, once, and then issues.

Every field knows where it came from: the page and line of the file, the sum that gave it, or the person who typed it.
Confirmed, it is the table of an invoice and goes on as one that came as a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from transire.desk import drafts as desk
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.csv_table import CellRefused, Column
from transire.documents.errors import PdfUnconfirmed
from transire.documents.invoice import INVOICE_COLUMNS, LINE_COLUMNS, read_invoice_csv
from transire.documents.pdf_invoice import PdfReading, Said, read_invoice_text, write_table
from transire.node.tenant import Issued, Tenant
from transire.procedures.entry_summary.errors import LineUnknown, PartUnknown
from transire.procedures.entry_summary.filing import keyed_by
from transire.procedures.entry_summary.invoices import issue_read
from transire.procedures.pdf_text import read_pdf

DRAFT_KIND: Final = "invoice-pdf"
HEAD: Final = "head"
LINES_A_PART: Final = 10
MOST_LINES: Final = 999
FILL_IN: Final = "Fill it in."


class AskedField(msgspec.Struct, frozen=True, kw_only=True):
    """A field to confirm: what it says now, what stands in the file and where, and what stands in its way."""

    pointer: str
    column: str
    meaning: str
    required: bool
    value: str
    text: str
    page: int | None
    line: int | None
    why: str
    source: desk.Source | None


class ReadingPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a reading: the fields of the invoice, or those of some of its lines, each with its place from 0."""

    name: str
    confirmed: bool
    fields: tuple[AskedField, ...]
    lines: tuple[tuple[int, tuple[AskedField, ...]], ...]


class ReadingPage(msgspec.Struct, frozen=True, kw_only=True):
    """A reading as its page shows it: one part, the state of all of them, and the text of the pages it stands on."""

    draft: desk.Draft
    part: ReadingPart
    parts: tuple[tuple[str, bool], ...]
    pages: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is left to confirm."""
        return all(confirmed for _, confirmed in self.parts)


class LineCame(msgspec.Struct, frozen=True, kw_only=True):
    """Where a line came from: the pages of the file, and the columns that were typed or worked out."""

    number: int
    pages: tuple[int, ...]
    keyed: tuple[str, ...]
    computed: tuple[str, ...]


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """Where an invoice that was read from a PDF came from, field by field, its lines in short."""

    head: tuple[AskedField, ...]
    lines: tuple[LineCame, ...]


def read_invoice(person: Person, raw: bytes) -> PdfReading:
    """What can be read of a PDF, for whoever confirms it elsewhere. Nothing is kept."""
    require(person, "invoices.issue")
    return read_invoice_text(read_pdf(raw))


def begin_reading(tenant: Tenant, person: Person, raw: bytes, *, importer_did: str) -> str:
    """Read a PDF and keep what was read as a draft; returns its id. Nothing is issued."""
    reading = read_invoice(person, raw)
    content, sources = _content(reading), dict(_sources(reading))
    content |= {"importer": importer_did, "digest": hashlib.sha256(raw).hexdigest()}
    number = reading.head["invoice_number"].value or "?"
    with tenant.transaction() as tx:
        draft = desk.create_draft(
            tx,
            person,
            DRAFT_KIND,
            title=f"Invoice {number}, read from a PDF"[:200],
            content=content,
            sources=sources,
            now=tenant.now(),
        )
    return draft.id


def show_reading(tenant: Tenant, person: Person, draft_id: str, part: str = HEAD) -> ReadingPage:
    """One part of a reading, beside the text of the pages that it was read from."""
    require(person, "invoices.issue")
    with tenant.database.reading() as view:
        draft = desk.find_draft(view, draft_id, kind=DRAFT_KIND)
    shown = _part(draft, part)
    asked = [*shown.fields, *(field for _, fields in shown.lines for field in fields)]
    wanted = sorted({field.page for field in asked if field.page is not None}) or [1]
    pages = draft.content["pages"]
    return ReadingPage(
        draft=draft,
        part=shown,
        parts=tuple((name, name in draft.content["confirmed"]) for name in _parts(draft)),
        pages=tuple((number, tuple(pages[number - 1])) for number in wanted),
    )


def confirm_part(
    tenant: Tenant,
    person: Person,
    draft_id: str,
    part: str,
    values: Mapping[str, str],
    *,
    expected_version: int | None = None,
) -> bool:
    """Take what a person confirms or corrects of one part; whether all of it can be read and nothing is missing.

    What is typed is kept either way; a part of which something cannot be read stays unconfirmed.
    """
    require(person, "invoices.issue")
    with tenant.transaction() as tx:
        draft = desk.find_draft(tx, draft_id, kind=DRAFT_KIND)
        content, sources = _copy(draft.content), dict(draft.sources)
        for pointer, column in _columns(draft, part):
            given = values.get(pointer, "").strip()[:1000]
            if given != _value(content, pointer):
                _put(content, pointer, given)
                sources[pointer] = keyed_by(person)
            content["why"][pointer] = _refusal(column, given)
        is_whole = not any(content["why"][pointer] for pointer, _ in _columns(draft, part))
        kept = [name for name in content["confirmed"] if name != part]
        content["confirmed"] = [*kept, part] if is_whole else kept
        _save(tenant, tx, person, draft, content, sources, expected_version)
    return is_whole


def add_line(tenant: Tenant, person: Person, draft_id: str) -> str:
    """Add a line that was not read, to be typed; returns the name of its part."""
    require(person, "invoices.issue")
    with tenant.transaction() as tx:
        draft = desk.find_draft(tx, draft_id, kind=DRAFT_KIND)
        content = _copy(draft.content)
        at = len(content["lines"])
        if at >= MOST_LINES:
            raise LineUnknown(got=at + 1)
        content["lines"].append({"line": str(at + 1)})
        part = _part_of(at)
        content["confirmed"] = [name for name in content["confirmed"] if name != part]
        _save(tenant, tx, person, draft, content, dict(draft.sources), None)
    return part


def remove_line(tenant: Tenant, person: Person, draft_id: str, at: int) -> None:
    """Take away what was read as a line and is none. The parts of the lines after it are to be confirmed anew."""
    require(person, "invoices.issue")
    with tenant.transaction() as tx:
        draft = desk.find_draft(tx, draft_id, kind=DRAFT_KIND)
        content = _copy(draft.content)
        if not 0 <= at < len(content["lines"]):
            raise LineUnknown(got=at + 1)
        del content["lines"][at]
        moved = {name: _without_line(content[name], at) for name in ("why", "places", "texts")}
        _save(tenant, tx, person, draft, {**content, **moved, "confirmed": []}, _without_line(draft.sources, at), None)


def issue_reading(tenant: Tenant, person: Person, draft_id: str) -> Issued:
    """Issue the invoice that was confirmed, once, like one of a table; refused while a part is not confirmed."""
    require(person, "invoices.issue")
    with tenant.transaction() as tx:
        draft = desk.find_draft(tx, draft_id, kind=DRAFT_KIND)
        left = [name for name in _parts(draft) if name not in draft.content["confirmed"]]
        if left:
            raise PdfUnconfirmed(got=", ".join(left), expected="every part confirmed")
        read = read_invoice_csv(write_table(draft.content["head"], draft.content["lines"]))
        issued = issue_read(tenant, tx, person, read, importer_did=str(draft.content["importer"]))
        desk.close_draft(tx, person, draft_id, document_id=issued.document_id, now=tenant.now())
    return issued


def discard_reading(tenant: Tenant, person: Person, draft_id: str) -> None:
    """Give a reading up."""
    require(person, "invoices.issue")
    with tenant.transaction() as tx:
        desk.find_draft(tx, draft_id, kind=DRAFT_KIND)
        desk.close_draft(tx, person, draft_id, document_id=None, now=tenant.now())


def reading_of(tenant: Tenant, person: Person, document_id: str) -> Came | None:
    """Where the fields of an invoice that this member read from a PDF came from; None for any other invoice."""
    require(person, "invoices.read")
    with tenant.database.reading() as view:
        draft = desk.find_draft_of(view, document_id, kind=DRAFT_KIND)
    if draft is None:
        return None
    head = tuple(_asked(draft, pointer, column) for pointer, column in _columns(draft, HEAD))
    return Came(head=head, lines=tuple(_line_came(draft, at) for at in range(len(draft.content["lines"]))))


def _line_came(draft: desk.Draft, at: int) -> LineCame:
    asked = [_asked(draft, f"/lines/{at}/{column.name}", column) for column in LINE_COLUMNS]
    said = [field for field in asked if field.value and field.source is not None]
    kinds = {field.column: field.source.origin for field in said if field.source is not None}
    read = [field.page for field in said if field.page is not None and kinds[field.column] == "imported"]
    return LineCame(
        number=at + 1,
        pages=tuple(sorted(set(read))),
        keyed=tuple(column for column, kind in kinds.items() if kind == "keyed"),
        computed=tuple(column for column, kind in kinds.items() if kind == "computed"),
    )


# What a draft of a reading holds.


def _content(reading: PdfReading) -> dict[str, Any]:
    said = dict(_all_said(reading))
    return {
        "head": {name: one.value for name, one in reading.head.items() if one.value},
        "lines": [{name: one.value for name, one in line.items() if one.value} for line in reading.lines],
        "pages": [list(page) for page in reading.pages],
        "texts": {pointer: one.text for pointer, one in said.items() if one.text},
        "why": {pointer: one.why for pointer, one in said.items() if one.why and not one.value},
        "places": {pointer: [one.page, one.line] for pointer, one in said.items() if one.page},
        "confirmed": [],
    }


def _all_said(reading: PdfReading) -> Iterator[tuple[str, Said]]:
    for name, one in reading.head.items():
        yield f"/head/{name}", one
    for at, line in enumerate(reading.lines):
        for name, one in line.items():
            yield f"/lines/{at}/{name}", one


def _sources(reading: PdfReading) -> Iterator[tuple[str, desk.Source]]:
    for pointer, one in _all_said(reading):
        if one.value and one.page:
            yield pointer, desk.Source("imported", detail=f"PDF, page {one.page}, line {one.line}")
        elif one.value:
            yield pointer, desk.Source("computed", detail=one.why)


def _parts(draft: desk.Draft) -> list[str]:
    """The parts to confirm: the fields of the whole, then the lines, some at a time; an invoice has at least one."""
    count = max(1, len(draft.content["lines"]))
    return [HEAD, *(_part_of(at) for at in range(0, count, LINES_A_PART))]


def _part_of(at: int) -> str:
    return f"lines-{at // LINES_A_PART + 1}"


def _places(draft: desk.Draft, part: str) -> range:
    """The lines of a part."""
    start = (int(part.removeprefix("lines-")) - 1) * LINES_A_PART
    return range(start, min(start + LINES_A_PART, len(draft.content["lines"])))


def _columns(draft: desk.Draft, part: str) -> Sequence[tuple[str, Column]]:
    """The fields of a part, by their pointers."""
    if part not in _parts(draft):
        raise PartUnknown(got=part[:40], expected=", ".join(_parts(draft)[:6]))
    if part == HEAD:
        return [(f"/head/{column.name}", column) for column in INVOICE_COLUMNS]
    return [(f"/lines/{at}/{column.name}", column) for at in _places(draft, part) for column in LINE_COLUMNS]


def _part(draft: desk.Draft, part: str) -> ReadingPart:
    asked = [_asked(draft, pointer, column) for pointer, column in _columns(draft, part)]
    places = () if part == HEAD else _places(draft, part)
    return ReadingPart(
        name=part,
        confirmed=part in draft.content["confirmed"],
        fields=tuple(asked) if part == HEAD else (),
        lines=tuple((at, tuple(one for one in asked if one.pointer.startswith(f"/lines/{at}/"))) for at in places),
    )


def _asked(draft: desk.Draft, pointer: str, column: Column) -> AskedField:
    content = draft.content
    value = _value(content, pointer)
    page, line = content["places"].get(pointer, (None, None))
    return AskedField(
        pointer=pointer,
        column=column.name,
        meaning=column.meaning,
        required=column.required,
        value=value,
        text=content["texts"].get(pointer, ""),
        page=page,
        line=line,
        why=content["why"].get(pointer, ""),
        source=draft.sources.get(pointer),
    )


def _value(content: Mapping[str, Any], pointer: str) -> str:
    return str(_holder(content, pointer).get(pointer.rsplit("/", 1)[-1], ""))


def _put(content: dict[str, Any], pointer: str, value: str) -> None:
    holder, name = _holder(content, pointer), pointer.rsplit("/", 1)[-1]
    if value:
        holder[name] = value
    else:
        holder.pop(name, None)


def _holder(content: Mapping[str, Any], pointer: str) -> dict[str, str]:
    _, part, *rest = pointer.split("/")
    held: dict[str, str] = content[part][int(rest[0])] if part == "lines" else content[part]
    return held


def _refusal(column: Column, value: str) -> str:
    """Why a value is not taken; blank where it is."""
    if not value:
        return FILL_IN if column.required else ""
    try:
        column.read(value)
    except CellRefused as refusal:
        return refusal.sentence
    return ""


def _copy(content: Mapping[str, Any]) -> dict[str, Any]:
    copied: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(content))
    return copied


def _without_line(known: Mapping[str, Any], at: int) -> dict[str, Any]:
    """What is known by pointer, without one line; those after it move up."""
    kept = {}
    for pointer, value in known.items():
        parts = pointer.split("/")
        if parts[1] == "lines" and int(parts[2]) == at:
            continue
        if parts[1] == "lines" and int(parts[2]) > at:
            parts[2] = str(int(parts[2]) - 1)
        kept["/".join(parts)] = value
    return kept


def _save(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    draft: desk.Draft,
    content: Mapping[str, Any],
    sources: Mapping[str, desk.Source],
    expected_version: int | None,
) -> None:
    expected = draft.version if expected_version is None else expected_version
    desk.save_draft(tx, person, draft.id, expected_version=expected, content=content, sources=sources, now=tenant.now())
