"""Reads the official exports of the Harmonized Tariff Schedule: the CSV and the JSON of the publisher.

Both list the rows of the schedule in order, with an indent that says what belongs to what. Rows are kept as they
stand. What is wrong in them becomes an `Anomaly`: a spreadsheet that touched a file leaves damage behind, such as
numbers without their last zero and rates copied down into headings.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from transire.tariff.anomalies import Anomaly
from transire.tariff.errors import ExportUnreadable
from transire.tariff.examination import examine
from transire.tariff.rows import Export, Footnote, ScheduleRow

MOST_BYTES: Final = 64 << 20
MOST_ROWS: Final = 200_000
LONGEST_CELL: Final = 50_000

_COLUMNS: Final = {
    "HTS Number": "number",
    "Indent": "indent",
    "Description": "description",
    "Unit of Quantity": "units",
    "General Rate of Duty": "general",
    "Special Rate of Duty": "special",
    "Column 2 Rate of Duty": "column_2",
    "Quota Quantity": "quota",
    "Additional Duties": "additional",
}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_DEEPEST: Final = 30


class _Cells(msgspec.Struct):
    """A row as it came, before its place in the tree is known."""

    number: str
    indent: str
    description: str
    units: tuple[str, ...]
    general: str
    special: str
    column_2: str
    quota: str
    additional: str
    footnotes: tuple[Footnote, ...] = ()


class _JsonFootnote(msgspec.Struct):
    value: str | None = None
    columns: tuple[str, ...] | None = None


class _JsonRow(msgspec.Struct):
    """The members of the publisher's JSON; `addiitionalDuties`, misspelt there, is blank wherever it was seen."""

    htsno: str | None = None
    indent: str | int | None = None
    description: str | None = None
    units: tuple[str, ...] | None = None
    general: str | None = None
    special: str | None = None
    other: str | None = None
    footnotes: tuple[_JsonFootnote, ...] | None = None
    quotaQuantity: str | None = None
    additionalDuties: str | None = None


def read_export(raw: bytes) -> Export:
    """Read the bytes of one export, CSV or JSON; refuse what is neither with `tariff.export-unreadable`."""
    if len(raw) > MOST_BYTES:
        raise ExportUnreadable(got=f"{len(raw):,} bytes", expected=f"at most {MOST_BYTES:,} bytes")
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    form, cells = ("json", _json_cells(raw)) if start in (b"[", b"{") else ("csv", _csv_cells(raw))
    if not cells:
        raise ExportUnreadable(got="no row", expected="the rows of the schedule")
    return examine(form, *_placed(cells))


def _csv_cells(raw: bytes) -> list[_Cells]:
    try:
        text = raw.decode("utf-8-sig")
        csv.field_size_limit(LONGEST_CELL)
        table = csv.reader(io.StringIO(text, newline=""), strict=True)
        head = next(table, [])
        places = _places(head)
        return [_csv_row(line, places) for line in _bounded(table)]
    except UnicodeDecodeError as error:
        raise ExportUnreadable(got=f"byte {error.start} is not UTF-8", expected="a CSV file in UTF-8") from None
    except csv.Error as error:
        raise ExportUnreadable(got=str(error)[:100], expected="a CSV file") from None


def _places(head: list[str]) -> dict[str, int]:
    missing = [name for name in _COLUMNS if name not in head]
    if missing:
        raise ExportUnreadable(where="row 0", got=f"no column {', '.join(missing)}"[:200], expected=", ".join(_COLUMNS))
    return {ours: head.index(name) for name, ours in _COLUMNS.items()}


def _bounded(table: Iterator[list[str]]) -> Iterator[list[str]]:
    for at, line in enumerate(table):
        if at >= MOST_ROWS:
            raise ExportUnreadable(got=f"more than {MOST_ROWS:,} rows", expected="one edition of the schedule")
        if line:
            yield line


def _csv_row(line: list[str], places: dict[str, int]) -> _Cells:
    cell = {name: line[place].strip() if place < len(line) else "" for name, place in places.items()}
    return _Cells(**{**cell, "units": _units_of(cell["units"])})  # type: ignore[arg-type]


def _units_of(text: str) -> tuple[str, ...]:
    """The CSV writes the units as a JSON list in a cell."""
    if not text:
        return ()
    try:
        return msgspec.json.decode(text, type=tuple[str, ...])
    except msgspec.DecodeError:
        return (text,)


def _json_cells(raw: bytes) -> list[_Cells]:
    try:
        found = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=list[_JsonRow])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ExportUnreadable(got=str(error)[:200], expected="the publisher's JSON list of rows") from None
    if len(found) > MOST_ROWS:
        raise ExportUnreadable(got=f"more than {MOST_ROWS:,} rows", expected="one edition of the schedule")
    return [_json_row(row) for row in found]


def _json_row(row: _JsonRow) -> _Cells:
    return _Cells(
        number=(row.htsno or "").strip(),
        indent=str(row.indent if row.indent is not None else ""),
        description=(row.description or "").strip(),
        units=row.units or (),
        general=(row.general or "").strip(),
        special=(row.special or "").strip(),
        column_2=(row.other or "").strip(),
        quota=(row.quotaQuantity or "").strip(),
        additional=(row.additionalDuties or "").strip(),
        footnotes=tuple(
            Footnote(note.columns or (), (note.value or "").strip()) for note in row.footnotes or () if note.value
        ),
    )


def _placed(cells: list[_Cells]) -> tuple[list[ScheduleRow], list[Anomaly]]:
    """Every row with its parent, the nearest row above it that is less deep."""
    rows: list[ScheduleRow] = []
    anomalies: list[Anomaly] = []
    above: list[int] = []  # the open rows, from the top down
    depth = 0
    for at, cell in enumerate(cells):
        before, depth = depth, _depth(cell, at, depth, anomalies)
        if depth > before + 1 and rows:
            anomalies.append(Anomaly("indent-jump", at + 1, cell.number, str(depth), f"at most {before + 1}"))
        while above and rows[above[-1]].indent >= depth:
            above.pop()
        rows.append(_row(cell, at, depth, above[-1] if above else -1, anomalies))
        above.append(at)
    return rows, anomalies


def _depth(cell: _Cells, at: int, before: int, anomalies: list[Anomaly]) -> int:
    if cell.indent.isascii() and cell.indent.isdigit() and len(cell.indent) <= 2 and int(cell.indent) <= _DEEPEST:
        return int(cell.indent)
    anomalies.append(Anomaly("indent-unread", at + 1, cell.number, repr(cell.indent)[:20], "0 to 30"))
    return before


def _row(cell: _Cells, at: int, depth: int, parent: int, anomalies: list[Anomaly]) -> ScheduleRow:
    texts: dict[str, Any] = {
        name: getattr(cell, name)
        for name in ("number", "description", "general", "special", "column_2", "quota", "additional")
    }
    dirty = [name for name, text in texts.items() if _CONTROL.search(text)]
    if dirty:
        anomalies.append(Anomaly("control-character", at + 1, cell.number[:20], ", ".join(dirty)))
        texts |= {name: _CONTROL.sub("", texts[name]) for name in dirty}
    return ScheduleRow(
        indent=depth,
        parent=parent,
        units=tuple(_CONTROL.sub("", unit).strip() for unit in cell.units),
        footnotes=cell.footnotes,
        **texts,
    )
