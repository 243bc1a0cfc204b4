"""CSV files as an ERP exports them, read strictly: RFC 4180, UTF-8, commas between cells, a header row.

All problems are found at once, each with its row and column, and a table with a problem is not taken at all. A cell
stays the text it is: one that begins with `=`, `+`, `-` or `@` is never evaluated here, and whoever writes it into a
spreadsheet again must quote it there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from transire.documents.errors import TableProblem, TableRefused

MAX_BYTES: Final = 8 * 1024 * 1024
"""A product master of some 20,000 rows; larger ones are sent in parts."""
MAX_ROWS: Final = 20_000
MAX_CELL: Final = 1_000
MAX_COLUMNS: Final = 200
MAX_PROBLEMS: Final = 500
"""Reading stops here: a file with so many problems has one cause, and the first rows show it."""

T = TypeVar("T")


class CellRefused(Exception):
    """A cell that its column does not take; turned into a TableProblem with row and column."""

    def __init__(self, code: str, sentence: str, fix: str) -> None:
        self.code = code
        self.sentence = sentence
        self.fix = fix
        super().__init__(sentence)


class Column(NamedTuple):
    """One column: its name in the header, how its cells are read, what it holds, and whether each row must fill it."""

    name: str
    read: Callable[[str], str | int]
    meaning: str
    required: bool = True


class Row(NamedTuple, Generic[T]):
    """One row that was read, with its number as a spreadsheet counts it (the header is row 1)."""

    number: int
    content: T


class Problems:
    """The problems of one table as they are found; `refuse_if_any` raises them all."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.found: list[TableProblem] = []

    def add(self, row: int, column: str | None, refused: CellRefused, got: str | None = None) -> None:
        self.found.append(
            TableProblem(
                table=self.table,
                row=row,
                column=column,
                code=f"documents.{refused.code}",
                sentence=refused.sentence,
                fix=refused.fix,
                got=None if got is None else got[:80],
            )
        )

    @property
    def are_too_many(self) -> bool:
        return len(self.found) >= MAX_PROBLEMS

    def refuse_if_any(self) -> None:
        if self.found:
            raise TableRefused(tuple(self.found))


def read_rows(raw: bytes, columns: Sequence[Column], kind: type[T], problems: Problems) -> tuple[Row[T], ...]:
    """Read every row of a table into structs of `kind`; what is wrong goes into `problems`.

    Rows with a problem are left out of the answer, so the caller can look for what only whole rows show (a number
    that stands twice) before it refuses the table.
    """
    text = _decoded(raw, problems)
    if text is None:
        return ()
    records = _records(text, problems)
    header = next(records, None)
    if header is None:
        problems.add(1, None, _EMPTY)
        return ()
    names = _header(header[1], columns, problems)
    if not names:
        return ()
    header_is_whole = not problems.found
    present = [column for column in columns if column.name in names]
    rows = []
    for number, cells in records:
        values = _cells(number, cells, names, present, problems)
        if values is not None and header_is_whole:
            rows.append(Row(number, msgspec.convert(values, type=kind)))
        if problems.are_too_many:
            break
    if not rows and not problems.found:
        problems.add(2, None, _EMPTY)
    return tuple(rows)


def find_duplicates(rows: Iterable[Row[T]], key: Callable[[T], object], column: str, problems: Problems) -> None:
    """A row whose key stands in an earlier row already."""
    first: dict[object, int] = {}
    for row in rows:
        name = key(row.content)
        if name in first:
            shown = " / ".join(name) if isinstance(name, tuple) else str(name)
            problems.add(
                row.number,
                column,
                CellRefused(
                    "table-duplicate",
                    f"This number stands in row {first[name]} already.",
                    "Give each row a number of its own, or remove the one that is out of date.",
                ),
                shown,
            )
        else:
            first[name] = row.number


_EMPTY: Final = CellRefused(
    "table-empty", "The table has no rows.", "Export it again with a header row and at least one row below it."
)


_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How the files of spreadsheet programs begin: .xlsx and .ods, which are archives, and .xls."""
_WORKBOOK: Final = CellRefused(
    "table-workbook",
    "The file is a workbook of a spreadsheet program, not a table as text.",
    "Save it again as 'CSV UTF-8 (comma delimited)'.",
)


def _decoded(raw: bytes, problems: Problems) -> str | None:
    if len(raw) > MAX_BYTES:
        problems.add(
            1,
            None,
            CellRefused(
                "table-too-large",
                f"The file has more than {MAX_BYTES // 1024 // 1024} MB.",
                "Send the table in several parts.",
            ),
            f"{len(raw)} bytes",
        )
        return None
    if raw.startswith(_WORKBOOKS):
        problems.add(1, None, _WORKBOOK)
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(raw.count(b"\n", 0, error.start) + 1, None, _encoding(raw), f"byte 0x{raw[error.start]:02x}")
        return None
    if "\x00" in text:
        problems.add(text.count("\n", 0, text.index("\x00")) + 1, None, _encoding(raw), "a zero byte")
        return None
    return text


def _encoding(raw: bytes) -> CellRefused:
    guess = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw else "Windows-1252 or Latin-1"
    return CellRefused(
        "table-encoding",
        f"The file is not encoded in UTF-8; it looks like {guess}.",
        "Save it again as 'CSV UTF-8 (comma delimited)'.",
    )


def _records(text: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, with their numbers; stops at the first that breaks RFC 4180."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            problems.add(
                number,
                None,
                CellRefused(
                    "table-quoting",
                    "The quotation marks of this row do not close where they should.",
                    "Put cells that hold commas or quotation marks into quotation marks, and double those inside.",
                ),
            )
            return
        if cells is None:
            return
        if number > MAX_ROWS + 1:
            problems.add(
                number,
                None,
                CellRefused(
                    "table-too-long", f"The table has more than {MAX_ROWS} rows.", "Send the table in several parts."
                ),
            )
            return
        if any(cell.strip() for cell in cells):
            yield number, [cell.strip() for cell in cells]


def _header(cells: list[str], columns: Sequence[Column], problems: Problems) -> list[str]:
    """The names of the columns as they stand; none where the rows below cannot be read by them at all."""
    names = [cell.lower() for cell in cells]
    known = [column.name for column in columns]
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        problems.add(
            1,
            None,
            CellRefused(
                "table-delimiter",
                "The cells are not divided by commas.",
                "Export the table with commas between the cells and points in the decimals.",
            ),
            names[0],
        )
        return []
    if len(names) > MAX_COLUMNS or not set(names) & set(known):
        problems.add(1, None, _NO_HEADER, ",".join(names[:8]))
        return []
    for name in names:
        if name not in known:
            problems.add(1, name or "(blank)", _unknown_column(known), name)
        elif names.count(name) > 1:
            problems.add(1, name, _SAME_COLUMN, name)
    for column in columns:
        if column.required and column.name not in names:
            problems.add(1, column.name, _MISSING_COLUMN)
    return names


_NO_HEADER: Final = CellRefused(
    "table-no-header",
    "The first row does not hold the names of the columns.",
    "Export the table with a header row; the names stand in the reference.",
)
_SAME_COLUMN: Final = CellRefused(
    "table-column-twice", "This column stands twice.", "Keep the one that is right and remove the other."
)
_MISSING_COLUMN: Final = CellRefused(
    "table-column-missing", "This column is missing.", "Add a column of this name to the export."
)
_MISSING_CELL: Final = CellRefused(
    "table-cell-missing", "This cell is empty and must not be.", "Fill it in the system that exported the table."
)


def _unknown_column(known: Sequence[str]) -> CellRefused:
    return CellRefused(
        "table-column-unknown",
        "This column is not known.",
        f"Remove it, or mend its name. Known are {', '.join(known)}.",
    )


def _cells(
    number: int, cells: list[str], names: list[str], columns: Sequence[Column], problems: Problems
) -> Mapping[str, str | int] | None:
    if len(cells) != len(names):
        problems.add(
            number,
            None,
            CellRefused(
                "table-row-length",
                f"This row has {len(cells)} cells, the header {len(names)}.",
                "Put cells that hold commas into quotation marks; write decimals with a point.",
            ),
        )
        return None
    before = len(problems.found)
    given = dict(zip(names, cells, strict=True))
    values: dict[str, str | int] = {}
    for column in columns:
        cell = given.get(column.name, "")
        try:
            if cell:
                values[column.name] = column.read(_plain(cell))
            elif column.required:
                raise _MISSING_CELL
        except CellRefused as refused:
            problems.add(number, column.name, refused, cell or None)
    return values if len(problems.found) == before else None


def _plain(cell: str) -> str:
    if len(cell) > MAX_CELL:
        raise CellRefused("table-cell-long", f"This cell has more than {MAX_CELL} characters.", "Shorten it.")
    if any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in cell):
        raise CellRefused(
            "table-cell-control",
            "This cell holds a line break or another control character.",
            "Write it on one line, without tabs.",
        )
    return cell
