"""A document type as a form: the fields, groups and tables that a person fills in, read from its schema alone. Pure.

A field is named by the JSON pointer of its place (RFC 6901). What was filled in becomes a credential subject again,
typed as the schema says; what is empty is left out, and rows of a table close up. Tables can come as CSV too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal

import msgspec

from transire.documents.catalogue import common_definition, subject_schema
from transire.documents.csv_cells import (
    amount,
    country,
    currency,
    day,
    email,
    line_of_text,
    one_of,
    phone,
    port,
    positive,
    tariff_number,
    whole_number,
)
from transire.documents.csv_table import CellRefused, Column, Problems, read_rows
from transire.documents.differences import leaves
from transire.errors import TransireError

Kind = Literal["text", "long", "date", "number", "choice", "list", "email"]

COUNTED: Final = "lineNumber"
"""The member of a row that its place gives where nobody says it."""
MOST_ROWS: Final = 200
"""Rows that a page takes; longer tables come as CSV or over the API."""

_READERS: Final[Mapping[str, Callable[[str], str | int]]] = {
    "line": line_of_text,
    "text": line_of_text,
    "decimal": amount,
    "positive": positive,
    "date": day,
    "country": country,
    "currency": currency,
    "tariffNumber": tariff_number,
    "port": port,
    "phone": phone,
    "email": email,
    "number": whole_number,
}
_PLACE: Final = re.compile(r"[0-9]{1,5}")


class TableUnknown(TransireError):
    """A list that a document type does not have, or that does not fit into a table."""

    code = "documents.table-unknown"
    sentence = "This type of document has no such table."
    fix = "Name one of its lists of plain rows, as the reference of documents shows them."
    status = 422


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `pointer` is its place in the subject, or in a row of the table that it belongs to."""

    pointer: str
    name: str
    kind: Kind
    required: bool
    hint: str = ""
    choices: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Fields that belong together, such as a party. Required fields count only where anything of it is filled in."""

    pointer: str
    name: str
    fields: tuple[Field, ...]
    required: bool


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A list of rows."""

    pointer: str
    name: str
    columns: tuple[Field, ...]
    required: bool


Part = Field | Group | Table


@cache
def form_of(schema_id: str) -> tuple[Part, ...]:
    """The parts of a type's form, in the order of its schema.

    >>> [part.name for part in form_of("packing-list/1")][:4]
    ['packingListNumber', 'issuedOn', 'invoiceNumber', 'orderNumber']
    """
    return tuple(_parts(subject_schema(schema_id)))


def values_of(subject: Mapping[str, Any]) -> dict[str, str]:
    """What a subject says, as a form holds it: texts by pointer; a list of texts is one field, a line each.

    >>> values_of({"total": "5", "comments": ["a", "b"]})
    {'/total': '5', '/comments': 'a\\nb'}
    >>> values_of({"a/b": {"c": "1"}})
    {'/a~1b/c': '1'}
    """
    values: dict[str, str] = {}
    for pointer, text in leaves(subject):
        above, _, last = pointer.rpartition("/")
        inside = _at(subject, above)
        if isinstance(inside, list) and last.isdigit():
            values[above] = f"{values[above]}\n{text}" if above in values else text
        else:
            values[pointer] = text
    return values


def subject_of(schema_id: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The credential subject that a filled-in form says. Nothing is checked: the catalogue says what is wrong.

    >>> subject_of("packing-list/1", {"/totalPackages": "3", "/lines/1/description": "Pumps", "/seller/name": " "})
    {'lines': [{'lineNumber': 1, 'description': 'Pumps'}], 'totalPackages': 3}
    """
    filled = {pointer: text.strip() for pointer, text in values.items() if text.strip()}
    subject: dict[str, Any] = {}
    for part in form_of(schema_id):
        if isinstance(part, Table):
            rows = [_row(part, filled, place) for place in _places(part, filled)]
            if rows:
                subject[part.name] = [_counted(part, row, at) for at, row in enumerate(rows)]
        else:
            for field in part.fields if isinstance(part, Group) else (part,):
                if field.pointer in filled:
                    _put(subject, field.pointer, _typed(field, filled[field.pointer]))
    return subject


def table_of(schema_id: str, name: str) -> Table:
    """A list of a type by its name."""
    found = {part.name: part for part in form_of(schema_id) if isinstance(part, Table)}
    if name not in found:
        raise TableUnknown(
            got=f"{name} of {schema_id}"[:120], expected=", ".join(found) or "a type with a list of rows"
        )
    return found[name]


def columns_of(schema_id: str, name: str) -> tuple[Column, ...]:
    """The columns of a list as a CSV file has them: the names of its members, in small letters with underscores.

    Members with something inside them are no columns.
    """
    schema = _resolved(subject_schema(schema_id)["properties"][table_of(schema_id, name).name]["items"])
    required = schema.get("required", ())
    return tuple(
        Column(
            _snake(member),
            _reader(inner),
            str(_resolved(inner).get("description") or inner.get("description") or _words(member)).rstrip("."),
            member in required and member != COUNTED,
        )
        for member, inner in schema["properties"].items()
        if member != "id" and _resolved(inner).get("type") not in ("object", "array")
    )


def read_table(schema_id: str, name: str, raw: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV file as a list of the subject holds them; refused as a whole where a cell is wrong."""
    columns, problems = columns_of(schema_id, name), Problems(name)
    rows = read_rows(raw, columns, dict[str, Any], problems)
    problems.refuse_if_any()
    members = {_snake(column.name): column.name for column in table_of(schema_id, name).columns}
    counted = COUNTED in members.values()
    return [
        ({COUNTED: at + 1} if counted else {})
        | {members[cell]: value for cell, value in row.content.items() if value is not None}
        for at, row in enumerate(rows)
    ]


def _parts(schema: Mapping[str, Any]) -> Iterator[Part]:
    required = schema.get("required", ())
    for name, member in schema["properties"].items():
        found, pointer = _resolved(member), f"/{name}"
        if found.get("type") == "object":
            yield Group(pointer=pointer, name=name, fields=tuple(_fields(found, pointer)), required=name in required)
        elif found.get("type") == "array" and (rows := _resolved(found["items"])).get("type") == "object":
            yield Table(pointer=pointer, name=name, columns=tuple(_fields(rows, "")), required=name in required)
        else:
            yield _field(name, member, pointer, required=name in required)


def _fields(schema: Mapping[str, Any], base: str) -> Iterator[Field]:
    """The plain fields of an object and of the objects in it. A DID is nothing that a person types."""
    required = schema.get("required", ())
    for name, member in schema["properties"].items():
        pointer = f"{base}/{name}"
        if _resolved(member).get("type") == "object":
            yield from _fields(_resolved(member), pointer)
        elif name != "id":
            yield _field(name, member, pointer, required=name in required)


def _field(name: str, member: Mapping[str, Any], pointer: str, *, required: bool) -> Field:
    found = _resolved(member)
    plain = str(member.get("$ref", "")).endswith("/line")  # of which there is nothing to say
    shape = "" if plain else member.get("x-expected") or found.get("x-expected") or ""
    return Field(
        pointer=pointer,
        name=name,
        kind=_kind(member, found),
        required=required and name != COUNTED,
        hint=str(member.get("description") or shape),
        choices=tuple(found.get("enum", ())),
    )


def _kind(member: Mapping[str, Any], found: Mapping[str, Any]) -> Kind:
    reference = str(member.get("$ref", "")).rsplit("/", 1)[-1]
    if "enum" in found:
        return "choice"
    if reference in ("date", "text", "email"):
        return {"date": "date", "text": "long", "email": "email"}[reference]  # type: ignore[return-value]
    kinds: dict[str, Kind] = {"integer": "number", "array": "list"}
    return kinds.get(str(found.get("type")), "text")


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return schema if reference is None else common_definition(str(reference).rsplit("/", 1)[1])


def _typed(field: Field, text: str) -> Any:
    if field.kind == "number" and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    if field.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text


def _places(table: Table, filled: Mapping[str, str]) -> Sequence[str]:
    """The rows of which anything is filled in, in their order."""
    found = {
        place
        for pointer in filled
        if pointer.startswith(f"{table.pointer}/")
        and _PLACE.fullmatch(place := pointer[len(table.pointer) + 1 :].partition("/")[0])
        and pointer.rpartition("/")[2] != COUNTED
    }
    return sorted(found, key=int)


def _row(table: Table, filled: Mapping[str, str], place: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        text = filled.get(f"{table.pointer}/{place}{column.pointer}")
        if text is not None:
            _put(row, column.pointer, _typed(column, text))
    return row


def _counted(table: Table, row: dict[str, Any], at: int) -> dict[str, Any]:
    if any(column.name == COUNTED for column in table.columns) and COUNTED not in row:
        return {COUNTED: at + 1, **row}
    return row


def _put(target: dict[str, Any], pointer: str, value: Any) -> None:
    *above, last = pointer.split("/")[1:]
    for name in above:
        target = target.setdefault(name, {})
    target[last] = value


def _at(value: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")  # RFC 6901 4
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def _reader(schema: Mapping[str, Any]) -> Callable[[str], str | int]:
    found = _resolved(schema)
    reference = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
    if "enum" in found:
        return one_of({word: word for word in found["enum"]})
    if reference in _READERS:
        return _READERS[reference]
    if found.get("type") == "integer":
        return whole_number
    return _shaped(str(found["pattern"]), str(found.get("x-expected", ""))) if "pattern" in found else line_of_text


def _shaped(pattern: str, expected: str) -> Callable[[str], str]:
    wanted = re.compile(pattern)

    def read(cell: str) -> str:
        if wanted.search(cell) is None:
            raise CellRefused(
                "table-shape", "This cell is not written in the form that is needed.", f"Write {expected}."
            )
        return cell

    return read


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _words(name: str) -> str:
    return _snake(name).replace("_", " ")
